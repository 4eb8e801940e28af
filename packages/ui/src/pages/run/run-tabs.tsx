import type { RunResponse } from "sightglass/contract";
import { UnexplainedShape } from "../../primitives/status.tsx";
import type { Tab } from "../../primitives/tabs.tsx";
import { type RunSearch, type RunTab, runTabs } from "../../url/run-search.ts";
import { failedGroups } from "./failed-groups.ts";

const tabWords: Record<RunTab, string> = {
  overview: "Overview",
  errors: "Errors",
  checks: "Checks",
  logs: "Logs",
  attributes: "Attributes",
  compare: "Compare",
};

/** A tab's address. The stage stays: from its bar to its logs and back. */
export const tabSearch = (tab: RunTab, { stage }: RunSearch): RunSearch => ({
  ...(tab === "overview" ? {} : { tab }),
  ...(stage === undefined ? {} : { stage }),
});

/** The tabs of a run, with what each has to say. */
export function runTabLinks(run: RunResponse, search: RunSearch): Tab[] {
  const errors =
    run.stages.filter((stage) => stage.error !== null || stage.status === "failed").length + failedGroups(run).length;
  const notMet = run.quality.checks.filter(({ status }) => status !== "passed").length;
  const unexplained = (run.recordsUnexplained ?? 0) !== 0 || run.handoffs.some((handoff) => handoff.unexplained !== 0);
  return runTabs.map((tab) => ({
    key: tab,
    label: tabWords[tab],
    ...(tab === "errors" && errors > 0 ? { badge: errors } : {}),
    ...(tab === "checks" && notMet > 0 ? { badge: notMet } : {}),
    ...(tab === "overview" && unexplained ? { badge: <UnexplainedShape label="rows unexplained" /> } : {}),
    link: { to: "/runs/$runId", params: { runId: run.id }, search: tabSearch(tab, search), replace: true },
  }));
}
