import { useNavigate } from "@tanstack/react-router";
import { useMemo, useState } from "react";
import { Chart } from "../../chart/chart.tsx";
import { secondIncrements } from "../../chart/increments.ts";
import type { HoveredPoint } from "../../chart/options.ts";
import type { ChartMark } from "../../chart/spec.ts";
import { formatExact } from "../../format/time.ts";
import { formatUnitShort, plainNumber, type Unit } from "../../format/unit.ts";
import { formatNumber, formatValueShort } from "../../format/value.ts";
import { Bubble } from "../../primitives/tooltip.tsx";
import { LineWords } from "../../series/line-words.tsx";
import { type ChartLine, stacked, stepsOf } from "../../series/lines.ts";
import type { FoundExemplar } from "./exemplar-marks.ts";
import { type HeatMap, rowOf } from "./heat-data.ts";
import type { Evaluated } from "../../series/evaluated.ts";

const heightPx = 320;
export const seriesColours = 10;

export interface GraphViewProps {
  range: Evaluated;
  lines: readonly ChartLine[];
  /** Names of lines that are toggled off. */
  off: ReadonlySet<string>;
  isStacked: boolean;
  /** Instead of lines. */
  heat: HeatMap | null;
  exemplars: readonly FoundExemplar[];
  /** Whether exemplars have a place on the y axis of the lines. */
  exemplarsHaveValues: boolean;
  unitOf: (line: ChartLine) => Unit;
  onZoom: (range: { startMs: number; endMs: number }) => void;
  onPan: (byMs: number) => void;
}

/** The token of a line's colour. Lines keep theirs while others are toggled off. */
export const lineColour = (index: number): string => `--service-${index % seriesColours}`;

export function GraphView(props: GraphViewProps) {
  const { range, lines, off, isStacked, heat, exemplars, unitOf, onZoom, onPan } = props;
  const navigate = useNavigate();
  const [hovered, setHovered] = useState<HoveredPoint | null>(null);
  const xMs = useMemo(() => stepsOf(range), [range]);
  const shown = useMemo(
    () =>
      lines
        .map((line, index) => ({ ...line, color: lineColour(index), unit: unitOf(line) }))
        .filter(({ name }) => !off.has(name)),
    [lines, off, unitOf],
  );
  const series = useMemo(() => {
    const values = isStacked ? stacked(shown.map((line) => line.values)) : shown.map((line) => line.values);
    return shown.map(({ name, color }, index) => ({
      label: name,
      color,
      kind: "line" as const,
      values: values[index] ?? [],
    }));
  }, [shown, isStacked]);
  const marks = useMemo(
    () => exemplars.map((each): ChartMark => ({ xMs: each.timeMs, y: markY(each, props) })),
    // oxlint-disable-next-line react-hooks/exhaustive-deps -- of the props only these two are read
    [exemplars, heat, props.exemplarsHaveValues],
  );
  const axisUnit = commonUnit(shown);
  const openTrace = (index: number) => {
    const traceId = exemplars[index]?.traceId ?? null;
    if (traceId !== null) void navigate({ to: "/traces/$traceId", params: { traceId }, search: {} });
  };
  const exemplar = hovered?.mark === undefined || hovered.mark === null ? undefined : exemplars[hovered.mark];
  return (
    <div className="explore-graph">
      <Chart
        label={`${heat === null ? "Lines" : "A heat map"} over time. The same values are in the view “Points”.`}
        height={heightPx}
        xMs={xMs}
        xRangeMs={range}
        series={heat === null ? series : none}
        {...(heat === null ? {} : { heat })}
        fitsY
        isStacked={isStacked && heat === null}
        yUnit={`${axisUnit.of} ${axisUnit.isPerSecond}`}
        yFormat={(value) => formatUnitShort(value, axisUnit)}
        {...(axisUnit.of === "seconds" ? { yIncrements: secondIncrements } : {})}
        marks={marks}
        onMark={openTrace}
        onHover={setHovered}
        onZoom={onZoom}
        onPan={onPan}
      />
      {hovered === null ? null : (
        <Bubble
          id="explore-bubble"
          place={hovered}
          content={
            exemplar !== undefined ? (
              <ExemplarWords exemplar={exemplar} />
            ) : heat !== null ? (
              <HeatWords
                heat={heat}
                atMs={xMs[hovered.index] ?? 0}
                column={hovered.index}
                row={Math.floor(hovered.y)}
              />
            ) : (
              <LineWords lines={shown} atMs={xMs[hovered.index] ?? 0} index={hovered.index} />
            )
          }
        />
      )}
    </div>
  );
}

const none: never[] = [];

/** One axis cannot count two things. */
function commonUnit(lines: readonly { unit: Unit }[]): Unit {
  const [first] = lines;
  const isCommon = lines.every(({ unit }) => unit.of === first?.unit.of && unit.isPerSecond === first.unit.isPerSecond);
  return first !== undefined && isCommon ? first.unit : plainNumber;
}

function markY({ value }: FoundExemplar, { heat, exemplarsHaveValues }: GraphViewProps): number | null {
  if (heat !== null) return rowOf(value, heat.bounds);
  return exemplarsHaveValues ? value : null;
}

function HeatWords({ heat, atMs, column, row }: { heat: HeatMap; atMs: number; column: number; row: number }) {
  const count = heat.cells[row]?.[column] ?? null;
  const total = heat.totals[column] ?? null;
  return (
    <div className="graph-words">
      <p className="muted">{formatExact(new Date(atMs).toISOString())}</p>
      <p>
        {heat.edges[row] ?? "–"} to {heat.edges[row + 1] ?? "–"}: <strong>{formatValueShort(count)}</strong>
      </p>
      {total === null ? null : <p className="muted">of {formatValueShort(total)} in all</p>}
    </div>
  );
}

function ExemplarWords({ exemplar }: { exemplar: FoundExemplar }) {
  return (
    <div className="graph-words">
      <p className="muted">Exemplar, {formatExact(new Date(exemplar.timeMs).toISOString())}</p>
      <p>
        <strong>{formatNumber(exemplar.value)}</strong>
      </p>
      {Object.entries(exemplar.labels).map(([key, value]) => (
        <p key={key} className="graph-word">
          <span className="muted">{key}</span> <span className="truncate mono">{value}</span>
        </p>
      ))}
      {exemplar.traceId === null ? null : <p>Click opens its trace</p>}
    </div>
  );
}
