import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { instantQuery } from "../../api/prometheus-queries.ts";
import type { NamedCount, TsdbStatus } from "../../api/prometheus.ts";
import { countOf, formatCount } from "../../format/count.ts";
import { useNow } from "../../format/use-now.ts";
import { Panel } from "../../primitives/panel.tsx";
import { UnexplainedShape } from "../../primitives/status.tsx";

const shownMax = 8;
const overflowMetric = "sightglass_series_overflow_series";

/** What makes the series many: the largest metrics, and the labels with most values. */
export function CardinalityPanel({ status }: { status: TsdbStatus }) {
  const metrics = (status.seriesCountByMetricName ?? []).slice(0, shownMax);
  const labels = (status.labelValueCountByLabelName ?? []).filter(({ name }) => name !== "__name__").slice(0, shownMax);
  const pairs = (status.seriesCountByLabelValuePair ?? [])
    .filter(({ name }) => !name.startsWith("__name__="))
    .slice(0, shownMax);
  return (
    <Panel
      title="Cardinality"
      {...(status.headStats?.numSeries === undefined
        ? {}
        : { note: `${formatCount(status.headStats.numSeries)} series in all` })}
      anchor="cardinality"
    >
      <Overflow />
      <div className="cardinality">
        <Counts
          title="Metrics with most series"
          items={metrics}
          link={(name) => `count({__name__=${JSON.stringify(name)}})`}
        />
        <Counts
          title="Labels with most values"
          items={labels}
          link={(name) => `count(count by (${name}) ({${name}!=""}))`}
        />
        <Counts title="Pairs with most series" items={pairs} />
      </div>
    </Panel>
  );
}

interface CountsProps {
  title: string;
  items: readonly NamedCount[];
  /** The query behind a number. */
  link?: (name: string) => string;
}

function Counts({ title, items, link }: CountsProps) {
  const most = items[0]?.value ?? 1;
  if (items.length === 0) return null;
  return (
    <section aria-label={title}>
      <h3>{title}</h3>
      <ul>
        {items.map(({ name, value }) => (
          <li key={name}>
            <span className="cardinality-bar" style={{ width: `${(value / most) * 100}%` }} />
            {link === undefined ? (
              <span className="mono truncate">{name}</span>
            ) : (
              <Link to="/explore" search={{ expr: [link(name)] }} className="mono truncate">
                {name}
              </Link>
            )}
            <span className="num">{formatCount(value)}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}

/** Metrics over their limit: they live on in one series, and what went there is counted. */
function Overflow() {
  const nowMs = useNow(30_000);
  const { data } = useQuery({
    ...instantQuery(`${overflowMetric} > 0`, nowMs),
    retry: false,
    placeholderData: keepPreviousData,
  });
  const found = data?.data.resultType === "vector" ? data.data.result : [];
  if (found.length === 0) return null;
  return (
    <ul className="overflow">
      {found.map(({ metric, value }) => (
        <li key={JSON.stringify(metric)}>
          <UnexplainedShape />
          <span>
            <code>{metric["metric"]}</code> is over its limit: {countOf(Number(value?.[1] ?? 0), "series", "series")} of
            today are counted together.
            {metric["label"] === undefined ? null : (
              <>
                {" "}
                Most of them differ in <code>{metric["label"]}</code>.
              </>
            )}
          </span>
        </li>
      ))}
    </ul>
  );
}
