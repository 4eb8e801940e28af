import { formatFloat, metricNameLabel, quote } from "@sightglass/promql";
import { escapeName, type EscapingScheme, labelNeedsQuotes, needsQuotes } from "./escape-name.ts";
import type { ExposedFamily, ExposedSample } from "./family.ts";

/** A family in Prometheus' text format. Native histograms, which it has not, are left out. */
export function textOf({ name, type, samples }: ExposedFamily, escaping: EscapingScheme): string {
  const metric = escapeName(name, escaping);
  const isQuoted = needsQuotes(metric);
  const shown = isQuoted ? quote(metric) : metric;
  const lines = samples.flatMap((sample) => line(sample, { shown, isQuoted, escaping }) ?? []);
  return lines.length === 0 ? "" : `# TYPE ${shown} ${type}\n${lines.join("")}`;
}

function line(
  { labels, value, timeMs }: ExposedSample,
  { shown, isQuoted, escaping }: { shown: string; isQuoted: boolean; escaping: EscapingScheme },
): string | undefined {
  if (typeof value !== "number") return undefined;
  const pairs = [...labels.entries()].filter(([name]) => name !== metricNameLabel);
  // Without it the scraping server would put its own in.
  if (labels.get("instance") === "") pairs.push(["instance", ""]);
  const texts = pairs.map(([name, text]) => `${labelName(name, escaping)}="${escaped(text)}"`);
  const inside = isQuoted ? [shown, ...texts] : texts;
  return `${isQuoted ? "" : shown}{${inside.join(",")}} ${formatFloat(value)} ${timeMs}\n`;
}

function labelName(name: string, escaping: EscapingScheme): string {
  const shown = escapeName(name, escaping);
  if (!labelNeedsQuotes(shown)) return shown;
  return escaping === "allow-utf-8" ? quote(shown) : shown.replaceAll(":", "_");
}

const escaped = (text: string): string => text.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n");
