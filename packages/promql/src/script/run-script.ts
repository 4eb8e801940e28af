import { Engine } from "../eval/engine.ts";
import type { QueryResult, ResultData, VectorSample } from "../eval/result.ts";
import { parse } from "../parse/parse.ts";
import { print } from "../print/print.ts";
import { MemorySource } from "../source/memory-source.ts";
import { compileAnchored } from "../text/go-regexp.ts";
import { compareResult } from "./compare.ts";
import { ScriptError, type EvalCommand, type Expectation, type LoadCommand } from "./commands.ts";
import { convertClassic } from "./custom-buckets.ts";
import { parseScript } from "./parse-script.ts";
import { pinTo } from "./pin.ts";

export interface CaseFailure {
  readonly line: number;
  readonly query: string;
  readonly message: string;
}

export interface ScriptOutcome {
  readonly passed: number;
  readonly total: number;
  readonly failures: readonly CaseFailure[];
}

/** The settings that Prometheus' own scripts assume. */
export const scriptSettings = {
  lookbackMs: 5 * 60_000,
  subqueryStepMs: 60_000,
  samplesMax: 10_000,
  delayedNameRemoval: true,
  useStartTimestamps: true,
} as const;

/**
 * Runs a script in the language of promqltest. As the reference does, every instant query is run again: pinned by `@` at
 * other times, and as the middle step of a range query. One `eval` is one case, with all its runs; a command that
 * cannot be read is a case that failed, and the rest of the script goes on.
 */
export async function runScript(source: string): Promise<ScriptOutcome> {
  const storage = new MemorySource();
  const engine = new Engine(storage, scriptSettings);
  const failures: CaseFailure[] = [];
  let total = 0;
  for (const command of parseScript(source)) {
    if (command instanceof ScriptError) {
      total++;
      failures.push({ line: command.line, query: "", message: command.message });
    } else if (command.kind === "clear") storage.clear();
    else if (command.kind === "load") load(command, storage);
    else {
      total++;
      const message = await runCase(command, engine);
      if (message !== undefined) failures.push({ line: command.line, query: command.query, message });
    }
  }
  return { passed: total - failures.length, total, failures };
}

/** Only what a script loads. @throws ScriptError when the script cannot be read. */
export function loadScript(source: string, storage: MemorySource): void {
  for (const command of parseScript(source)) {
    if (command instanceof ScriptError) throw command;
    if (command.kind === "load") load(command, storage);
  }
}

function load(command: LoadCommand, storage: MemorySource): void {
  // Of two lines for one series the last counts.
  const series = [...new Map(command.series.map((each) => [each.labels.key, each])).values()];
  for (const { labels, values, startOffsetsMs } of series)
    values.forEach((value, index) => {
      const timeMs = index * command.stepMs;
      const offsetMs = startOffsetsMs?.[index];
      const startMs = offsetMs === undefined ? 0 : timeMs + offsetMs;
      if (value.kind === "float") storage.append(labels, timeMs, value.value, startMs);
      else if (value.kind === "histogram") storage.append(labels, timeMs, value.histogram, startMs);
      else if (value.kind === "stale") storage.append(labels, timeMs, "stale", startMs);
    });
  if (!command.withCustomBuckets) return;
  for (const { labels, index, histogram } of convertClassic(series))
    storage.append(labels, index * command.stepMs, histogram);
}

async function runCase(command: EvalCommand, engine: Engine): Promise<string | undefined> {
  if (!command.instant) {
    const { startMs, endMs, stepMs } = command.times;
    return checkRun(command, () => engine.range({ query: command.query, startMs, endMs, stepMs }));
  }
  for (const { query, timeMs } of instantRuns(command)) {
    const where = query === command.query ? "" : ` (as ${query} at ${timeMs} ms)`;
    const problem = await checkRun(command, () => engine.instant({ query, timeMs }));
    if (problem !== undefined) return problem + where;
    const inRange = await checkMiddleStep(command, query, timeMs, engine);
    if (inRange !== undefined) return `${inRange} (in a range query${where})`;
  }
  return undefined;
}

interface InstantRun {
  readonly query: string;
  readonly timeMs: number;
}

