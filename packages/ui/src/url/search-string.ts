/**
 * The query string of every view: plain `key=value`, repeated keys for lists, so that URLs can be read, typed and shared.
 * (The router's own form writes JSON into the URL.)
 */
export type RawSearch = Record<string, string | string[]>;

export function parseSearchString(search: string): RawSearch {
  const raw: RawSearch = {};
  for (const [key, value] of new URLSearchParams(search)) {
    const before = raw[key];
    if (before === undefined) raw[key] = value;
    else if (Array.isArray(before)) before.push(value);
    else raw[key] = [before, value];
  }
  return raw;
}

/** Leaves out undefined and empty values; keeps the order of keys. */
export function stringifySearch(search: Record<string, unknown>): string {
  const parameters = new URLSearchParams();
  for (const [key, value] of Object.entries(search)) {
    for (const item of Array.isArray(value) ? value : [value]) {
      if (item === undefined || item === null || item === "") continue;
      parameters.append(key, String(item));
    }
  }
  const text = parameters.toString();
  return text === "" ? "" : `?${text}`;
}

/** The first value under a key; undefined when absent or empty. */
export function readText(raw: Record<string, unknown>, key: string): string | undefined {
  const value = raw[key];
  const first: unknown = Array.isArray(value) ? value[0] : value;
  if (typeof first === "number" || typeof first === "boolean") return String(first);
  return typeof first === "string" && first !== "" ? first : undefined;
}

/** Every value under a key; commas separate too. */
export function readList(raw: Record<string, unknown>, key: string): string[] | undefined {
  const value = raw[key];
  const items = (Array.isArray(value) ? value : [value]).flatMap((item) =>
    typeof item === "string" ? item.split(",") : [],
  );
  const kept = items.filter((item) => item !== "");
  return kept.length === 0 ? undefined : kept;
}

/** The value when it is one of `allowed`, else undefined: a mistyped URL falls back to the default. */
export function readChoice<T extends string>(
  raw: Record<string, unknown>,
  key: string,
  allowed: readonly T[],
): T | undefined {
  const text = readText(raw, key);
  return allowed.find((item) => item === text);
}

/** Drops keys that are undefined, so that optional keys are really absent. */
export function present<T extends Record<string, unknown>>(search: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  const kept: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(search)) if (value !== undefined) kept[key] = value;
  return kept as { [K in keyof T]?: Exclude<T[K], undefined> };
}
