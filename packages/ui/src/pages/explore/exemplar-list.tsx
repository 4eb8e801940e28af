import { Link } from "@tanstack/react-router";
import { countOf } from "../../format/count.ts";
import { formatExact } from "../../format/time.ts";
import { formatNumber } from "../../format/value.ts";
import { Header, Row, Table } from "../../primitives/table.tsx";
import type { FoundExemplar } from "./exemplar-marks.ts";
import { metricText } from "../../series/series-name.ts";

/** The diamonds of the graph as text. */
export function ExemplarList({ exemplars }: { exemplars: readonly FoundExemplar[] }) {
  if (exemplars.length === 0) return <p className="explore-foot muted">No exemplar of these series in this time.</p>;
  return (
    <details className="exemplars">
      <summary>{countOf(exemplars.length, "exemplar")}</summary>
      <Table caption="Exemplars" dense>
        <thead>
          <tr>
            <Header>Time</Header>
            <Header numeric>Value</Header>
            <Header>Trace</Header>
            <Header>Series</Header>
          </tr>
        </thead>
        <tbody>
          {exemplars.toReversed().map(({ timeMs, value, traceId, seriesLabels }, index) => (
            <Row key={`${timeMs} ${traceId} ${index}`}>
              <td className="points-time">{formatExact(new Date(timeMs).toISOString())}</td>
              <td className="num">{formatNumber(value)}</td>
              <td>
                {traceId === null ? (
                  <span className="muted">none named</span>
                ) : (
                  <Link to="/traces/$traceId" params={{ traceId }} className="mono exemplar-trace">
                    {traceId}
                  </Link>
                )}
              </td>
              <td className="mono truncate exemplar-series">{metricText(seriesLabels)}</td>
            </Row>
          ))}
        </tbody>
      </Table>
    </details>
  );
}
