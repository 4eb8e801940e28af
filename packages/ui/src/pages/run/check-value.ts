import type { QualityCheck } from "sightglass/contract";
import { formatCount, formatRatio } from "../../format/count.ts";
import { formatDuration, unknown } from "../../format/duration.ts";
import { formatValueShort } from "../../format/value.ts";

const shares = new Set(["completeness", "validity", "uniqueness"]);

/** What a check found, in the unit of its kind. */
export function checkValue({ kind, value }: Pick<QualityCheck, "kind" | "value">): string {
  if (value === null) return unknown;
  if (shares.has(kind)) return formatRatio(value);
  if (kind === "row_count") return formatCount(value);
  return kind === "freshness" ? formatDuration(value * 1000) : formatValueShort(value);
}
