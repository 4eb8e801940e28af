import type { Source } from "./series-state.ts";

/** What `/metrics` shows, as this part needs it (self/metrics.ts). */
export interface ScrapedFamily {
  readonly name: string;
  readonly type: "counter" | "gauge" | "histogram";
  readonly help: string;
  readonly samples: readonly {
    readonly suffix?: string;
    readonly labels: Readonly<Record<string, string>>;
    readonly value: number;
  }[];
}

/**
 * The server's own metrics as a scrape of its `/metrics` would store them, with `up`.
 * @param target.instance the address that a scrape would use
 */
export function selfScrape(families: readonly ScrapedFamily[], target: { job: string; instance: string }): Source {
  const points = families.flatMap(({ name, samples }) =>
    samples.map(({ suffix = "", labels, value }) => point(`${name}${suffix}`, { ...labels, ...target }, value)),
  );
  // JSON has no NaN; a metric that is none has no sample.
  const rows = [point("up", target, 1), ...points].filter(({ amount }) => Number.isFinite(amount));
  return {
    name: "self",
    kind: "gauge",
    points: `SELECT row.1 AS metric, row.2 AS labels, row.3 AS amount FROM (
      SELECT arrayJoin(JSONExtract({rows:String},
        'Array(Tuple(metric String, labels Map(String, String), amount Float64))')) AS row)`,
    params: { rows: JSON.stringify(rows) },
  };
}

function point(metric: string, labels: Readonly<Record<string, string>>, amount: number) {
  const sorted = Object.entries(labels)
    .filter(([, text]) => text !== "")
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return { metric, labels: Object.fromEntries(sorted), amount };
}
