import { Link } from "@tanstack/react-router";
import type { TraceSummary } from "sightglass/contract";
import { Count, Duration, RelativeTime } from "../../primitives/measures.tsx";
import { StatusShape } from "../../primitives/status.tsx";
import { Header, Row, Table } from "../../primitives/table.tsx";
import { serviceColours } from "../../waterfall/service-colour.ts";
import "./traces-table.css";

export interface TracesTableProps {
  traces: readonly TraceSummary[];
  /** Row of the keyboard, -1 for none. */
  index: number;
  /** Lit up from the scatter. */
  hoveredId: string | undefined;
  onOpen: (index: number) => void;
}

const servicesMax = 3;

export function TracesTable({ traces, index, hoveredId, onOpen }: TracesTableProps) {
  const longestMs = traces.reduce((max, trace) => Math.max(max, trace.durationMs), 0);
  const colours = serviceColours(traces.flatMap((trace) => trace.services));
  return (
    <Table caption="Traces, newest first" className="traces-table">
      <thead>
        <tr>
          <Header>Root</Header>
          <Header>Duration</Header>
          <Header numeric className="roomy">
            Spans
          </Header>
          <Header numeric>Errors</Header>
          <Header className="roomy">Services</Header>
          <Header className="roomy">Run</Header>
          <Header numeric>Started</Header>
        </tr>
      </thead>
      <tbody>
        {traces.map((trace, row) => (
          <Row
            key={trace.traceId}
            current={row === index}
            className={trace.traceId === hoveredId ? "is-hovered" : ""}
            data-list="traces"
            data-list-index={row}
            onOpen={() => onOpen(row)}
          >
            <Root trace={trace} />
            <td>
              <DurationBar trace={trace} longestMs={longestMs} />
            </td>
            <td className="num roomy">
              <Count value={trace.spanCount} />
              {trace.matchedSpans < trace.spanCount ? (
                <span className="traces-matched">{trace.matchedSpans} matched</span>
              ) : null}
            </td>
            <td className="num">
              {trace.errorCount === 0 ? (
                <span className="muted">0</span>
              ) : (
                <span className="trace-errors">
                  <StatusShape status="failed" label="Errors:" />
                  <Count value={trace.errorCount} />
                </span>
              )}
            </td>
            <Services trace={trace} colours={colours} />
            <td className="roomy">
              {trace.runId === null ? (
                <span className="muted">–</span>
              ) : (
                <Link
                  to="/runs/$runId"
                  params={{ runId: trace.runId }}
                  className="traces-run"
                  aria-label={`Run of ${trace.rootName}`}
                >
                  Run
                </Link>
              )}
            </td>
            <td className="num">
              <RelativeTime at={trace.startedAt} />
            </td>
          </Row>
        ))}
      </tbody>
    </Table>
  );
}

function Root({ trace }: { trace: TraceSummary }) {
  const isMissing = trace.rootName === "" && trace.rootService === "";
  return (
    <td className="traces-root">
      <Link to="/traces/$traceId" params={{ traceId: trace.traceId }}>
        {isMissing ? <em>root span not here yet</em> : <strong>{trace.rootName || "(no name)"}</strong>}
      </Link>
      <span className="muted">{isMissing ? trace.services.join(", ") : trace.rootService}</span>
    </td>
  );
}

function DurationBar({ trace, longestMs }: { trace: TraceSummary; longestMs: number }) {
  const share = longestMs === 0 ? 0 : trace.durationMs / longestMs;
  return (
    <div className="traces-duration">
      <Duration ms={trace.durationMs} />
      <span className="traces-bar" aria-hidden="true">
        <span className={trace.errorCount > 0 ? "is-error" : ""} style={{ width: `${share * 100}%` }} />
      </span>
    </div>
  );
}

function Services({ trace, colours }: { trace: TraceSummary; colours: ReadonlyMap<string, number> }) {
  const shown = trace.services.slice(0, servicesMax);
  const rest = trace.services.slice(servicesMax);
  return (
    <td className="traces-services roomy">
      {shown.map((service) => (
        <span key={service} className="traces-service">
          <span className="trace-swatch" style={{ background: `var(--service-${colours.get(service) ?? 0})` }} />
          {service}
        </span>
      ))}
      {rest.length > 0 ? (
        <span className="muted" title={rest.join(", ")}>
          +{rest.length}
        </span>
      ) : null}
    </td>
  );
}
