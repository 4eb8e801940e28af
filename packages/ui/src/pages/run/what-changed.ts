import type { RunResponse, StageDetail } from "sightglass/contract";
import { countOf, formatChange, formatCount } from "../../format/count.ts";
import { formatDuration } from "../../format/duration.ts";
import { type AttributeDifference, compareRuns, type StageDifference } from "./compare.ts";
import { inTreeOrder } from "./timeline-layout.ts";

/** Row counts that differ by less are the day's, not the fault's. */
const rowsRatioMin = 0.1;
/** A stage that takes less than this times as long is no news. */
const slowerMin = 1.5;
/** Nor is one whose delay is a smaller share of the whole run. */
const delayShareMin = 0.1;
const namedMax = 3;

/**
 * What is different from the last good run, the likeliest causes first: one sentence each, names in backquotes.
 * Of rows only the first stage that differs is named: those after it differ because of it.
 *
 * @param before the good run before that: what differed between the two good ones, such as ids and partitions, says nothing
 */
export function whatChanged(here: RunResponse, good: RunResponse, before: RunResponse | undefined): string[] {
  const { stages, attributes } = compareRuns(here, good);
  return [
    ...attributesWords(before === undefined ? [] : steady(attributes, compareRuns(good, before).attributes)),
    absentWords(good.stages, here.stages, "did not run"),
    absentWords(here.stages, good.stages, "did not run then"),
    firstRowsWords(here, good),
    ...stages.filter((stage) => isSlower(stage, good.durationMs)).map(slowerWords),
  ].filter((words) => words !== null);
}

/** Of the attributes that differ now, those that did not before. */
function steady(now: readonly AttributeDifference[], then: readonly AttributeDifference[]): AttributeDifference[] {
  const restless = new Set(then.flatMap(({ of, key }) => of.map((each) => `${each} ${key}`)));
  return now.filter(({ of, key }) => !of.some((each) => restless.has(`${each} ${key}`)));
}

function attributesWords(attributes: readonly AttributeDifference[]): string[] {
  const words = attributes.slice(0, namedMax).map(attributeWords);
  const more = attributes.length - words.length;
  return more > 0 ? [...words, `${countOf(more, "more attribute differs", "more attributes differ")}.`] : words;
}

function attributeWords({ of, key, here, there }: AttributeDifference): string {
  const where = of.includes("resource") || of.includes("run") ? "" : ` of \`${of.slice(0, namedMax).join("`, `")}\``;
  return `\`${key}\`${where} is \`${here ?? "absent"}\`, it was \`${there ?? "absent"}\`.`;
}

function absentWords(from: readonly StageDetail[], to: readonly StageDetail[], what: string): string | null {
  const known = new Set(to.map((stage) => stage.name));
  const names = from.filter((stage) => !known.has(stage.name)).map((stage) => `\`${stage.name}\``);
  if (names.length === 0) return null;
  const more = names.length > namedMax ? ` and ${formatCount(names.length - namedMax)} more` : "";
  return `${names.slice(0, namedMax).join(", ")}${more} ${what}.`;
}

function firstRowsWords(here: RunResponse, there: RunResponse): string | null {
  const before = new Map(there.stages.map((stage) => [stage.name, stage]));
  for (const { stage } of inTreeOrder(here.stages)) {
    const other = before.get(stage.name);
    const words =
      rowsWords(stage.name, "read", stage.recordsRead, other?.recordsRead ?? null) ??
      rowsWords(stage.name, "wrote", stage.recordsWritten, other?.recordsWritten ?? null);
    if (words !== null) return words;
  }
  return null;
}

function rowsWords(name: string, did: string, here: number | null, there: number | null): string | null {
  if (here === null || there === null || Math.abs(here - there) < rowsRatioMin * Math.max(1, there)) return null;
  const ratio = there === 0 ? "" : ` (${formatChange((here - there) / there)})`;
  return `\`${name}\` ${did} ${countOf(here, "row")}, it was ${formatCount(there)}${ratio}.`;
}

function isSlower({ hereMs, thereMs }: StageDifference, wholeMs: number | null): boolean {
  if (hereMs === null || thereMs === null) return false;
  return hereMs >= thereMs * slowerMin && hereMs - thereMs >= (wholeMs ?? thereMs) * delayShareMin;
}

const slowerWords = ({ name, hereMs, thereMs }: StageDifference) =>
  `\`${name}\` took ${formatDuration(hereMs)}, it was ${formatDuration(thereMs)}.`;
