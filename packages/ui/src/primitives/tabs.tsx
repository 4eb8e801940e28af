import { Link, type LinkProps } from "@tanstack/react-router";
import type { ReactNode } from "react";
import "./tabs.css";

export interface Tab {
  key: string;
  label: string;
  /** A count or a mark behind the label. */
  badge?: ReactNode;
  /** Where the tab leads: tabs are URLs. */
  link: LinkProps;
}

/** Tabs as links of the address bar: a `nav`, because each is a place that can be shared. */
export function Tabs({ label, tabs, current }: { label: string; tabs: readonly Tab[]; current: string }) {
  return (
    <nav className="tabs" aria-label={label}>
      {tabs.map((tab) => (
        <Link
          key={tab.key}
          {...tab.link}
          className={`tab${tab.key === current ? " is-current" : ""}`}
          {...(tab.key === current ? { "aria-current": "page" as const } : {})}
        >
          {tab.label}
          {tab.badge === undefined ? null : <span className="tab-badge">{tab.badge}</span>}
        </Link>
      ))}
    </nav>
  );
}
