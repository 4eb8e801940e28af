import { Link, Outlet, useLocation } from "@tanstack/react-router";
import { lazy, type ReactNode, Suspense, useRef, useState } from "react";
import { formatZone } from "../format/time.ts";
import { useNow } from "../format/use-now.ts";
import { useShortcuts } from "../keyboard/shortcuts.ts";
import { ConnectionBanner, ConnectionMark } from "./connection.tsx";
import { HelpOverlay } from "./help-overlay.tsx";
import { paletteKey, usePaletteKey } from "./palette/palette-key.ts";
import { ThemeToggle } from "./theme-toggle.tsx";
import { useGoTo } from "./go-to.ts";
import "./page.css";
import "./shell.css";
import "./sidebar.css";

const Palette = lazy(() => import("./palette/palette.tsx"));

/** The frame of every view: navigation, connection, theme, help. */
export function Shell() {
  const [helpOpen, setHelpOpen] = useState(false);
  const [paletteOpen, setPaletteOpen] = useState(false);
  const main = useRef<HTMLElement>(null);
  usePaletteKey(() => setPaletteOpen((isOpen) => !isOpen));
  const goTo = useGoTo();
  useShortcuts({
    "?": () => setHelpOpen(true),
    "g p": goTo.pipelines,
    "g r": goTo.runs,
    "g t": goTo.traces,
    "g e": goTo.explore,
    "g m": goTo.metrics,
    "g s": goTo.status,
    "/": () => document.querySelector<HTMLInputElement>("input[type=search]")?.focus(),
  });
  return (
    <div className="shell">
      <button type="button" className="skip-link" onClick={() => main.current?.focus()}>
        Skip to content
      </button>
      <header className="sidebar">
        <Link to="/pipelines" className="brand" aria-label="Sightglass: pipelines">
          <Mark />
          <span className="brand-name">Sightglass</span>
        </Link>
        <button type="button" className="go-to" aria-label="Go to…" onClick={() => setPaletteOpen(true)}>
          <SearchIcon />
          <span className="go-to-words">Go to…</span>
          <kbd aria-hidden="true">{paletteKey}</kbd>
        </button>
        <nav className="sidebar-nav" aria-label="Main">
          <NavLink to="/pipelines" icon={<PipelinesIcon />} keys="g p">
            Pipelines
          </NavLink>
          <NavLink to="/runs" icon={<RunsIcon />} keys="g r">
            Runs
          </NavLink>
          <NavLink to="/traces" icon={<TracesIcon />} keys="g t">
            Traces
          </NavLink>
          <NavLink to="/explore" icon={<ExploreIcon />} keys="g e">
            Explore
          </NavLink>
          <NavLink to="/catalogue" also="/targets" icon={<MetricsIcon />} keys="g m">
            Metrics
          </NavLink>
          <NavLink to="/status" icon={<StatusIcon />} keys="g s">
            Status
          </NavLink>
        </nav>
        <div className="sidebar-foot">
          <div className="sidebar-state">
            <ConnectionMark />
            <TimeZone />
          </div>
          <div className="sidebar-tools">
            <ThemeToggle />
            <button type="button" className="icon-button" aria-label="Keyboard help" onClick={() => setHelpOpen(true)}>
              ?
            </button>
          </div>
        </div>
      </header>
      <main ref={main} className="main" tabIndex={-1}>
        <ConnectionBanner />
        <Outlet />
      </main>
      {paletteOpen ? (
        <Suspense>
          <Palette onClose={() => setPaletteOpen(false)} />
        </Suspense>
      ) : null}
      {helpOpen ? <HelpOverlay onClose={() => setHelpOpen(false)} /> : null}
    </div>
  );
}

/** Times are written without their zone; here it stands for all of them. */
function TimeZone() {
  const zone = formatZone(useNow(60_000));
  return (
    <span className="time-zone truncate" title={`All times are in ${zone}. The one in UTC shows on hover.`}>
      Times in {zone}
    </span>
  );
}

interface NavLinkProps {
  to: "/pipelines" | "/runs" | "/traces" | "/explore" | "/catalogue" | "/status";
  /** Another place that belongs to this entry. */
  also?: string;
  icon: ReactNode;
  keys: string;
  children: ReactNode;
}

function NavLink({ to, also, icon, keys, children }: NavLinkProps) {
  const path = useLocation({ select: (location) => location.pathname });
  const active = path.startsWith(to) || (also !== undefined && path.startsWith(also));
  return (
    <Link
      to={to}
      className={`nav-link${active ? " is-active" : ""}`}
      {...(active ? { "aria-current": "page" as const } : {})}
    >
      {icon}
      <span>{children}</span>
      <span className="nav-keys" aria-hidden="true">
        {keys}
      </span>
    </Link>
  );
}

function Mark() {
  return (
    <svg className="brand-mark" viewBox="0 0 20 20" aria-hidden="true">
      <circle cx="10" cy="10" r="8" fill="none" stroke="currentColor" strokeWidth="2" />
      <path d="M3.4 11.2c2.2-1.8 4.4-1.8 6.6 0s4.4 1.8 6.6 0A6.7 6.7 0 0 1 3.4 11.2z" fill="currentColor" />
    </svg>
  );
}

const icon = { className: "nav-icon", viewBox: "0 0 16 16", "aria-hidden": true } as const;
const line = { fill: "none", stroke: "currentColor", strokeWidth: 1.4 } as const;

function SearchIcon() {
  return (
    <svg {...icon}>
      <circle {...line} cx="7" cy="7" r="4.6" />
      <path {...line} d="m10.4 10.4 3.6 3.6" />
    </svg>
  );
}

function PipelinesIcon() {
  return (
    <svg {...icon}>
      <path {...line} d="M5 4h3.5a2 2 0 0 1 2 2v4a2 2 0 0 0 2 2M5 12h3" />
      <circle {...line} cx="3.2" cy="4" r="1.8" />
      <circle {...line} cx="3.2" cy="12" r="1.8" />
      <circle {...line} cx="12.8" cy="12" r="1.8" />
    </svg>
  );
}

function RunsIcon() {
  return (
    <svg {...icon}>
      <circle {...line} cx="8" cy="8" r="6.2" />
      <path d="M6.6 5.4 10.6 8l-4 2.6z" fill="currentColor" />
    </svg>
  );
}

function TracesIcon() {
  return (
    <svg {...icon}>
      <path {...line} d="M1.5 3.5h9M4.5 8h9M7.5 12.5h4" strokeWidth="2" />
    </svg>
  );
}

function ExploreIcon() {
  return (
    <svg {...icon}>
      <path {...line} d="M1.5 13.5h13M2 10.5l3.5-4 3 2.5L14 3" />
    </svg>
  );
}

function MetricsIcon() {
  return (
    <svg {...icon}>
      <path {...line} d="M3 13.5V9M8 13.5v-11M13 13.5v-7" strokeWidth="2" />
    </svg>
  );
}

function StatusIcon() {
  return (
    <svg {...icon}>
      <path {...line} d="M1.5 8.5h3l2-5.5 3 10 2-4.5h3" />
    </svg>
  );
}
