import { type ReactNode, useId } from "react";
import "./panel.css";

export interface PanelProps {
  title: string;
  /** Beside the title, muted: what the numbers cover. */
  note?: ReactNode;
  /** At the right end of the title's line. */
  actions?: ReactNode;
  /** What a link's `#` names to come here. */
  anchor?: string;
  children: ReactNode;
  className?: string;
}

/** A titled section of a page. A rule above it, no box: pages are read, not stacked with cards. */
export function Panel({ title, note, actions, anchor, children, className }: PanelProps) {
  const id = useId();
  return (
    <section
      className={`panel${className ? ` ${className}` : ""}`}
      aria-labelledby={id}
      {...(anchor === undefined ? {} : { id: anchor })}
    >
      <header className="panel-head">
        <h2 id={id}>{title}</h2>
        {note === undefined ? null : <span className="panel-note">{note}</span>}
        {actions === undefined ? null : <div className="panel-actions">{actions}</div>}
      </header>
      {children}
    </section>
  );
}
