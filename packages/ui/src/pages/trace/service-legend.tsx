import { formatCount, formatRatio } from "../../format/count.ts";
import { formatDuration } from "../../format/duration.ts";
import type { ServiceTime } from "../../waterfall/self-time.ts";
import type { SpanTree } from "../../waterfall/span-tree.ts";
import type { ColourMode } from "../../waterfall/waterfall-row.tsx";

export interface ServiceLegendProps {
  services: readonly ServiceTime[];
  tree: SpanTree;
  colourOf: (node: number) => number;
  mode: ColourMode;
  /** What is looked for. */
  find: string;
  onFind: (text: string) => void;
}

const shownMax = 7;

/** Which colour is whom, and where the time went; a click finds the service's spans. */
export function ServiceLegend({ services, tree, colourOf, mode, find, onFind }: ServiceLegendProps) {
  if (mode === "status") return <StatusLegend tree={tree} />;
  const total = services.reduce((sum, { selfNs }) => sum + selfNs, 0);
  const shown = services.slice(0, shownMax);
  return (
    <ul className="trace-legend" aria-label="Services, by time of their own">
      {shown.map(({ service, selfNs, spanCount, errorCount }) => {
        const query = `service:${/\s/.test(service) ? `"${service}"` : service}`;
        const isFound = find === query;
        const code = tree.spans.services.values.indexOf(service);
        const colour = colourOf(tree.spans.serviceCodes.indexOf(code));
        return (
          <li key={service}>
            <button
              type="button"
              className="trace-service"
              aria-pressed={isFound}
              title={`${formatCount(spanCount)} spans, ${formatCount(errorCount)} with errors, ${formatDuration(selfNs / 1e6)} of own time`}
              onClick={() => onFind(isFound ? "" : query)}
            >
              <span className="trace-swatch" style={{ background: `var(--service-${colour})` }} />
              {service}
              <span className="muted">{total > 0 ? formatRatio(selfNs / total) : ""}</span>
            </button>
          </li>
        );
      })}
      {services.length > shownMax ? <li className="muted">and {services.length - shownMax} more</li> : null}
      <li className="trace-legend-note muted">share of own time</li>
    </ul>
  );
}

function StatusLegend({ tree }: { tree: SpanTree }) {
  const { spans } = tree;
  const ok = spans.statusCodes.reduce((sum, code) => sum + (code === 1 ? 1 : 0), 0);
  const entries = [
    { word: "Error", colour: "--failed", count: spans.errorCount },
    { word: "OK", colour: "--succeeded", count: ok },
    { word: "Unset", colour: "--skipped", count: spans.count - ok - spans.errorCount },
  ];
  return (
    <ul className="trace-legend" aria-label="Status of spans">
      {entries.map(({ word, colour, count }) => (
        <li key={word} className="trace-service">
          <span className="trace-swatch" style={{ background: `var(${colour})` }} />
          {word} <span className="muted">{formatCount(count)}</span>
        </li>
      ))}
    </ul>
  );
}
