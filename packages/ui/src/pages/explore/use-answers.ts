import { useQueries } from "@tanstack/react-query";
import { useState } from "react";
import { exemplarsQuery, instantQuery, rangeQuery } from "../../api/prometheus-queries.ts";
import type { ExploreQuery } from "../../url/explore-search.ts";
import type { Answered } from "../../series/lines.ts";
import { exemplarsOf, type FoundExemplar } from "./exemplar-marks.ts";
import { type Note, noteOf } from "./notes.ts";
import type { Evaluated } from "../../series/evaluated.ts";

/** A query of the URL, with its place on the page. */
export interface Asked extends ExploreQuery {
  index: number;
}

export interface Answers {
  /** Whole answers; those of before while new ones are read. */
  answers: readonly Answered[];
  /** What they cover. */
  range: Evaluated;
  notes: readonly Note[][];
  /** The first error that is none of the query's own. */
  trouble: Error | null;
  isReading: boolean;
  isFirst: boolean;
  refetch: () => void;
}

/** Asks all queries that are shown, over the range or, for a table, at its end. */
export function useAnswers(asked: readonly Asked[], range: Evaluated, kind: "range" | "instant"): Answers {
  const results = useQueries({
    queries: asked.map(({ expr, isHidden }) => ({
      ...(kind === "range" ? rangeQuery(expr, range) : instantQuery(expr, range.endMs)),
      enabled: !isHidden,
    })) as ReturnType<typeof rangeQuery>[],
  });
  const current = results.flatMap(({ data }, at) => {
    const query = asked[at];
    if (data === undefined || query === undefined || query.isHidden) return [];
    return [{ index: query.index, expr: query.expr, legend: query.legend, data: data.data }];
  });
  const isReading = results.some(({ isFetching }) => isFetching);
  const isSettled = results.every(
    ({ data, error }, at) => data !== undefined || error !== null || asked[at]?.isHidden === true,
  );
  const version = JSON.stringify([
    kind,
    range,
    asked,
    results.map(({ dataUpdatedAt, errorUpdatedAt }) => [dataUpdatedAt, errorUpdatedAt]),
  ]);
  const [shown, setShown] = useState({ version: "", kind, answers: current, range });
  if (isSettled && version !== shown.version) setShown({ version, kind, answers: current, range });
  const isOther = shown.kind !== kind;
  return {
    answers: isOther ? [] : shown.answers,
    range: isOther ? range : shown.range,
    notes: results.map((result, at) => notesOf(result, asked[at]?.expr ?? "")),
    trouble: results.find(({ error }) => error !== null && !isAboutQuery(error))?.error ?? null,
    isReading,
    isFirst: shown.version === "" || isOther,
    refetch: () => {
      for (const { refetch } of results) void refetch();
    },
  };
}

interface Noted {
  data?: { warnings?: readonly string[]; infos?: readonly string[] } | undefined;
  error: Error | null;
}

function notesOf({ data, error }: Noted, expr: string): Note[] {
  return [
    ...(error !== null && isAboutQuery(error) ? [noteOf("error", error.message, expr)] : []),
    ...(data?.warnings ?? []).map((text) => noteOf("warning", text, expr)),
    ...(data?.infos ?? []).map((text) => noteOf("info", text, expr)),
  ];
}

/** The query is wrong, too large or too slow; not the server. */
function isAboutQuery(error: Error): boolean {
  return (
    "code" in error &&
    ["bad_data", "execution", "timeout", "canceled"].includes(String(error.code)) &&
    "status" in error &&
    error.status !== 0
  );
}

/** The exemplars behind all queries that are shown, when wanted. */
export function useExemplars(asked: readonly Asked[], range: Evaluated, isWanted: boolean): readonly FoundExemplar[] {
  const shown = isWanted ? asked.filter(({ isHidden }) => !isHidden) : [];
  return useQueries({
    queries: shown.map(({ expr }) => exemplarsQuery(expr, range)),
    combine: (results) => exemplarsOf(results.flatMap(({ data }) => data?.data ?? [])),
  });
}
