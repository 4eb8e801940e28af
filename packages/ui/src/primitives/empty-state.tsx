import type { ReactNode } from "react";
import { CopyButton } from "./copy-button.tsx";
import "./states.css";

export interface EmptyStateProps {
  title: string;
  /** 1 when the state is the whole page. */
  level?: 1 | 2;
  /** Why it is empty, and what to do. */
  children: ReactNode;
  /** Commands or code to copy. */
  commands?: readonly { label: string; text: string }[];
  actions?: ReactNode;
}

export function EmptyState({ title, level = 2, children, commands = [], actions }: EmptyStateProps) {
  const Heading = level === 1 ? "h1" : "h2";
  return (
    <div className="state">
      <Heading>{title}</Heading>
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
