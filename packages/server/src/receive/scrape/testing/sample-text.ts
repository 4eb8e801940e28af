import { eachLabel } from "../../../decode/metrics/canonical-labels.ts";
import type { SampleBatch, SampleSeries, SeriesSample } from "../../../decode/exposition/write-samples.ts";

/** A series as text: `name{label="value"}`. */
export function seriesText({ range: { source, end } }: SampleSeries): string {
  const labels: [string, string][] = [];
  const text = (from: number, to: number) => Buffer.from(source.bytes.subarray(from, to)).toString();
  eachLabel(source, 0, end, (nameStart, nameEnd, valueStart, valueEnd) => {
    labels.push([text(nameStart, nameEnd), text(valueStart, valueEnd)]);
  });
  const name = labels.find(([label]) => label === "__name__")?.[1] ?? "";
  const rest = labels.filter(([label]) => label !== "__name__").map(([label, value]) => `${label}="${value}"`);
  return rest.length === 0 ? name : `${name}{${rest.join(",")}}`;
}

export function sampleText({ series, value, histogram }: SeriesSample): string {
  return `${seriesText(series)} ${histogram === undefined ? value : "histogram"}`;
}

const isReport = (text: string) => /^(up|scrape_\w+)[{ ]/.test(text);

/** The samples of a batch, without those that scrapes make about themselves. */
export const scraped = (batch: SampleBatch | undefined) =>
  (batch?.samples ?? []).map(sampleText).filter((text) => !isReport(text));
/** Those that scrapes make about themselves, by name. */
export const reports = (batch: SampleBatch | undefined) =>
  Object.fromEntries(
    (batch?.samples ?? [])
      .filter((sample) => isReport(sampleText(sample)))
      .map(({ series, value }) => [seriesText(series).replace(/\{.*/, ""), value]),
  );
