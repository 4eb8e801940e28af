import { formatCount } from "../../format/count.ts";
import { formatDuration } from "../../format/duration.ts";
import type { Explain, QueryData } from "../../api/prometheus.ts";
import { Panel } from "../../primitives/panel.tsx";
import { Header, Row, Table } from "../../primitives/table.tsx";
import type { Answered } from "./chart-data.ts";
import { letterOf } from "./letters.ts";

/** How each query was answered: what was read, what the store computed itself, how long it took. */
export function ExplainPanel({ answers }: { answers: readonly Answered[] }) {
  if (answers.length === 0) return null;
  return (
    <Panel title="Explain" note="what each query read, and where it was computed">
      <Table caption="How the queries were answered" dense>
        <thead>
          <tr>
            <Header>Query</Header>
            <Header numeric>Series read</Header>
            <Header numeric>Samples read</Header>
            <Header numeric>Most in memory</Header>
            <Header numeric>Time</Header>
            <Header>Computed in the store</Header>
          </tr>
        </thead>
        <tbody>
          {answers.map(({ index, expr, data }) => (
            <Row key={index}>
              <th scope="row" className="explain-query">
                <span className="query-letter is-static">{letterOf(index)}</span>
                <span className="mono truncate">{expr}</span>
              </th>
              <td className="num">{formatCount(data.explain?.seriesSelected)}</td>
              <td className="num">{formatCount(samplesRead(data))}</td>
              <td className="num">{formatCount(data.explain?.samplesPeak ?? data.stats?.samples?.peakSamples)}</td>
              <td className="num">{formatDuration(durationMs(data))}</td>
              <td>
                <Pushed explain={data.explain} />
              </td>
            </Row>
          ))}
        </tbody>
      </Table>
    </Panel>
  );
}

function Pushed({ explain }: { explain: Explain | undefined }) {
  if (explain?.selectors !== undefined && explain.selectors.length > 0)
    return (
      <ul className="explain-selectors">
        {explain.selectors.map(({ selector, computed, durationMs: ms }) => (
          <li key={`${selector} ${computed ?? ""}`}>
            {computed === null || computed === undefined ? (
              <span className="muted">raw samples of</span>
            ) : (
              <strong>{computed} of</strong>
            )}{" "}
            <code>{selector}</code>
            {ms === undefined ? null : <span className="muted"> {formatDuration(ms)}</span>}
          </li>
        ))}
      </ul>
    );
  if (explain?.selectorsComputed === undefined) return <span className="muted">–</span>;
  return explain.selectorsComputed === 0 ? (
    <span className="muted">nothing: raw samples were read</span>
  ) : (
    <>
      {explain.selectorsComputed} {explain.selectorsComputed === 1 ? "selector" : "selectors"}
    </>
  );
}

export function samplesRead({ explain, stats }: QueryData): number | null {
  return explain?.samplesSelected ?? stats?.samples?.totalQueryableSamples ?? null;
}

export function durationMs({ stats }: QueryData): number | null {
  const seconds = stats?.timings?.execTotalTime ?? stats?.timings?.evalTotalTime;
  return seconds === undefined ? null : seconds * 1000;
}
