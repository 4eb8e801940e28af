/** A selector of a metric by labels: `name{a="b"}`, as Prometheus writes it. Names beyond the old alphabet are quoted, the metric's in the braces. */
export function selectorText(name: string, labels: readonly (readonly [name: string, value: string])[] = []): string {
  const pairs = labels.map(([key, value]) => `${labelText(key)}=${JSON.stringify(value)}`);
  const isPlain = name === "" || isPlainMetric(name);
  const inside = isPlain ? pairs : [JSON.stringify(name), ...pairs];
  if (inside.length === 0) return name === "" ? "{}" : name;
  return `${isPlain ? name : ""}{${inside.join(", ")}}`;
}

/** A label's name as it stands in a query. */
export const labelText = (name: string): string =>
  /^[a-zA-Z_][a-zA-Z0-9_]*$/.test(name) ? name : JSON.stringify(name);

export const isPlainMetric = (name: string): boolean => /^[a-zA-Z_:][a-zA-Z0-9_:]*$/.test(name);
