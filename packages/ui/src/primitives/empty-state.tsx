import type { ReactNode } from "react";
import { CopyButton } from "./copy-button.tsx";
import "./states.css";

export interface EmptyStateProps {
  title: string;
  /** Why it is empty, and what to do. */
  children: ReactNode;
  /** Commands or code to copy. */
  commands?: readonly { label: string; text: string }[];
  actions?: ReactNode;
}

export function EmptyState({ title, children, commands = [], actions }: EmptyStateProps) {
  return (
    <div className="state">
      <h2>{title}</h2>
      <div className="state-words">{children}</div>
      {commands.map(({ label, text }) => (
        <figure className="state-command" key={label}>
          <figcaption>{label}</figcaption>
          <pre>
            <code>{text}</code>
          </pre>
          <CopyButton text={text} label={`Copy: ${label}`} />
        </figure>
      ))}
      {actions === undefined ? null : <div className="state-actions">{actions}</div>}
    </div>
  );
}
