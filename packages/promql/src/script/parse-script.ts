import { parseDurationMs } from "../text/duration.ts";
import { unquote } from "../text/go-string.ts";
import { parseGoNumber } from "../text/parse-float.ts";
import { metricNameLabel } from "../model/labels.ts";
import {
  ScriptError,
  type Command,
  type EvalCommand,
  type EvalTimes,
  type Expectation,
  type LoadCommand,
  type LoadedSeries,
} from "./commands.ts";
import { parseSeriesLine, type SeriesLine } from "./series-line.ts";

interface Line {
  readonly number: number;
  readonly text: string;
}

/** Reads a whole script, command by command; what cannot be read stands in its place as the error that says why. */
export function parseScript(source: string): readonly (Command | ScriptError)[] {
  const lines = source.split("\n").map((text, index) => {
    const trimmed = text.trim();
    return { number: index + 1, text: trimmed.startsWith("#") ? "" : trimmed };
  });
  const commands: (Command | ScriptError)[] = [];
  for (let at = 0; at < lines.length;) {
    const line = lines[at++];
    if (line === undefined || line.text === "") continue;
    const word = (/^\S+/.exec(line.text)?.[0] ?? "").toLowerCase();
    const body = bodyOf(word, lines, at);
    at += body.length;
    try {
      commands.push(parseCommand(word, line, body));
    } catch (thrown) {
      if (!(thrown instanceof ScriptError)) throw thrown;
      commands.push(thrown);
    }
  }
  return commands;
}

/** Until the next empty line; an expected scalar, or how an `eval_fail` fails, is the last line of its command. */
function bodyOf(word: string, lines: readonly Line[], from: number): readonly Line[] {
  if (word === "clear") return [];
  const rest = lines.slice(from);
  const empty = rest.findIndex(({ text }) => text === "");
  const block = empty === -1 ? rest : rest.slice(0, empty);
  if (!word.startsWith("eval")) return block;
  const last = block.findIndex(
    ({ text }) => parseGoNumber(text) !== undefined || (word === "eval_fail" && text.startsWith("expected_fail_")),
  );
  return last === -1 ? block : block.slice(0, last + 1);
}

function parseCommand(word: string, line: Line, body: readonly Line[]): Command {
  if (word === "clear") return { kind: "clear", line: line.number };
  if (word.startsWith("load")) return parseLoad(line, body);
  if (word.startsWith("eval")) return parseEval(line, body);
  throw new ScriptError(line.number, `unknown command ${JSON.stringify(word)}`);
}

function within<Result>(line: Line, read: () => Result): Result {
  try {
    return read();
  } catch (thrown) {
    if (thrown instanceof ScriptError) throw thrown;
    throw new ScriptError(line.number, thrown instanceof Error ? thrown.message : String(thrown));
  }
}

function duration(line: Line, text: string | undefined): number {
  const negative = text?.startsWith("-") ?? false;
  const durationMs = parseDurationMs((text ?? "").replace(/^[+-]/, ""));
  if (durationMs === undefined) throw new ScriptError(line.number, `${JSON.stringify(text)} is no duration`);
  return negative ? -durationMs : durationMs;
}

function parseLoad(line: Line, body: readonly Line[]): LoadCommand {
  const match = /^load(?:_(with_nhcb))?\s+(.+?)$/i.exec(line.text);
  if (match === null) throw new ScriptError(line.number, "expected load <step>");
  const series: LoadedSeries[] = [];
  let starts: readonly (number | undefined)[] | undefined;
  for (const each of body) {
    const start = splitStartLine(each.text);
    if (start !== undefined) {
      starts = within(each, () => parseStarts(each, start));
      continue;
    }
    const parsed = within(each, () => parseSeriesLine(each.text));
    if (starts !== undefined && starts.length !== parsed.values.length)
      throw new ScriptError(each.number, `${parsed.values.length} values, but ${starts.length} start timestamps`);
    series.push(starts === undefined ? parsed : { ...parsed, startOffsetsMs: starts });
    starts = undefined;
  }
  return {
    kind: "load",
    line: line.number,
    stepMs: duration(line, match[2]),
    withCustomBuckets: match[1] !== undefined,
    series,
  };
}

