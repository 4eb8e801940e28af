import type { ScrapeJob } from "./job.ts";
import { hashOf, relabel } from "./relabel.ts";

/** A target as it was discovered, and what relabelling made of it. */
export interface Target {
  readonly job: ScrapeJob;
  /** Before relabelling. */
  readonly discoveredLabels: Readonly<Record<string, string>>;
  /** What its samples get, sorted by name. */
  readonly labels: readonly (readonly [name: string, value: string])[];
  readonly url: string;
  /** Connected to instead of the address, when it is set. */
  readonly unixSocket: string | undefined;
  readonly intervalMs: number;
  readonly timeoutMs: number;
  readonly nativeHistograms: boolean;
  readonly classicBesideNative: boolean;
  readonly convertsClassic: boolean;
  /** Equal for targets that are scraped in the same way. */
  readonly key: string;
  /** Equal for targets whose samples get the same labels. */
  readonly labelsKey: string;
  /** Spreads targets over their interval. */
  readonly hash: bigint;
}

export interface DroppedTarget {
  readonly job: ScrapeJob;
  readonly discoveredLabels: Readonly<Record<string, string>>;
}

const metaPrefix = "__";
const nativeLabel = "__scrape_native_histograms__";
const classicLabel = "__always_scrape_classic_histograms__";
const convertLabel = "__convert_classic_histograms_to_nhcb__";

/**
 * Makes a target of an address: sets the labels that relabelling may use and change, relabels, and reads the result
 * (Prometheus configuration, `<relabel_config>`).
 * @throws Error when relabelling has made something that cannot be scraped
 */
export function makeTarget(job: ScrapeJob, discovered: Readonly<Record<string, string>>): Target | DroppedTarget {
  const initial = new Map(Object.entries(discovered).filter(([, value]) => value !== ""));
  const setDefault = (name: string, value: string) => {
    if (!initial.has(name)) initial.set(name, value);
  };
  setDefault("job", job.name);
  setDefault("__scrape_interval__", durationText(job.intervalMs));
  setDefault("__scrape_timeout__", durationText(job.timeoutMs));
  setDefault("__metrics_path__", job.metricsPath);
  setDefault("__scheme__", job.scheme);
  setDefault(nativeLabel, String(job.nativeHistograms));
  setDefault(classicLabel, String(job.classicBesideNative));
  setDefault(convertLabel, String(job.convertsClassic));
  for (const [name, [value]] of Object.entries(job.params)) if (value) setDefault(`__param_${name}`, value);
  const discoveredLabels = Object.fromEntries(initial);
  const labels = new Map(initial);
  if (!relabel(labels, job.relabelRules)) return { job, discoveredLabels };
  const address = labels.get("__address__");
  if (address === undefined) throw new Error("no address: relabelling has left __address__ empty");
  if (address.includes("/")) throw new Error(`${JSON.stringify(address)} is no valid HOST:PORT`);
  const intervalMs = durationOf(labels, "__scrape_interval__");
  const timeoutMs = durationOf(labels, "__scrape_timeout__");
  if (timeoutMs > intervalMs) throw new Error("the scrape timeout is longer than the scrape interval");
  const url = urlOf(job, labels, address);
  const scraped = {
    url,
    unixSocket: labels.get("__unix_socket__"),
    intervalMs,
    timeoutMs,
    nativeHistograms: booleanOf(labels, nativeLabel),
    classicBesideNative: booleanOf(labels, classicLabel),
    convertsClassic: booleanOf(labels, convertLabel),
  };
  if (!labels.has("instance")) labels.set("instance", address);
  const kept = [...labels].filter(([name]) => !name.startsWith(metaPrefix)).sort(([a], [b]) => (a < b ? -1 : 1));
  const labelsKey = JSON.stringify(kept);
  const key = JSON.stringify([kept, scraped]);
  return {
    job,
    discoveredLabels,
    labels: kept,
    ...scraped,
    key,
    labelsKey,
    hash: hashOf(JSON.stringify([kept, url])),
  };
}

function urlOf(job: ScrapeJob, labels: ReadonlyMap<string, string>, address: string): string {
  const scheme = labels.get("__scheme__") ?? "";
  if (scheme !== "http" && scheme !== "https")
    throw new Error(`the scheme ${JSON.stringify(scheme)} is not http or https`);
  const path = labels.get("__metrics_path__") ?? "";
  let url: URL;
  try {
    url = new URL(`${scheme}://${address}${path.startsWith("/") || path === "" ? "" : "/"}${path}`);
  } catch {
    throw new Error(`${JSON.stringify(address)} is no valid HOST:PORT`);
  }
  const params = new Map(Object.entries(job.params).map(([name, values]) => [name, [...values]]));
  for (const [label, value] of labels) {
    if (!label.startsWith("__param_")) continue;
    const name = label.slice("__param_".length);
    params.set(name, [value, ...(params.get(name) ?? []).slice(1)]);
  }
  for (const [name, values] of params) for (const value of values) url.searchParams.append(name, value);
  return url.href;
}

const unitsMs = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000, y: 31_536_000_000 };

function durationOf(labels: ReadonlyMap<string, string>, name: string): number {
  const text = labels.get(name) ?? "";
  if (!/^(\d+(ms|[smhdwy]))+$/.test(text)) throw new Error(`${name} is ${JSON.stringify(text)}, which is no duration`);
  let totalMs = 0;
  for (const [, amount, unit] of text.matchAll(/(\d+)(ms|[smhdwy])/g)) {
    totalMs += Number(amount) * unitsMs[unit as keyof typeof unitsMs];
  }
  if (totalMs === 0) throw new Error(`${name} must be more than 0`);
  return totalMs;
}

function booleanOf(labels: ReadonlyMap<string, string>, name: string): boolean {
  const text = labels.get(name) ?? "";
  if (/^(1|t|true)$/i.test(text)) return true;
  if (/^(0|f|false)?$/i.test(text)) return false;
  throw new Error(`${name} is ${JSON.stringify(text)}, which is not true or false`);
}

/** A duration as Prometheus writes it: the largest units that leave no fraction. */
export function durationText(durationMs: number): string {
  if (durationMs === 0) return "0s";
  let rest = durationMs;
  let text = "";
  for (const unit of ["y", "w", "d", "h", "m", "s", "ms"] as const) {
    // Years, weeks and days only when nothing is left over.
    if (["y", "w", "d"].includes(unit) && rest % unitsMs[unit] !== 0) continue;
    const amount = Math.floor(rest / unitsMs[unit]);
    if (amount > 0) text += `${amount}${unit}`;
    rest -= amount * unitsMs[unit];
  }
  return text;
}
