import { isStaleAt, type RawSeries } from "@sightglass/promql";
import { Hono } from "hono";
import type { Clock } from "../../model/clock.ts";
import type { MetricMetadata } from "../../query/metrics-metadata.ts";
import type { MetricQueries } from "../../query/metrics-queries.ts";
import { type ExternalLabels, withExternal } from "../exposition/external-labels.ts";
import type { ExposedFamily, ExposedSample } from "../exposition/family.ts";
import { type ExpositionFormat, negotiateFormat } from "../exposition/negotiate.ts";
import { protobufOf } from "../exposition/protobuf.ts";
import { textOf } from "../exposition/text.ts";
import { streamBody } from "../stream-body.ts";
import { noSelector, PrometheusParameters } from "./prometheus-parameters.ts";

export interface FederateDeps {
  metrics: MetricQueries;
  clock: Clock;
  externalLabels: () => ExternalLabels;
}

const lookbackMs = 5 * 60_000;

/** `/federate?match[]=SELECTOR`: the last sample of each series, for another Prometheus to scrape. */
export function federateRoutes({ metrics, clock, externalLabels }: FederateDeps): Hono {
  const app = new Hono();
  app.get("/federate", async (context) => {
    const parameters = await PrometheusParameters.of(context);
    const selectors = parameters.selectors();
    if (selectors.length === 0) throw noSelector();
    const { signal } = context.req.raw;
    const endMs = clock.nowMs();
    const found = new Map<string, ExposedSample>();
    for (const matchers of selectors)
      for (const series of await metrics.samples({ matchers, startMs: endMs - lookbackMs, endMs, signal })) {
        const last = lastSample(series, externalLabels());
        if (last !== undefined) found.set(last.labels.key, last);
      }
    const format = negotiateFormat(context.req.header("accept"));
    const families = familiesOf([...found.values()], await metrics.metadata({ signal }));
    return new Response(streamBody(exposition(families, format)), { headers: { "content-type": format.contentType } });
  });
  return app;
}

/** A series that ended is left out. */
function lastSample(series: RawSeries, external: ExternalLabels): ExposedSample | undefined {
  const { labels, timestampsMs, values, histograms } = series;
  const last = values.length - 1;
  if (last < 0) return undefined;
  const histogram = histograms?.[last];
  if (histogram === undefined && isStaleAt(values, last)) return undefined;
  return {
    labels: withExternal(labels, external),
    value: histogram ?? values[last] ?? NaN,
    timeMs: timestampsMs[last] ?? 0,
  };
}

/** By name; the numbers and the native histograms of a name are families of their own. */
function familiesOf(samples: ExposedSample[], metadata: Map<string, MetricMetadata[]>): ExposedFamily[] {
  samples.sort((a, b) => a.labels.compare(b.labels));
  const families = new Map<string, ExposedFamily & { samples: ExposedSample[] }>();
  for (const sample of samples) {
    const name = sample.labels.metricName;
    const isNumber = typeof sample.value === "number";
    const key = `${isNumber ? "number" : "histogram"} ${name}`;
    const known = families.get(key);
    if (known !== undefined) known.samples.push(sample);
    else {
      const { type, help = "" } = metadata.get(name)?.[0] ?? {};
      families.set(key, { name, type: typeOf(sample, type), help, samples: [sample] });
    }
  }
  return [...families.values()];
}

/** Classic histograms and summaries are told under the names of their parts, which have no type of their own. */
function typeOf({ value }: ExposedSample, told: string | undefined): ExposedFamily["type"] {
  if (typeof value !== "number") return value.hint === "gauge" ? "gaugehistogram" : "histogram";
  return told === "counter" || told === "gauge" ? told : "untyped";
}

async function* exposition(
  families: readonly ExposedFamily[],
  { kind, escaping }: ExpositionFormat,
): AsyncGenerator<string | Uint8Array> {
  for (const family of families) yield kind === "protobuf" ? protobufOf(family, escaping) : textOf(family, escaping);
}