/** The items of `metric{...}@st -5s _ 0x3`, which are for the next line, of the same metric; undefined for other lines. */
function splitStartLine(text: string): string | undefined {
  return /^(?:[^"'`{\s]|\{(?:[^"'`}]|"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|`[^`]*`)*\})*@st\s+(.*)$/.exec(text)?.[1];
}

function parseStarts(line: Line, text: string): (number | undefined)[] {
  return text.split(/\s+/).flatMap((item) => {
    const missing = /^_(?:x(\d+))?$/.exec(item);
    if (missing !== null) return Array.from({ length: Number(missing[1] ?? 1) }, () => undefined);
    const match = /^([+-]?[0-9][0-9a-wyz]*)(?:([+-])([+-]?[0-9][0-9a-wyz]*))?(?:x(\d+))?$/.exec(item);
    if (match === null) throw new ScriptError(line.number, `cannot read the start timestamp ${JSON.stringify(item)}`);
    const incrementMs = match[3] === undefined ? 0 : duration(line, match[3]) * (match[2] === "-" ? -1 : 1);
    const firstMs = duration(line, match[1]);
    return Array.from({ length: Number(match[4] ?? 0) + 1 }, (_unused, index) => firstMs + index * incrementMs);
  });
}

interface EvalHead {
  readonly query: string;
  readonly instant: boolean;
  readonly suffix: string;
  readonly times: EvalTimes;
}

function parseHead(line: Line): EvalHead {
  const instant = /^eval(?:_(fail|warn|ordered|info))?\s+instant\s+(?:at\s+(.+?))?\s+(.+)$/i.exec(line.text);
  if (instant !== null) {
    const atMs = instant[2] === undefined ? 0 : duration(line, instant[2]);
    const times = { startMs: atMs, endMs: atMs, stepMs: 0 };
    return { query: instant[3] ?? "", instant: true, suffix: instant[1] ?? "", times };
  }
  const range = /^eval(?:_(fail|warn|info))?\s+range\s+from\s+(.+)\s+to\s+(.+)\s+step\s+(.+?)\s+(.+)$/i.exec(line.text);
  if (range === null)
    throw new ScriptError(
      line.number,
      "expected eval instant at <time> <query> or eval range from ... to ... step ... <query>",
    );
  const times = {
    startMs: duration(line, range[2]),
    endMs: duration(line, range[3]),
    stepMs: duration(line, range[4]),
  };
  if (times.endMs < times.startMs) throw new ScriptError(line.number, "the end is before the start");
  return { query: range[5] ?? "", instant: false, suffix: range[1] ?? "", times };
}

type Body = { -readonly [Key in "scalar" | "string" | "rangeVector"]?: EvalCommand[Key] } & {
  ordered: boolean;
  expectations: Expectation[];
  series: SeriesLine[];
};

function parseEval(line: Line, lines: readonly Line[]): EvalCommand {
  const head = parseHead(line);
  const body: Body = { ordered: head.suffix === "ordered", expectations: [], series: [] };
  if (head.suffix === "fail" || head.suffix === "warn" || head.suffix === "info")
    body.expectations.push({ kind: head.suffix });
  for (const each of lines) parseBodyLine(each, head, body);
  const has = (kind: Expectation["kind"]): boolean => body.expectations.some((each) => each.kind === kind);
  if ((has("warn") && has("no_warn")) || (has("info") && has("no_info")))
    throw new ScriptError(line.number, "cannot expect an annotation and none at the same time");
  // What is expected says when the query is evaluated: at the end of its range.
  const atMs = body.rangeVector?.endMs;
  const times = atMs === undefined ? head.times : { startMs: atMs, endMs: atMs, stepMs: 0 };
  return { kind: "eval", line: line.number, query: head.query, instant: head.instant, times, ...body };
}

function parseBodyLine(line: Line, head: EvalHead, body: Body): void {
  const { text } = line;
  const message = /^expected_fail_(message|regexp)\s+(.+)$/.exec(text);
  if (message !== null && head.suffix === "fail") {
    body.expectations = [
      { kind: "fail", match: { kind: message[1] === "message" ? "msg" : "regex", text: (message[2] ?? "").trim() } },
    ];
    return;
  }
  const range = /^expect range vector\s+from\s+(.+)\s+to\s+(.+)\s+step\s+(.+)$/.exec(text);
  if (range !== null) {
    if (!head.instant) throw new ScriptError(line.number, "a range vector is a result of instant queries only");
    body.rangeVector = {
      startMs: duration(line, range[1]),
      endMs: duration(line, range[2]),
      stepMs: duration(line, range[3]),
    };
    return;
  }
  const string = /^expect string\s+(.+)$/.exec(text);
  if (string !== null) {
    body.string = within(line, () => unquote((string[1] ?? "").trim()));
    return;
  }
  const expect = /^expect\s+(ordered|fail|warn|no_warn|info|no_info)(?:\s+(regex|msg):(.+))?$/.exec(text);
  if (expect !== null) {
    if (expect[1] === "ordered") body.ordered = true;
    else body.expectations.push(expectation(expect));
    return;
  }
  if (text.startsWith("expect ")) throw new ScriptError(line.number, `unknown expectation ${JSON.stringify(text)}`);
  const scalar = parseGoNumber(text);
  if (scalar !== undefined) {
    body.scalar = scalar;
    return;
  }
  const series = within(line, () => parseSeriesLine(text));
  checkLength(line, head, body, series);
  body.series.push(series);
}

function expectation(match: RegExpExecArray): Expectation {
  const kind = match[1] as Expectation["kind"];
  if (match[2] === undefined) return { kind };
  return { kind, match: { kind: match[2] === "regex" ? "regex" : "msg", text: (match[3] ?? "").trim() } };
}

function checkLength(line: Line, head: EvalHead, body: Body, { labels, values }: SeriesLine): void {
  const name = labels.get(metricNameLabel);
  if (head.instant && body.rangeVector === undefined && values.length !== 1)
    throw new ScriptError(line.number, `expected one value for ${name}${String(labels)} in an instant query`);
  const { startMs, endMs, stepMs } = body.rangeVector ?? head.times;
  const most = stepMs === 0 ? 1 : Math.floor((endMs - startMs) / stepMs) + 1;
  if (values.length > most) throw new ScriptError(line.number, `expected at most ${most} values, got ${values.length}`);
}
