import { formatCount } from "../../format/count.ts";
import { formatDuration } from "../../format/duration.ts";
import type { QueryData } from "../../api/prometheus.ts";
import { Panel } from "../../primitives/panel.tsx";
import { Header, Row, Table } from "../../primitives/table.tsx";
import type { Answered } from "../../series/lines.ts";
import { letterOf } from "../../series/letters.ts";
import { SelectorList } from "./selector-list.tsx";

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
              <th scope="row" aria-label={`Query ${letterOf(index)}`}>
                <span className="explain-query">
                  <span className="query-letter is-static">{letterOf(index)}</span>
                  <span className="mono truncate">{expr}</span>
                </span>
              </th>
              <td className="num">{formatCount(data.stats?.sightglass?.seriesSelected)}</td>
              <td className="num">{formatCount(samplesRead(data))}</td>
              <td className="num">{formatCount(data.stats?.samples?.peakSamples)}</td>
              <td className="num">{formatDuration(durationMs(data))}</td>
              <td>
                <SelectorList selectors={data.stats?.sightglass?.selectors} />
              </td>
            </Row>
          ))}
        </tbody>
      </Table>
    </Panel>
  );
}

/** Null where the store computed all of it: how many samples it read for that is not counted. */
export function samplesRead({ stats }: QueryData): number | null {
  const own = stats?.sightglass;
  if (own !== undefined && own.selectorsComputed > 0 && own.samplesSelected === 0) return null;
  return own?.samplesSelected ?? stats?.samples?.totalQueryableSamples ?? null;
}

export function durationMs({ stats }: QueryData): number | null {
  const seconds = stats?.timings?.execTotalTime ?? stats?.timings?.evalTotalTime;
  return seconds === undefined ? null : seconds * 1000;
}
