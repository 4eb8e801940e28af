import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { attributeKeysQuery, attributeValuesQuery } from "../../api/queries.ts";
import { Combobox } from "./combobox.tsx";

export interface AttributeFiltersProps {
  filters: readonly string[];
  service: string | undefined;
  onFilters: (filters: string[]) => void;
}

/** `key=value` filters as chips, and a field that completes keys, then values. */
export function AttributeFilters({ filters, service, onFilters }: AttributeFiltersProps) {
  const [text, setText] = useState("");
  const options = useSuggestions(text, service);
  return (
    <div className="filters">
      {filters.map((filter) => (
        <span key={filter} className="chip">
          <span className="truncate">{filter}</span>
          <button
            type="button"
            aria-label={`Remove the filter ${filter}`}
            onClick={() => onFilters(filters.filter((each) => each !== filter))}
          >
            <svg viewBox="0 0 10 10" aria-hidden="true">
              <path d="m2.5 2.5 5 5m0-5-5 5" stroke="currentColor" strokeWidth="1.3" />
            </svg>
          </button>
        </span>
      ))}
      <Combobox
        className="filter-field"
        label="Add an attribute filter"
        placeholder="Attribute: key=value"
        value=""
        options={options}
        onText={setText}
        isPartial={(value) => value.endsWith("=")}
        commitOnBlur={false}
        onCommit={(filter) => {
          if (isFilter(filter) && !filters.includes(filter)) onFilters([...filters, filter]);
        }}
      />
    </div>
  );
}

/** A key, a comparison, a value: the server takes `=` `!=` `>` `>=` `<` `<=` `=~` `!~`. */
function isFilter(text: string): boolean {
  return /^[^=<>!]+(!=|=~|!~|>=|<=|=|>|<)/.test(text);
}

function useSuggestions(text: string, service: string | undefined) {
  const [key = "", ...rest] = text.split("=");
  const hasKey = text.includes("=");
  const keys = useQuery(
    attributeKeysQuery({ prefix: hasKey ? key : text, ...(service === undefined ? {} : { service }) }),
  );
  const values = useQuery({ ...attributeValuesQuery(key, rest.join("=")), enabled: hasKey && key !== "" });
  if (hasKey) return (values.data?.values ?? []).map((value) => ({ value: `${key}=${value}` }));
  return (keys.data?.keys ?? []).map((each) => ({ value: `${each.key}=`, note: each.type }));
}
