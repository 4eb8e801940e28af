import { formatUnit, type Unit } from "../format/unit.ts";
import { formatExact } from "../format/time.ts";
import "./line-words.css";

/** As many as a tooltip holds. */
const namedMax = 12;

export interface NamedLine {
  name: string;
  /** A colour token. */
  color: string;
  values: readonly (number | null)[];
  unit: Unit;
}

/** What lines are at one moment, the highest first: the words of a chart's tooltip. */
export function LineWords({ lines, atMs, index }: { lines: readonly NamedLine[]; atMs: number; index: number }) {
  const known = lines
    .flatMap(({ values, ...line }) => {
      const value = values[index] ?? null;
      return value === null ? [] : [{ ...line, value }];
    })
    .sort((a, b) => b.value - a.value);
  return (
    <div className="graph-words">
      <p className="muted">{formatExact(new Date(atMs).toISOString())}</p>
      {known.length === 0 ? <p>No sample here</p> : null}
      {known.slice(0, namedMax).map(({ name, color, value, unit }) => (
        <p key={name} className="graph-word">
          <span className="chart-swatch" style={{ background: `var(${color})` }} />
          <span className="truncate">{name}</span>
          <strong>{formatUnit(value, unit)}</strong>
        </p>
      ))}
      {known.length > namedMax ? <p className="muted">and {known.length - namedMax} smaller ones</p> : null}
    </div>
  );
}
