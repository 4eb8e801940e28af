import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { servicesQuery } from "../../api/queries.ts";
import { Button } from "../../primitives/button.tsx";
import { Segments } from "../../primitives/segments.tsx";
import type { TracesSearch } from "../../url/traces-search.ts";
import { AttributeFilters } from "./attribute-filters.tsx";
import { Combobox } from "./combobox.tsx";
import "./search-form.css";

export interface SearchFormProps {
  search: TracesSearch;
  /** Keys that are undefined are taken out. */
  onSearch: (change: { [K in keyof TracesSearch]?: TracesSearch[K] | undefined }) => void;
}

export const durationPattern = /^\d+(\.\d+)?(ns|us|µs|ms|s|m|h)$/;

/** The search: each change is at once in the URL and asked. */
export function SearchForm({ search, onSearch }: SearchFormProps) {
  const { data } = useQuery(servicesQuery());
  const services = data?.services ?? [];
  const operations = services
    .filter((service) => search.service === undefined || service.name === search.service)
    .flatMap((service) => service.operations);
  const isFiltered = Object.keys(search).some((key) => key !== "window");
  return (
    <search className="trace-search">
      <Combobox
        label="Service"
        placeholder="Any service"
        value={search.service ?? ""}
        options={services.map(({ name }) => ({ value: name }))}
        onCommit={(service) => onSearch({ service: service || undefined })}
      />
      <Combobox
        className="is-wide"
        label="Operation"
        placeholder="Any operation"
        value={search.name ?? ""}
        options={[...new Set(operations)].map((value) => ({ value }))}
        onCommit={(name) => onSearch({ name: name || undefined })}
      />
      <DurationField
        label="Shortest"
        placeholder="min 10ms"
        value={search.minDuration}
        onCommit={(minDuration) => onSearch({ minDuration })}
      />
      <DurationField
        label="Longest"
        placeholder="max 2s"
        value={search.maxDuration}
        onCommit={(maxDuration) => onSearch({ maxDuration })}
      />
      <Segments
        label="Status"
        options={["any", "error", "ok"] as const}
        words={{ any: "Any", error: "Error", ok: "OK" }}
        value={search.status ?? "any"}
        onChange={(status) => onSearch({ status: status === "any" ? undefined : status })}
      />
      <AttributeFilters
        filters={search.attributes ?? []}
        service={search.service}
        onFilters={(attributes) => onSearch({ attributes: attributes.length === 0 ? undefined : attributes })}
      />
      {isFiltered ? (
        <Button
          variant="quiet"
          onClick={() =>
            onSearch({
              service: undefined,
              name: undefined,
              minDuration: undefined,
              maxDuration: undefined,
              status: undefined,
              attributes: undefined,
              start: undefined,
              end: undefined,
            })
          }
        >
          Clear
        </Button>
      ) : null}
    </search>
  );
}

interface DurationFieldProps {
  label: string;
  placeholder: string;
  value: string | undefined;
  onCommit: (value: string | undefined) => void;
}

function DurationField({ label, placeholder, value, onCommit }: DurationFieldProps) {
  const [text, setText] = useState<string | null>(null);
  const shown = text ?? value ?? "";
  const isWrong = shown !== "" && !durationPattern.test(shown);
  const commit = () => {
    if (text === null || isWrong) return;
    setText(null);
    if (text !== (value ?? "")) onCommit(text || undefined);
  };
  return (
    <span className="duration-field">
      <input
        className="input"
        aria-label={`${label} duration`}
        aria-invalid={isWrong}
        placeholder={placeholder}
        value={shown}
        spellCheck={false}
        onChange={(event) => setText(event.target.value.replaceAll(" ", ""))}
        onBlur={commit}
        onKeyDown={(event) => {
          if (event.key === "Enter") commit();
          if (event.key === "Escape") setText(null);
        }}
      />
      {isWrong ? (
        <span className="field-problem" role="alert">
          A number and a unit: 500us, 10ms, 2s, 5m
        </span>
      ) : null}
    </span>
  );
}
