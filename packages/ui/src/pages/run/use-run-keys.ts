import { useNavigate } from "@tanstack/react-router";
import type { RunResponse } from "sightglass/contract";
import { useShortcuts } from "../../keyboard/shortcuts.ts";
import { type RunSearch, type RunTab, runTabs } from "../../url/run-search.ts";
import { tabSearch } from "./run-tabs.tsx";
import { inTreeOrder } from "./timeline-layout.ts";

/** 1 to 6 choose a tab, j and k a stage, [ and ] the run before and after, c compares, Escape leaves the stage. */
export function useRunKeys(run: RunResponse, search: RunSearch): void {
  const navigate = useNavigate({ from: "/runs/$runId" });
  const toTab = (tab: RunTab) => () => void navigate({ search: tabSearch(tab, search), replace: true });
  const toRun = (runId: string | null) =>
    runId === null
      ? undefined
      : () =>
          void navigate({
            to: "/runs/$runId",
            params: { runId },
            search: tabSearch(search.tab ?? "overview", search),
          });
  const names = inTreeOrder(run.stages).map(({ stage }) => stage.name);
  const toStage = (by: number) => () => {
    const at = names.indexOf(search.stage ?? "");
    const next = names[at < 0 ? (by > 0 ? 0 : names.length - 1) : Math.min(Math.max(at + by, 0), names.length - 1)];
    if (next === undefined) return;
    void navigate({ search: { stage: next }, replace: true });
    document.querySelector(`[data-stage="${CSS.escape(next)}"]`)?.scrollIntoView({ block: "nearest" });
  };
  const isOverview = search.tab === undefined || search.tab === "overview";
  useShortcuts({
    ...Object.fromEntries(runTabs.map((tab, index) => [String(index + 1), toTab(tab)])),
    "[": toRun(run.previousRunId),
    "]": toRun(run.nextRunId),
    c: toTab("compare"),
    j: isOverview ? toStage(1) : undefined,
    k: isOverview ? toStage(-1) : undefined,
    Escape:
      search.stage === undefined
        ? undefined
        : () => void navigate({ search: search.tab === undefined ? {} : { tab: search.tab }, replace: true }),
  });
}
