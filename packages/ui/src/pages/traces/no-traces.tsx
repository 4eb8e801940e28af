import { Link } from "@tanstack/react-router";
import { otlpEndpointLine } from "../../api/otlp-endpoint.ts";
import { Button } from "../../primitives/button.tsx";
import { EmptyState } from "../../primitives/empty-state.tsx";
import { traceWindowDefault, traceWindows, type TracesSearch } from "../../url/traces-search.ts";
import type { SearchFormProps } from "./search-form.tsx";

/** Nothing found: because of the filters, because of the time, or because nothing was sent yet. */
export function NoTraces({ search, onSearch }: SearchFormProps) {
  const { window = traceWindowDefault, start, end, ...filters } = search;
  const isFiltered = Object.keys(filters).length > 0;
  const isFixed = start !== undefined || end !== undefined;
  const wider = isFixed ? traceWindowDefault : traceWindows[traceWindows.indexOf(window) + 1];
  if (isFiltered || isFixed) {
    return (
      <EmptyState
        title="No trace matches"
        actions={
          <>
            {wider === undefined ? null : (
              <Button onClick={() => onSearch({ window: wider, start: undefined, end: undefined })}>
                Look at the last {wider}
              </Button>
            )}
            <Button variant="quiet" onClick={() => onSearch(cleared(filters))}>
              Drop the filters
            </Button>
          </>
        }
      >
        <p>
          All conditions must hold on one span: {words(filters).join(", ") || "any span"}
          {isFixed ? ", in the chosen time." : `, in the last ${window}.`}
        </p>
      </EmptyState>
    );
  }
  return (
    <EmptyState
      title={`No trace in the last ${window}`}
      commands={[
        {
          label: "Send traces from any OpenTelemetry program:",
          text: otlpEndpointLine(),
        },
      ]}
      actions={
        wider === undefined ? undefined : (
          <Button onClick={() => onSearch({ window: wider })}>Look at the last {wider}</Button>
        )
      }
    >
      <p>
        Spans show up here within a second of their end. What arrived and what was refused is on the{" "}
        <Link to="/status">status page</Link>.
      </p>
    </EmptyState>
  );
}

function words(filters: Omit<TracesSearch, "window" | "start" | "end">): string[] {
  const { service, name, minDuration, maxDuration, status, attributes = [] } = filters;
  const all = [
    service && `service ${service}`,
    name && `operation ${name}`,
    minDuration && `at least ${minDuration}`,
    maxDuration && `at most ${maxDuration}`,
    status && `status ${status}`,
    ...attributes,
  ];
  return all.filter((word): word is string => word !== undefined && word !== "");
}

function cleared(filters: object): Record<string, undefined> {
  return Object.fromEntries(Object.keys(filters).map((key) => [key, undefined]));
}
