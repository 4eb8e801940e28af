import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { Fragment } from "react";
import { sampledSeriesMax, seriesOfQuery } from "../../api/prometheus-queries.ts";
import { countOf, formatCount } from "../../format/count.ts";
import { useListKeys } from "../../keyboard/use-list-keys.ts";
import { SkeletonRows } from "../../primitives/skeleton.tsx";
import { Header, Row, Table } from "../../primitives/table.tsx";
import type { CatalogueSearch } from "../../url/catalogue-search.ts";
import { selectorText } from "../../series/selector.ts";
import { type CatalogueEntry, firstQuery, labelCounts } from "./catalogue.ts";

export interface CatalogueTableProps {
  entries: readonly CatalogueEntry[];
  search: CatalogueSearch;
  onSearch: (change: { [K in keyof CatalogueSearch]?: CatalogueSearch[K] | undefined }) => void;
}

const shownMax = 500;
const valuesMax = 6;

export function CatalogueTable({ entries, search, onSearch }: CatalogueTableProps) {
  const navigate = useNavigate();
  const shown = entries.slice(0, shownMax);
  const keys = useListKeys({
    count: shown.length,
    name: "metrics",
    onOpen: (index) => {
      const entry = shown[index];
      if (entry !== undefined) void navigate({ to: "/explore", search: { expr: [firstQuery(entry)] } });
    },
  });
  const sort = (by: "name" | "series") => () => onSearch({ sort: by === "name" ? undefined : by });
  return (
    <>
      <Table caption="Metrics" className="catalogue">
        <thead>
          <tr>
            <Header sorted={search.sort === undefined ? "ascending" : undefined} onSort={sort("name")}>
              Metric
            </Header>
            <Header className="catalogue-type">Type</Header>
            <Header className="wide">Unit</Header>
            <Header numeric sorted={search.sort === "series" ? "descending" : undefined} onSort={sort("series")}>
              Series
            </Header>
            <Header>
              <span className="visually-hidden">Explore</span>
            </Header>
          </tr>
        </thead>
        <tbody>
          {shown.map((entry, index) => {
            const isOpen = search.metric === entry.name;
            return (
              <Fragment key={entry.name}>
                <Row
                  current={index === keys.index}
                  onOpen={() => onSearch({ metric: isOpen ? undefined : entry.name })}
                  data-list="metrics"
                  data-list-index={index}
                >
                  <th scope="row">
                    <button
                      type="button"
                      className="metric-name"
                      aria-expanded={isOpen}
                      onClick={() => onSearch({ metric: isOpen ? undefined : entry.name })}
                    >
                      <span className="mono">{entry.name}</span>
                      {entry.help === "" ? null : <span className="metric-help">{entry.help}</span>}
                    </button>
                  </th>
                  <td className="muted catalogue-type">{entry.type}</td>
                  <td className="muted wide">{entry.unit === "" ? "–" : entry.unit}</td>
                  <td className="num">
                    <Link to="/explore" search={{ expr: [countQuery(entry)], view: "table" }} className="figure">
                      {formatCount(entry.series)}
                    </Link>
                  </td>
                  <td className="num">
                    <Link to="/explore" search={{ expr: [firstQuery(entry)] }} className="metric-link">
                      Explore<span className="visually-hidden"> {entry.name}</span>
                    </Link>
                  </td>
                </Row>
                {isOpen ? (
                  <tr className="metric-detail">
                    <td colSpan={5}>
                      <MetricLabels entry={entry} />
                    </td>
                  </tr>
                ) : null}
              </Fragment>
            );
          })}
        </tbody>
      </Table>
      {entries.length > shownMax ? (
        <p className="muted metrics-foot">
          The first {shownMax} of {formatCount(entries.length)}. Search to see others.
        </p>
      ) : null}
    </>
  );
}

const escaped = (name: string) => name.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&");

/** What the number of series was counted from. */
const countQuery = ({ parts }: CatalogueEntry) =>
  `count by (__name__) ({__name__=~${JSON.stringify(parts.map(escaped).join("|"))}})`;

/** Which labels a metric has, and which of them make it many series. */
function MetricLabels({ entry }: { entry: CatalogueEntry }) {
  const part = entry.parts.find((name) => name.endsWith("_count")) ?? entry.parts[0] ?? entry.name;
  const { data, error } = useQuery(seriesOfQuery(part));
  if (error !== null) return <p role="alert">Its series could not be read: {error.message}</p>;
  if (data === undefined) return <SkeletonRows rows={2} height={24} label="Reading its labels" />;
  const labels = labelCounts(data.data);
  if (labels.length === 0) return <p className="muted">Its series has no labels.</p>;
  return (
    <>
      <table className="label-counts">
        <caption className="visually-hidden">Labels of {entry.name}</caption>
        <tbody>
          {labels.map(({ name, values }) => (
            <tr key={name}>
              <th scope="row" className="mono">
                {name}
              </th>
              <td className="num">{countOf(values.length, "value")}</td>
              <td>
                {values.slice(0, valuesMax).map((value) => (
                  <Link
                    key={value}
                    to="/explore"
                    search={{ expr: [selectorText(part, [[name, value]])] }}
                    className="label-value mono"
                    title={value}
                  >
                    {value}
                  </Link>
                ))}
                {values.length > valuesMax ? <span className="muted">and {values.length - valuesMax} more</span> : null}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {data.data.length >= sampledSeriesMax ? (
        <p className="muted metrics-foot">Counted over {formatCount(sampledSeriesMax)} of its series.</p>
      ) : null}
    </>
  );
}
