import { present, readChoice, readText } from "./search-string.ts";

export const runTabs = ["overview", "errors", "checks", "logs", "attributes", "compare"] as const;
export type RunTab = (typeof runTabs)[number];

export const logSeverities = ["trace", "debug", "info", "warn", "error"] as const;
export type LogSeverity = (typeof logSeverities)[number];

/** `/runs/ID` */
export interface RunSearch {
  tab?: RunTab;
  /** The selected stage, by name: it stays the same from run to run. */
  stage?: string;
  /** Logs: at least this severe. */
  severity?: LogSeverity;
  /** Logs: text that they hold. */
  q?: string;
  /** Compare: the other run's id; the last good run when absent. */
  against?: string;
  /** `1` opens the selected stage's profile. */
  profile?: "1";
}

export function parseRunSearch(raw: Record<string, unknown>): RunSearch {
  return present({
    tab: readChoice(raw, "tab", runTabs),
    stage: readText(raw, "stage"),
    severity: readChoice(raw, "severity", logSeverities),
    q: readText(raw, "q"),
    against: readText(raw, "against"),
    profile: readChoice(raw, "profile", ["1"] as const),
  });
}
