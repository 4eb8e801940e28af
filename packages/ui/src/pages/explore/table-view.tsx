import { formatCount } from "../../format/count.ts";
import { formatExact } from "../../format/time.ts";
import { formatValue, formatValueShort, parseValue } from "../../format/value.ts";
import { Header, Row, Table } from "../../primitives/table.tsx";
import type { HistogramValue, QueryData, SeriesLabels } from "../../api/prometheus.ts";
import { type Answered, type ChartLine, stepsOf } from "./chart-data.ts";
import { letterOf } from "./letters.ts";
import { metricText } from "./series-name.ts";
import type { Evaluated } from "./time-range.ts";

const rowsMax = 500;
/** Wider tables cannot be read. */
const columnsMax = 20;

/** Values at one moment, of every query. */
export function TableView({ answers, atMs }: { answers: readonly Answered[]; atMs: number }) {
  return answers.map(({ index, expr, data }) => {
    const rows = rowsOf(data);
    return (
      <section key={index} className="explore-table" aria-label={`Query ${letterOf(index)}`}>
        {answers.length > 1 ? <h3 className="mono">{expr}</h3> : null}
        {rows.length === 0 ? (
          <p className="muted">No series at {formatExact(new Date(atMs).toISOString())}.</p>
        ) : (
          <Table caption={`Values of query ${letterOf(index)}`} dense>
            <thead>
              <tr>
                <Header>Series</Header>
                <Header numeric>Value</Header>
              </tr>
            </thead>
            <tbody>
              {rows.slice(0, rowsMax).map(({ labels, value }) => (
                <Row key={metricText(labels)}>
                  <td className="mono">
                    <Labels labels={labels} />
                  </td>
                  <td className="num mono">{value}</td>
                </Row>
              ))}
            </tbody>
          </Table>
        )}
        <p className="explore-foot muted">
          {rows.length > rowsMax ? `The first ${rowsMax} of ${formatCount(rows.length)} series, at ` : "At "}
          {formatExact(new Date(atMs).toISOString())}.
        </p>
      </section>
    );
  });
}

function rowsOf(data: QueryData): { labels: SeriesLabels; value: string }[] {
  if (data.resultType === "vector")
    return data.result.map(({ metric, value, histogram }) => ({
      labels: metric,
      value: histogram === undefined ? formatValue(parseValue(value?.[1] ?? "NaN")) : histogramWords(histogram[1]),
    }));
  if (data.resultType === "matrix")
    return data.result.map(({ metric, values = [], histograms = [] }) => ({
      labels: metric,
      value: [...values.map(([, text]) => text), ...histograms.map(([, each]) => histogramWords(each))].join(" "),
    }));
  return [{ labels: {}, value: data.result[1] }];
}

const histogramWords = ({ count, sum }: HistogramValue) =>
  `count ${formatValueShort(parseValue(count))}, sum ${formatValueShort(parseValue(sum))}`;

function Labels({ labels }: { labels: SeriesLabels }) {
  const { __name__: name, ...rest } = labels;
  const pairs = Object.entries(rest);
  if (name === undefined && pairs.length === 0) return <span className="muted">no labels</span>;
  return (
    <span className="series-labels">
      {name === undefined ? null : <span className="series-metric">{name}</span>}
      {pairs.map(([key, value]) => (
        <span key={key}>
          <span className="muted">{key}=</span>
          {value}
        </span>
      ))}
    </span>
  );
}

/** The graph's numbers: a row for each moment, newest first. */
export function PointsView({ lines, range }: { lines: readonly ChartLine[]; range: Evaluated }) {
  const steps = stepsOf(range);
  const columns = lines.slice(0, columnsMax);
  const rows = steps.map((atMs, index) => ({ atMs, index })).reverse();
  if (lines.length === 0) return <p className="muted explore-foot">No series in this time.</p>;
  return (
    <section className="explore-table" aria-label="Points">
      <Table caption="Points of the graph" dense className="points">
        <thead>
          <tr>
            <Header>Time</Header>
            {columns.map(({ name }) => (
              <Header key={name} numeric className="mono">
                {name}
              </Header>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.slice(0, rowsMax).map(({ atMs, index }) => (
            <Row key={atMs}>
              <th scope="row" className="points-time">
                {formatExact(new Date(atMs).toISOString())}
              </th>
              {columns.map(({ name, values }) => (
                <td key={name} className="num">
                  {formatValueShort(values[index] ?? null)}
                </td>
              ))}
            </Row>
          ))}
        </tbody>
      </Table>
      {lines.length > columnsMax || rows.length > rowsMax ? (
        <p className="explore-foot muted">
          {lines.length > columnsMax ? `The first ${columnsMax} of ${formatCount(lines.length)} series. ` : ""}
          {rows.length > rowsMax ? `The newest ${rowsMax} of ${formatCount(rows.length)} moments.` : ""}
        </p>
      ) : null}
    </section>
  );
}
