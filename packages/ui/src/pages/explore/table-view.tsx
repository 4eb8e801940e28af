import { formatCount } from "../../format/count.ts";
import { formatExact } from "../../format/time.ts";
import { formatUnit, type Unit } from "../../format/unit.ts";
import { formatNumber, formatValue, parseValue } from "../../format/value.ts";
import { Header, Row, Table } from "../../primitives/table.tsx";
import type { HistogramValue, QueryData, SeriesLabels } from "../../api/prometheus.ts";
import { type Answered, type ChartLine, stepsOf } from "../../series/lines.ts";
import { letterOf } from "../../series/letters.ts";
import { metricText } from "../../series/series-name.ts";
import type { Evaluated } from "../../series/evaluated.ts";

const rowsMax = 500;
/** Wider tables cannot be read. */
const columnsMax = 20;

export interface TableViewProps {
  answers: readonly Answered[];
  atMs: number;
  unitOf: (expr: string) => Unit;
}

/** Values at one moment, of every query. */
export function TableView({ answers, atMs, unitOf }: TableViewProps) {
  return answers.map(({ index, expr, data }) => {
    const rows = rowsOf(data, unitOf(expr));
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
              {rows.slice(0, rowsMax).map(({ labels, value, exact }) => (
                <Row key={metricText(labels)}>
                  <td className="mono">
                    <Labels labels={labels} />
                  </td>
                  <td className="num" title={exact}>
                    {value}
                  </td>
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

interface ValueRow {
  labels: SeriesLabels;
  value: string;
  /** All digits, where the value leaves some out. */
  exact?: string;
}

function rowsOf(data: QueryData, unit: Unit): ValueRow[] {
  if (data.resultType === "vector")
    return data.result.map(({ metric, value, histogram }) => {
      if (histogram !== undefined) return { labels: metric, value: histogramWords(histogram[1]) };
      const number = parseValue(value?.[1] ?? "NaN");
      return { labels: metric, value: formatUnit(number, unit), exact: formatValue(number) };
    });
  if (data.resultType === "matrix")
    return data.result.map(({ metric, values = [], histograms = [] }) => ({
      labels: metric,
      value: [...values.map(([, text]) => text), ...histograms.map(([, each]) => histogramWords(each))].join(" "),
    }));
  const [, text] = data.result;
  if (data.resultType === "string") return [{ labels: {}, value: text }];
  return [{ labels: {}, value: formatUnit(parseValue(text), unit), exact: text }];
}

const histogramWords = ({ count, sum }: HistogramValue) =>
  `count ${formatNumber(parseValue(count))}, sum ${formatNumber(parseValue(sum))}`;

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

export interface PointsViewProps {
  lines: readonly ChartLine[];
  range: Evaluated;
  unitOf: (line: ChartLine) => Unit;
}

/** The graph's numbers: a row for each moment, newest first. */
export function PointsView({ lines, range, unitOf }: PointsViewProps) {
  const steps = stepsOf(range);
  const columns = lines.slice(0, columnsMax).map((line) => ({ ...line, unit: unitOf(line) }));
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
              {columns.map(({ name, values, unit }) => (
                <td key={name} className="num">
                  {formatUnit(values[index] ?? null, unit)}
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
