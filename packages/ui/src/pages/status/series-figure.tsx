import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import type { ExploreSearch } from "../../url/explore-search.ts";

const range = "1h";

/** A figure of the status leads to its own history: the server keeps its metrics like any others. */
export function SeriesFigure({ metric, labels = {}, children }: SeriesFigureProps) {
  const matchers = Object.entries(labels).map(([name, value]) => `${name}=${JSON.stringify(value)}`);
  const expr = matchers.length === 0 ? metric : `${metric}{${matchers.join(", ")}}`;
  const search: ExploreSearch = { expr: [expr], range };
  return (
    <Link to="/explore" search={search} className="figure" title={expr}>
      {children}
    </Link>
  );
}

export interface SeriesFigureProps {
  metric: string;
  labels?: Readonly<Record<string, string>>;
  children: ReactNode;
}
