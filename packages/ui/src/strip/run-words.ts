import { countOf } from "../format/count.ts";

/** Rows that are not accounted for, in words; null when all are. */
export function unexplainedWords(unexplained: number | null): string | null {
  if (unexplained === null || unexplained === 0) return null;
  return unexplained > 0 ? `${countOf(unexplained, "row")} unexplained` : `${countOf(-unexplained, "row")} too many`;
}