/** The query as written, then pinned and evaluated at other times. */
function instantRuns(command: EvalCommand): readonly InstantRun[] {
  const { startMs } = command.times;
  const written = { query: command.query, timeMs: startMs };
  let pinned: string | undefined;
  try {
    const expr = pinTo(parse(command.query), startMs);
    pinned = expr === undefined ? undefined : print(expr);
  } catch {
    return [written];
  }
  if (pinned === undefined) return [written];
  const query = pinned;
  const otherTimesMs =
    startMs === 0 ? [-1000, 0, 1000] : [-10 * startMs, 0, Math.trunc(startMs / 5), startMs, 10 * startMs];
  return [written, ...otherTimesMs.map((timeMs) => ({ query, timeMs }))];
}

async function checkRun(command: EvalCommand, run: () => Promise<QueryResult>): Promise<string | undefined> {
  const failure = command.expectations.find(({ kind }) => kind === "fail");
  let result: QueryResult;
  try {
    result = await run();
  } catch (thrown) {
    const message = thrown instanceof Error ? thrown.message : String(thrown);
    if (failure === undefined) return `failed: ${message}`;
    return matches(failure, message)
      ? undefined
      : `expected to fail with ${matchText(failure)}, but failed with: ${message}`;
  }
  if (failure !== undefined) return "expected to fail, but did not";
  return checkAnnotations(command, result) ?? compareResult(command, result.data);
}

function checkAnnotations({ expectations }: EvalCommand, result: QueryResult): string | undefined {
  for (const [kind, found] of [
    ["warn", result.warnings],
    ["info", result.infos],
  ] as const) {
    const wanted = expectations.filter((each) => each.kind === kind);
    if (expectations.some((each) => each.kind === `no_${kind}`) && found.length > 0)
      return `expected no ${kind}, got: ${found.join("; ")}`;
    if (wanted.length === 0) continue;
    const missing = wanted.find((each) => !found.some((message) => matches(each, message)));
    if (missing !== undefined) return `expected ${kind} ${matchText(missing)}, got: ${found.join("; ") || "none"}`;
    const extra = found.find((message) => !wanted.some((each) => matches(each, message)));
    if (extra !== undefined) return `unexpected ${kind}: ${extra}`;
  }
  return undefined;
}

function matches({ match }: Expectation, message: string): boolean {
  if (match === undefined) return true;
  return match.kind === "msg" ? match.text === message : compileAnchored(`.*(?:${match.text}).*`).test(message);
}

const matchText = ({ match }: Expectation): string =>
  match === undefined ? "anything" : `${match.kind}: ${match.text}`;

/** An instant query gives what the middle step of a range query around it gives. */
async function checkMiddleStep(
  command: EvalCommand,
  query: string,
  timeMs: number,
  engine: Engine,
): Promise<string | undefined> {
  if (command.ordered || command.string !== undefined || command.rangeVector !== undefined) return undefined;
  if (/\b(?:range|start|end|step)\(\)/.test(query)) return undefined;
  if (command.expectations.some(({ kind }) => kind === "fail")) return undefined;
  const stepMs = 60_000;
  try {
    const { data } = await engine.range({ query, startMs: timeMs - stepMs, endMs: timeMs + stepMs, stepMs });
    return compareResult(command, middleOf(data, timeMs, command.scalar !== undefined));
  } catch (thrown) {
    return `failed: ${thrown instanceof Error ? thrown.message : String(thrown)}`;
  }
}

function middleOf(data: ResultData, timeMs: number, scalar: boolean): ResultData {
  if (data.type !== "matrix") return data;
  const samples: VectorSample[] = [];
  for (const { labels, timestampsMs, values, histograms } of data.series) {
    const index = timestampsMs.indexOf(timeMs);
    const histogram = histograms?.[index];
    if (index !== -1)
      samples.push({ labels, timeMs, value: values[index] ?? NaN, ...(histogram === undefined ? {} : { histogram }) });
  }
  const [only] = samples;
  return scalar && only !== undefined ? { type: "scalar", timeMs, value: only.value } : { type: "vector", samples };
}
