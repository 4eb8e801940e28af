import type { ReactNode } from "react";
import "./crumbs.css";

/** The way back: links from the widest to the place itself, which the heading below names. */
export function Crumbs({ children }: { children: ReactNode }) {
  return (
    <nav className="crumbs" aria-label="Breadcrumb">
      {children}
    </nav>
  );
}
