import { useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { useMemo } from "react";
import { metadataQuery, metricNamesQuery, tsdbStatusQuery } from "../../api/prometheus-queries.ts";
import { countOf } from "../../format/count.ts";
import { Button } from "../../primitives/button.tsx";
import { EmptyState } from "../../primitives/empty-state.tsx";
import { ErrorState } from "../../primitives/error-state.tsx";
import { SearchField } from "../../primitives/search-field.tsx";
import { SkeletonRows } from "../../primitives/skeleton.tsx";
import { useTitle } from "../../shell/use-title.ts";
import { type CatalogueSearch, metricTypes } from "../../url/catalogue-search.ts";
import { NoMetrics } from "../explore/no-metrics.tsx";
import { catalogueOf, filtered } from "./catalogue.ts";
import { CardinalityPanel } from "./cardinality-panel.tsx";
import { CatalogueTable } from "./catalogue-table.tsx";
import { MetricsTabs } from "./metrics-tabs.tsx";
import "../../primitives/field.css";
import "./metrics.css";

const route = getRouteApi("/catalogue");

/** `/catalogue`: every metric, what it means and how many series it has. */
export function CataloguePage() {
  useTitle("Metrics");
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const names = useQuery(metricNamesQuery());
  const { data: metadata } = useQuery(metadataQuery());
  const { data: tsdb } = useQuery(tsdbStatusQuery());
  const entries = useMemo(
    () => catalogueOf(names.data?.data ?? [], metadata?.data ?? {}, tsdb?.data.seriesCountByMetricName ?? []),
    [names.data, metadata, tsdb],
  );
  const shown = useMemo(() => filtered(entries, search), [entries, search]);
  const change = (next: { [K in keyof CatalogueSearch]?: CatalogueSearch[K] | undefined }) =>
    void navigate({ search: (before) => ({ ...before, ...next }) as CatalogueSearch, replace: true });
  return (
    <div className="page">
      <div className="page-head">
        <h1>Metrics</h1>
      </div>
      <MetricsTabs current="catalogue" />
      {names.data === undefined ? (
        names.error === null ? (
          <SkeletonRows rows={12} label="Reading the metrics" />
        ) : (
          <ErrorState what="the metrics" error={names.error} onRetry={() => void names.refetch()} />
        )
      ) : entries.length === 0 ? (
        <NoMetrics />
      ) : (
        <>
          <search className="metrics-filter">
            <SearchField
              label="Find a metric"
              placeholder="Name or help"
              value={search.q ?? ""}
              onChange={(q) => change({ q: q || undefined })}
            />
            <select
              className="select"
              aria-label="Type"
              value={search.type ?? ""}
              onChange={(event) => change({ type: metricTypes.find((type) => type === event.target.value) })}
            >
              <option value="">Any type</option>
              {metricTypes.map((type) => (
                <option key={type}>{type}</option>
              ))}
            </select>
            <span className="muted metrics-count">
              {shown.length === entries.length
                ? countOf(entries.length, "metric")
                : `${shown.length} of ${countOf(entries.length, "metric")}`}
            </span>
          </search>
          {shown.length === 0 ? (
            <EmptyState
              title="No metric matches"
              actions={<Button onClick={() => change({ q: undefined, type: undefined })}>Show all</Button>}
            >
              <p>All words must be in the name or in the help text.</p>
            </EmptyState>
          ) : (
            <CatalogueTable entries={shown} search={search} onSearch={change} />
          )}
          {tsdb === undefined ? null : <CardinalityPanel status={tsdb.data} />}
        </>
      )}
    </div>
  );
}
