import { formatFloat, isStaleAt, metricNameLabel, quote, type Labels, type RawSeries } from "@sightglass/promql";
import { Hono } from "hono";
import type { Clock } from "../../model/clock.ts";
import type { MetricMetadata } from "../../query/metrics-metadata.ts";
import type { MetricQueries } from "../../query/metrics-queries.ts";
import { streamBody } from "../stream-body.ts";
import { invalid, PrometheusParameters } from "./prometheus-parameters.ts";

export interface FederateDeps {
  metrics: MetricQueries;
  clock: Clock;
}

const lookbackMs = 5 * 60_000;

/** A series' last sample. */
interface Federated {
  labels: Labels;
  value: number;
  timeMs: number;
}

/** `/federate?match[]=SELECTOR`: the last sample of each series, for another Prometheus to scrape. */
export function federateRoutes({ metrics, clock }: FederateDeps): Hono {
  const app = new Hono();
  app.get("/federate", async (context) => {
    const parameters = await PrometheusParameters.of(context);
    const selectors = parameters.selectors();
    if (selectors.length === 0) throw invalid("match[]", "no match[] parameter provided");
    const { signal } = context.req.raw;
    const endMs = clock.nowMs();
    const found = new Map<string, Federated>();
    for (const matchers of selectors)
      for (const series of await metrics.samples({ matchers, startMs: endMs - lookbackMs, endMs, signal })) {
        const last = lastFloat(series);
        if (last !== undefined) found.set(series.labels.key, last);
      }
    const metadata = await metrics.metadata({ signal });
    const allowsUtf8 = (context.req.header("accept") ?? "").includes("escaping=allow-utf-8");
    const version = allowsUtf8 ? "version=1.0.0; escaping=allow-utf-8" : "version=0.0.4";
    return new Response(streamBody(expositionText([...found.values()], { metadata, allowsUtf8 })), {
      headers: { "content-type": `text/plain; ${version}; charset=utf-8` },
    });
  });
  return app;
}

/** A series that ended, or whose last sample is a native histogram, which this format has not, is left out. */
function lastFloat({ labels, timestampsMs, values, histograms }: RawSeries): Federated | undefined {
  const last = values.length - 1;
  if (last < 0 || histograms?.[last] !== undefined || isStaleAt(values, last)) return undefined;
  return { labels, value: values[last] ?? NaN, timeMs: timestampsMs[last] ?? 0 };
}

async function* expositionText(
  samples: Federated[],
  { metadata, allowsUtf8 }: { metadata: Map<string, MetricMetadata[]>; allowsUtf8: boolean },
): AsyncGenerator<string> {
  samples.sort((a, b) => a.labels.compare(b.labels));
  const byName = new Map<string, Federated[]>();
  for (const sample of samples) {
    const name = sample.labels.metricName;
    const known = byName.get(name);
    if (known === undefined) byName.set(name, [sample]);
    else known.push(sample);
  }
  for (const [name, ofName] of byName) {
    // Histograms and summaries are told under the names of their parts, which have no type of their own.
    const type = metadata.get(name)?.[0]?.type;
    const shownType = type === "counter" || type === "gauge" ? type : "untyped";
    const metric = exposedName(name, allowsUtf8);
    yield `# TYPE ${metric.quoted} ${shownType}\n${ofName.map((sample) => line(sample, metric, allowsUtf8)).join("")}`;
  }
}

interface ExposedName {
  /** As it stands before the braces, and in comments. */
  quoted: string;
  isPlain: boolean;
}

function exposedName(name: string, allowsUtf8: boolean): ExposedName {
  const isPlain = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/.test(name);
  if (isPlain) return { quoted: name, isPlain };
  return allowsUtf8 ? { quoted: quote(name), isPlain } : { quoted: underscored(name), isPlain: true };
}

const underscored = (name: string): string => name.replace(/^[^a-zA-Z_:]|[^a-zA-Z0-9_:]/gu, "_");

function line({ labels, value, timeMs }: Federated, metric: ExposedName, allowsUtf8: boolean): string {
  const pairs = [...labels.entries()].filter(([name]) => name !== metricNameLabel);
  // Without it the scraping server would put its own in.
  if (labels.get("instance") === "") pairs.push(["instance", ""]);
  const texts = pairs.map(([name, text]) => `${labelName(name, allowsUtf8)}="${escaped(text)}"`);
  const inside = metric.isPlain ? texts : [metric.quoted, ...texts];
  return `${metric.isPlain ? metric.quoted : ""}{${inside.join(",")}} ${formatFloat(value)} ${timeMs}\n`;
}

function labelName(name: string, allowsUtf8: boolean): string {
  if (/^[a-zA-Z_][a-zA-Z0-9_]*$/.test(name)) return name;
  return allowsUtf8 ? quote(name) : underscored(name).replaceAll(":", "_");
}

const escaped = (text: string): string => text.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n");
