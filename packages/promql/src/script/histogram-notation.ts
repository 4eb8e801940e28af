import {
  customBucketsSchema,
  emptyHistogram,
  noBuckets,
  type Buckets,
  type CounterResetHint,
  type FloatHistogram,
} from "../histogram/float-histogram.ts";
import { parseFloatText } from "../text/parse-float.ts";

/** A histogram as scripts write it, and whether its hint was written out. */
export interface NotedHistogram {
  readonly histogram: FloatHistogram;
  readonly hintGiven: boolean;
}

/** Reads `{{schema:0 sum:5 count:4 buckets:[1 2 1] offset:1}}`. @throws Error that names what is wrong. */
export function parseHistogram(text: string): NotedHistogram {
  const fields = new Map<string, string>();
  const body = text.replace(/^\{\{/, "").replace(/\}\}$/, "").trim();
  const rest = body.replace(/([a-zA-Z_]+)\s*:\s*(\[[^\]]*\]|\S+)/g, (_whole, name: string, value: string) => {
    const key = name.toLowerCase();
    if (fields.has(key)) throw new Error(`duplicate key "${key}" in histogram`);
    fields.set(key, value);
    return "";
  });
  if (rest.trim() !== "") throw new Error(`cannot read "${rest.trim()}" in histogram ${text}`);
  for (const key of fields.keys()) if (!keys.has(key)) throw new Error(`unknown key "${key}" in histogram ${text}`);
  const number = (key: string): number => readNumber(fields.get(key) ?? "0", key);
  const schema = number("schema");
  const customBounds = readList(fields.get("custom_values"), "custom_values");
  if (customBounds.length > 0 && schema !== customBucketsSchema) throw new Error("custom_values need schema:-53");
  const histogram: FloatHistogram = {
    ...emptyHistogram,
    schema,
    sum: number("sum"),
    count: number("count"),
    zeroCount: number("z_bucket"),
    zeroThreshold: number("z_bucket_w"),
    positive: readBuckets(fields.get("buckets"), number("offset")),
    negative: readBuckets(fields.get("n_buckets"), number("n_offset")),
    customBounds,
    hint: readHint(fields.get("counter_reset_hint")),
  };
  return { histogram, hintGiven: fields.has("counter_reset_hint") };
}

const keys: ReadonlySet<string> = new Set(
  "schema sum count z_bucket z_bucket_w buckets offset n_buckets n_offset custom_values counter_reset_hint".split(" "),
);

const hints: ReadonlySet<string> = new Set(["unknown", "reset", "not_reset", "gauge"]);

function readHint(text: string | undefined): CounterResetHint {
  if (text === undefined) return "unknown";
  const hint = text.toLowerCase();
  if (!hints.has(hint)) throw new Error(`counter_reset_hint must be one of ${[...hints].join(", ")}, got "${text}"`);
  return hint as CounterResetHint;
}

function readNumber(text: string, key: string): number {
  const value = parseFloatText(text);
  if (value === undefined) throw new Error(`"${text}" is no number for ${key}`);
  return value;
}

function readList(text: string | undefined, key: string): readonly number[] {
  if (text === undefined) return [];
  const items = text.slice(1, -1).trim();
  return items === "" ? [] : items.split(/\s+/).map((item) => readNumber(item, key));
}

function readBuckets(text: string | undefined, offset: number): Buckets {
  const counts = readList(text, "buckets");
  return counts.length === 0 ? noBuckets : { counts, indexes: counts.map((_count, index) => index + offset) };
}
