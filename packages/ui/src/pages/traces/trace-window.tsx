import { Segments } from "../../primitives/segments.tsx";
import { traceWindowDefault, traceWindows } from "../../url/traces-search.ts";
import type { SearchFormProps } from "./search-form.tsx";
import { TimeRangeChip } from "./time-range-chip.tsx";

/** How far back the search looks: a window up to now, or a part of the past that was chosen in the plot. */
export function TraceWindow({ search, onSearch }: SearchFormProps) {
  return search.start === undefined && search.end === undefined ? (
    <Segments
      label="Time window"
      options={traceWindows}
      value={search.window ?? traceWindowDefault}
      onChange={(window) => onSearch({ window })}
    />
  ) : (
    <TimeRangeChip search={search} onClear={() => onSearch({ start: undefined, end: undefined })} />
  );
}
