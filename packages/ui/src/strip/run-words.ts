import { countOf } from "../format/count.ts";
import { formatRough } from "../format/duration.ts";
import type { Overdue } from "./overdue.ts";

/** Rows that are not accounted for, in words; null when all are. */
export function unexplainedWords(unexplained: number | null): string | null {
  if (unexplained === null || unexplained === 0) return null;
  return unexplained > 0 ? `${countOf(unexplained, "row")} unexplained` : `${countOf(-unexplained, "row")} too many`;
}

/** `overdue: one usually begins every 30 min`. */
export function overdueWords({ usualMs }: Overdue): string {
  return `overdue: one usually begins every ${formatRough(usualMs)}`;
}
