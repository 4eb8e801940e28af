import { present, readChoice, readText } from "./search-string.ts";

/** `/targets` */
export interface TargetsSearch {
  health?: "down";
  /** Part of a job, an address or an error. */
  q?: string;
}

export function parseTargetsSearch(raw: Record<string, unknown>): TargetsSearch {
  return present({ health: readChoice(raw, "health", ["down"] as const), q: readText(raw, "q") });
}
