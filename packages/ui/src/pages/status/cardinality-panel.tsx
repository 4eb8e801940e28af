import { Link } from "@tanstack/react-router";
import type { CardinalityStatus, SeriesOverflow } from "sightglass/contract";
import { formatCount } from "../../format/count.ts";
import { Panel } from "../../primitives/panel.tsx";
import { StatusShape } from "../../primitives/status.tsx";
import { Header, Row, Table } from "../../primitives/table.tsx";

/** Metrics that have too many series, and the label that made them. */
export function CardinalityPanel({
  cardinality: { seriesPerMetricMax, overflows },
}: {
  cardinality: CardinalityStatus;
}) {
  return (
    <Panel
      title="Cardinality"
      note={`A metric may have ${formatCount(seriesPerMetricMax)} series a day; further ones are counted together.`}
      actions={
        <Link to="/catalogue" hash="cardinality" className="status-link">
          What the series are made of
        </Link>
      }
    >
      {overflows.length === 0 ? (
        <p className="status-well">
          <StatusShape status="succeeded" /> No metric has gone over its limit since the server started.
        </p>
      ) : (
        <Table caption="Metrics over their limit">
          <thead>
            <tr>
              <Header>Metric</Header>
              <Header numeric>Series beyond, today</Header>
              <Header numeric>Samples counted together</Header>
              <Header>Label with most values</Header>
            </tr>
          </thead>
          <tbody>
            {overflows.map((overflow) => (
              <OverflowRow key={overflow.metric} overflow={overflow} />
            ))}
          </tbody>
        </Table>
      )}
    </Panel>
  );
}

function OverflowRow({ overflow: { metric, series, samples, label, labelValues } }: { overflow: SeriesOverflow }) {
  const name = `__name__=${JSON.stringify(metric)}`;
  return (
    <Row>
      <th scope="row" className="status-name" aria-label={metric}>
        <Link to="/explore" search={{ expr: [`{${name}, otel_metric_overflow="true"}`] }}>
          <code>{metric}</code>
        </Link>
      </th>
      <td className={`num${series > 0 ? " is-unexplained" : " muted"}`}>{formatCount(series)}</td>
      <td className="num">{formatCount(samples)}</td>
      <td>
        {label === "" ? (
          <span className="muted">none met today</span>
        ) : (
          <>
            <Link to="/explore" search={{ expr: [`topk(20, count by (${label}) ({${name}}))`], view: "table" }}>
              <code>{label}</code>
            </Link>{" "}
            <span className="muted">{formatCount(labelValues)} values</span>
          </>
        )}
      </td>
    </Row>
  );
}
