import { SightglassError } from "../../model/errors.ts";

/**
 * Row counts that a command prints, one line each, on either stream:
 *
 *     ::sightglass read=100 written=98 failed=2 reason="bad date"::
 *     ::sightglass set read=100 written=98::
 *     {"sightglass":{"read":100,"written":98,"failed":{"bad date":2}}}
 *
 * Numbers add up over the lines; with `set` (JSON: `"set":true`) they replace what was counted before.
 * docs/guides/run-command.md is the full description.
 */
export interface RowCountLine {
  readonly isSet: boolean;
  readonly counts: Readonly<Partial<Record<CountName, number>>>;
  readonly failures: readonly { readonly reason: string; readonly count: number }[];
}

export const countNames = ["read", "written", "failed", "filtered", "deduplicated", "bytes"] as const;
export type CountName = (typeof countNames)[number];

const reasonUnknown = "unspecified";
const textForm = /^::sightglass(?:\s+(.*?))?\s*::$/s;
const pairForm = /\s*([A-Za-z_]+)=("(?:[^"\\]|\\.)*"|[^\s"]+)/y;

/** Undefined when the line is none of ours; throws `invalid_argument` when it is but cannot be read. */
export function parseRowCountLine(line: string): RowCountLine | undefined {
  const text = line.trim();
  if (text.startsWith("::sightglass")) return parseText(text);
  if (text.startsWith("{") && text.includes('"sightglass"')) return parseJson(text);
  return undefined;
}

function parseText(text: string): RowCountLine {
  const inner = textForm.exec(text)?.[1];
  if (inner === undefined) throw invalid(`it does not end with "::", or holds no counts`);
  const isSet = /^set(\s|$)/.test(inner);
  const values = pairsOf(isSet ? inner.slice(3) : inner);
  const reason = values.get("reason") ?? reasonUnknown;
  values.delete("reason");
  const counts: Partial<Record<CountName, number>> = {};
  for (const [key, value] of values) counts[countName(key)] = count(key, value);
  if (values.size === 0) throw invalid("it holds no counts");
  return { isSet, counts, failures: failuresOf(counts, reason) };
}

function pairsOf(text: string): Map<string, string> {
  const values = new Map<string, string>();
  let position = 0;
  while (text.slice(position).trim() !== "") {
    pairForm.lastIndex = position;
    const match = pairForm.exec(text);
    if (match === null) throw invalid(`"${text.slice(position).trim()}" is not KEY=VALUE`);
    const [whole, key = "", value = ""] = match;
    values.set(key, value.startsWith('"') ? value.slice(1, -1).replaceAll(/\\(.)/gs, "$1") : value);
    position += whole.length;
  }
  return values;
}

function parseJson(text: string): RowCountLine | undefined {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    // Text that only looks like ours, such as a log line that is cut.
    return undefined;
  }
  const body = (parsed as { sightglass?: unknown }).sightglass;
  if (body === undefined) return undefined;
  if (typeof body !== "object" || body === null) throw invalid(`"sightglass" is not an object`);
  const { set, reason, failed, ...rest } = body as Record<string, unknown>;
  const counts: Partial<Record<CountName, number>> = {};
  for (const [key, value] of Object.entries(rest)) counts[countName(key)] = count(key, value);
  const failures: { reason: string; count: number }[] = [];
  if (typeof failed === "object" && failed !== null)
    for (const [key, value] of Object.entries(failed)) failures.push({ reason: key, count: count(key, value) });
  else if (failed !== undefined)
    failures.push({ reason: typeof reason === "string" ? reason : reasonUnknown, count: count("failed", failed) });
  if (failed !== undefined) counts.failed = failures.reduce((sum, failure) => sum + failure.count, 0);
  if (Object.keys(counts).length === 0) throw invalid("it holds no counts");
  return { isSet: set === true, counts, failures };
}

function failuresOf(counts: Partial<Record<CountName, number>>, reason: string): RowCountLine["failures"] {
  return counts.failed === undefined || counts.failed === 0 ? [] : [{ reason, count: counts.failed }];
}

function countName(key: string): CountName {
  const name = countNames.find((known) => known === key);
  if (name === undefined) throw invalid(`"${key}" is none of ${countNames.join(", ")} and reason`);
  return name;
}

function count(key: string, value: unknown): number {
  const parsed = typeof value === "string" && /^\d+$/.test(value) ? Number(value) : value;
  if (typeof parsed !== "number" || !Number.isSafeInteger(parsed) || parsed < 0)
    throw invalid(`${key}=${JSON.stringify(value)} is not a whole number of rows`);
  return parsed;
}

function invalid(why: string): SightglassError {
  return new SightglassError("invalid_argument", why, {
    hint: "write ::sightglass read=100 written=98 failed=2 reason=bad_date::",
  });
}
