import type { RunResponse, StageDetail } from "sightglass/contract";
import { countOf, formatChange, formatCount } from "../../format/count.ts";
import { formatDuration } from "../../format/duration.ts";
import { formatValueShort } from "../../format/value.ts";
import { type AttributeDifference, compareRuns, type StageDifference } from "./compare.ts";
import { inTreeOrder } from "./timeline-layout.ts";

/** Sources give more on one day than on another: a smaller change of what the first stage read is the day's. */
const sourceRatioMin = 0.2;
/** Nor is a stage's share of written rows the same to the last row. */
const shareMin = 0.02;
/** A stage that takes less than this times as long is no news. */
const slowerMin = 1.5;
/** Nor is one whose delay is a smaller share of the whole run. */
const delayShareMin = 0.1;
const namedMax = 3;

/**
 * What is different from the last good run, the likeliest causes first: one sentence each, names in backquotes.
 * Of rows it is the share that a stage wrote of what it read that counts: what it read is the stages' before it.
 *
 * @param before the good run before that: what differed between the two good ones, such as ids and partitions, says nothing
 */
export function whatChanged(here: RunResponse, good: RunResponse, before: RunResponse | undefined): string[] {
  const { stages, attributes } = compareRuns(here, good);
  return [
    ...attributesWords(before === undefined ? [] : steady(attributes, compareRuns(good, before).attributes)),
    absentWords(good.stages, here.stages, "did not run"),
    absentWords(here.stages, good.stages, "did not run then"),
    sourceWords(here, good),
    ...shareWords(here, good),
    ...stages.filter((stage) => isSlower(stage, good.durationMs)).map(slowerWords),
  ].filter((words) => words !== null);
}

/** Of the attributes that differ now, those that did not before. What tells of an error is the effect and not the cause. */
function steady(now: readonly AttributeDifference[], then: readonly AttributeDifference[]): AttributeDifference[] {
  const restless = new Set(then.flatMap(({ of, key }) => of.map((each) => `${each} ${key}`)));
  return now.filter(({ of, key }) => !key.startsWith("error.") && !of.some((each) => restless.has(`${each} ${key}`)));
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

/** What the first stage that counts was given. */
function sourceWords(here: RunResponse, good: RunResponse): string | null {
  const first = inTreeOrder(here.stages).find(({ stage }) => stage.recordsRead !== null)?.stage;
  const then = good.stages.find((stage) => stage.name === first?.name)?.recordsRead ?? null;
  if (first === undefined || first.recordsRead === null || then === null) return null;
  const change = first.recordsRead - then;
  if (Math.abs(change) < sourceRatioMin * Math.max(1, then)) return null;
  const ratio = then === 0 ? "" : ` (${formatChange(change / then)})`;
  return `\`${first.name}\` read ${countOf(first.recordsRead, "row")}, it was ${formatCount(then)}${ratio}.`;
}

function shareWords(here: RunResponse, good: RunResponse): string[] {
  const shareThen = new Map(good.stages.map((stage) => [stage.name, writtenShare(stage)]));
  return inTreeOrder(here.stages)
    .flatMap(({ stage }) => {
      const [now, then] = [writtenShare(stage), shareThen.get(stage.name) ?? null];
      if (now === null || then === null || Math.abs(now - then) < shareMin) return [];
      return [`\`${stage.name}\` wrote ${perHundred(now)} of each 100 rows it read, it was ${perHundred(then)}.`];
    })
    .slice(0, namedMax);
}

function writtenShare({ recordsRead, recordsWritten }: StageDetail): number | null {
  return recordsRead === null || recordsWritten === null || recordsRead === 0 ? null : recordsWritten / recordsRead;
}

const perHundred = (share: number) => formatValueShort(share * 100);

function isSlower({ hereMs, thereMs }: StageDifference, wholeMs: number | null): boolean {
  if (hereMs === null || thereMs === null) return false;
  return hereMs >= thereMs * slowerMin && hereMs - thereMs >= (wholeMs ?? thereMs) * delayShareMin;
}

const slowerWords = ({ name, hereMs, thereMs }: StageDifference) =>
  `\`${name}\` took ${formatDuration(hereMs)}, it was ${formatDuration(thereMs)}.`;
