import type { QueryClient } from "@tanstack/react-query";
import {
  createRootRouteWithContext,
  createRoute,
  createRouter,
  lazyRouteComponent,
  redirect,
} from "@tanstack/react-router";
import { NotFoundPage } from "./shell/not-found-page.tsx";
import { part } from "./shell/parts.ts";
import { RouteErrorPage } from "./shell/route-error-page.tsx";
import { Shell } from "./shell/shell.tsx";
import { parseCatalogueSearch } from "./url/catalogue-search.ts";
import { parseExploreSearch } from "./url/explore-search.ts";
import { parsePipelineSearch } from "./url/pipeline-search.ts";
import { parsePipelinesSearch } from "./url/pipelines-search.ts";
import { parseRunSearch } from "./url/run-search.ts";
import { parseRunsSearch } from "./url/runs-search.ts";
import { parseSearchString, stringifySearch } from "./url/search-string.ts";
import { parseTargetsSearch } from "./url/targets-search.ts";
import { parseTraceSearch } from "./url/trace-search.ts";
import { parseTracesSearch } from "./url/traces-search.ts";

/** Every view and its URL. Pages load when they are first opened. */

const root = createRootRouteWithContext<{ queries: QueryClient }>()({ component: Shell });

const index = createRoute({
  getParentRoute: () => root,
  path: "/",
  beforeLoad: () => {
    throw redirect({ to: "/pipelines", replace: true });
  },
});

const pipelines = createRoute({
  getParentRoute: () => root,
  path: "/pipelines",
  validateSearch: parsePipelinesSearch,
  component: lazyRouteComponent(
    part(() => import("./pages/pipelines/pipelines-page.tsx")),
    "PipelinesPage",
  ),
});

const pipeline = createRoute({
  getParentRoute: () => root,
  path: "/pipelines/$pipeline",
  validateSearch: parsePipelineSearch,
  component: lazyRouteComponent(
    part(() => import("./pages/pipeline/pipeline-page.tsx")),
    "PipelinePage",
  ),
});

const runs = createRoute({
  getParentRoute: () => root,
  path: "/runs",
  validateSearch: parseRunsSearch,
  component: lazyRouteComponent(
    part(() => import("./pages/runs/runs-page.tsx")),
    "RunsPage",
  ),
});

const run = createRoute({
  getParentRoute: () => root,
  path: "/runs/$runId",
  validateSearch: parseRunSearch,
  component: lazyRouteComponent(
    part(() => import("./pages/run/run-page.tsx")),
    "RunPage",
  ),
});

const traces = createRoute({
  getParentRoute: () => root,
  path: "/traces",
  validateSearch: parseTracesSearch,
  component: lazyRouteComponent(
    part(() => import("./pages/traces/traces-page.tsx")),
    "TracesPage",
  ),
});

const trace = createRoute({
  getParentRoute: () => root,
  path: "/traces/$traceId",
  validateSearch: parseTraceSearch,
  component: lazyRouteComponent(
    part(() => import("./pages/trace/trace-page.tsx")),
    "TracePage",
  ),
});

const explore = createRoute({
  getParentRoute: () => root,
  path: "/explore",
  validateSearch: parseExploreSearch,
  component: lazyRouteComponent(
    part(() => import("./pages/explore/explore-page.tsx")),
    "ExplorePage",
  ),
});

// Not /metrics: there the server shows its own.
const catalogue = createRoute({
  getParentRoute: () => root,
  path: "/catalogue",
  validateSearch: parseCatalogueSearch,
  component: lazyRouteComponent(
    part(() => import("./pages/metrics/catalogue-page.tsx")),
    "CataloguePage",
  ),
});

const targets = createRoute({
  getParentRoute: () => root,
  path: "/targets",
  validateSearch: parseTargetsSearch,
  component: lazyRouteComponent(
    part(() => import("./pages/targets/targets-page.tsx")),
    "TargetsPage",
  ),
});

const status = createRoute({
  getParentRoute: () => root,
  path: "/status",
  component: lazyRouteComponent(
    part(() => import("./pages/status/status-page.tsx")),
    "StatusPage",
  ),
});

const tree = root.addChildren([
  index,
  pipelines,
  pipeline,
  runs,
  run,
  traces,
  trace,
  explore,
  catalogue,
  targets,
  status,
]);

export function makeRouter(queries: QueryClient) {
  return createRouter({
    routeTree: tree,
    context: { queries },
    parseSearch: parseSearchString,
    stringifySearch,
    defaultPreload: "intent",
    defaultNotFoundComponent: NotFoundPage,
    defaultErrorComponent: RouteErrorPage,
    scrollRestoration: true,
    scrollRestorationBehavior: "instant",
  });
}

declare module "@tanstack/react-router" {
  interface Register {
    router: ReturnType<typeof makeRouter>;
  }
}
