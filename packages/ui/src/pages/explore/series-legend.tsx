import { formatCount } from "../../format/count.ts";
import { formatUnitRounded, type Unit } from "../../format/unit.ts";
import { Header, Table } from "../../primitives/table.tsx";
import { type ChartLine, linesMax } from "../../series/lines.ts";
import { lineColour } from "./graph-view.tsx";
import "./series-legend.css";

export interface SeriesLegendProps {
  lines: readonly ChartLine[];
  total: number;
  off: ReadonlySet<string>;
  unitOf: (line: ChartLine) => Unit;
  onOff: (off: Set<string>) => void;
}

/** Every line with its figures; a click shows or hides it. */
export function SeriesLegend({ lines, total, off, unitOf, onOff }: SeriesLegendProps) {
  const toggle = (name: string) => {
    const next = new Set(off);
    if (!next.delete(name)) next.add(name);
    onOff(next);
  };
  const isOnly = (name: string) => !off.has(name) && lines.every((line) => line.name === name || off.has(line.name));
  const only = (name: string) =>
    onOff(isOnly(name) ? new Set() : new Set(lines.map((line) => line.name).filter((each) => each !== name)));
  return (
    <div className="series-legend">
      <Table caption="Series" dense>
        <thead>
          <tr>
            <Header>Series</Header>
            <Header numeric>Last</Header>
            <Header numeric>Min</Header>
            <Header numeric>Mean</Header>
            <Header numeric>Max</Header>
          </tr>
        </thead>
        <tbody>
          {lines.map((line, index) => {
            const { name, stats } = line;
            const unit = unitOf(line);
            return (
              <tr key={name} className={`table-row${off.has(name) ? " is-off" : ""}`}>
                <th scope="row">
                  <span className="series-name">
                    <button
                      type="button"
                      className="series-toggle"
                      aria-pressed={!off.has(name)}
                      onClick={() => toggle(name)}
                    >
                      <span className="chart-swatch" style={{ background: `var(${lineColour(index)})` }} />
                      <span className="mono">{name}</span>
                    </button>
                    {lines.length > 1 ? (
                      <button type="button" className="series-only" onClick={() => only(name)}>
                        {isOnly(name) ? "all" : "only"}
                        <span className="visually-hidden"> {name}</span>
                      </button>
                    ) : null}
                  </span>
                </th>
                <td className="num">{formatUnitRounded(stats.last, unit)}</td>
                <td className="num">{formatUnitRounded(stats.min, unit)}</td>
                <td className="num">{formatUnitRounded(stats.mean, unit)}</td>
                <td className="num">{formatUnitRounded(stats.max, unit)}</td>
              </tr>
            );
          })}
        </tbody>
      </Table>
      {total > lines.length ? (
        <p className="explore-foot muted">
          The first {linesMax} of {formatCount(total)} series. Sum them, or take the largest with topk, to see more of
          it.
        </p>
      ) : null}
    </div>
  );
}
