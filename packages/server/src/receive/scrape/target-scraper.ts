import { ClassicHistograms } from "../../decode/exposition/classic-histograms.ts";
import type { ExposedMetadata, ExpositionVisitor } from "../../decode/exposition/exposition.ts";
import { parseExposition, scrapeProtocols } from "../../decode/exposition/parse.ts";
import { type SampleBatch, SampleSeries, type SeriesSample } from "../../decode/exposition/write-samples.ts";
import type { Clock } from "../../model/clock.ts";
import { SightglassError } from "../../model/errors.ts";
import type { Gate } from "../gate.ts";
import type { HttpAnswer, HttpClient } from "./http-client.ts";
import type { ScrapeJob } from "./job.ts";
import type { Target } from "./target.ts";
import { TargetSeries } from "./target-series.ts";

/** Stores a batch; resolves when it is durable. */
export type AppendSamples = (batch: SampleBatch) => Promise<unknown>;

/** What all scrapers share. */
export interface ScrapeContext {
  readonly clock: Clock;
  readonly append: AppendSamples;
  readonly gate: Gate;
  readonly userAgent: string;
}

export interface TargetState {
  health: "unknown" | "up" | "down";
  /** Empty when the last scrape went well. */
  lastError: string;
  lastScrapeAtMs: number;
  lastDurationMs: number;
}

/** How far a scrape may be off its planned time and still be stored under it, so that times are regular. */
const toleranceMs = 2;

const reportNames = [
  "up",
  "scrape_duration_seconds",
  "scrape_samples_scraped",
  "scrape_samples_post_metric_relabeling",
  "scrape_series_added",
] as const;
/** With `extra_scrape_metrics`. */
const extraNames = ["scrape_timeout_seconds", "scrape_sample_limit", "scrape_body_size_bytes"] as const;

/** Scrapes one target, at its place in the interval, until it is stopped. */
export class TargetScraper {
  target: Target;
  readonly state: TargetState;
  /** Set when nothing may be scraped: said as the error of each scrape. */
  fault: string | undefined;
  private readonly context: ScrapeContext;
  private readonly client: HttpClient;
  private readonly series: TargetSeries;
  private readonly reports: readonly SampleSeries[];
  private cancel = () => {};
  private underWay: Promise<void> | undefined;
  private isStopped = false;

  /** @param before the scraper of the same target whose place this one takes */
  constructor(target: Target, context: ScrapeContext, client: HttpClient, before?: TargetScraper) {
    this.target = target;
    this.context = context;
    this.client = client;
    this.series = before?.series ?? new TargetSeries();
    this.series.forgetLabels();
    this.state = before?.state ?? { health: "unknown", lastError: "", lastScrapeAtMs: 0, lastDurationMs: 0 };
    const names = target.job.extraScrapeMetrics ? [...reportNames, ...extraNames] : reportNames;
    this.reports = names.map((name) => new SampleSeries([["__name__", name], ...target.labels]));
  }

  start(): void {
    const { clock } = this.context;
    this.plan(nextTick(this.target, clock.nowMs()));
  }

  /** Waits for the scrape under way. With `isGone`, the target's series end. */
  async stop({ isGone }: { isGone: boolean }): Promise<void> {
    this.isStopped = true;
    this.cancel();
    await this.underWay;
    if (!isGone || this.state.health === "unknown") return;
    const timestampMs = this.context.clock.nowMs();
    const markers = this.series.ended({ hasFailed: true, timestampMs });
    const reports = this.reports.map((series) => ({ series, timestampMs, value: "stale" as const }));
    await this.context.append({ samples: [...markers, ...reports], metadata: [] });
  }

  private plan(atMs: number): void {
    const { clock, gate } = this.context;
    this.cancel = clock.after(Math.max(0, atMs - clock.nowMs()), () => {
      this.underWay = gate
        .run(() => this.scrape(atMs))
        .finally(() => {
          this.underWay = undefined;
          // Ticks that passed meanwhile are left out.
          if (!this.isStopped) this.plan(nextTick(this.target, Math.max(clock.nowMs(), atMs)));
        });
    });
  }

  /** One scrape, from the request to the stored samples. Never throws: what went wrong is in the state. */
  private async scrape(plannedMs: number): Promise<void> {
    if (this.isStopped) return;
    const { clock, append } = this.context;
    const startedMs = clock.nowMs();
    const timestampMs = Math.abs(startedMs - plannedMs) <= toleranceMs ? plannedMs : startedMs;
    const monotonicMs = clock.monotonicMs();
    this.series.begin();
    let samples: SeriesSample[] = [];
    let metadata: ExposedMetadata[] = [];
    let failure = "";
    // As Prometheus has it: 0 when nothing came, -1 when it was too much.
    let bodyBytes = 0;
    try {
      const answer = await this.fetch();
      bodyBytes = answer.body.length;
      ({ samples, metadata } = this.read(answer, timestampMs));
    } catch (error) {
      failure = (error as Error).message;
      if (error instanceof SightglassError && error.code === "payload_too_large") bodyBytes = -1;
    }
    // Cut off by the stop: that says nothing about the target.
    if (failure !== "" && this.isStopped) return;
    const durationMs = clock.monotonicMs() - monotonicMs;
    const hasFailed = failure !== "";
    samples.push(...this.series.ended({ hasFailed, timestampMs }));
    samples.push(...this.report({ hasFailed, timestampMs, durationMs, bodyBytes }));
    try {
      await append({ samples, metadata });
      this.series.commit({ hasFailed });
    } catch (error) {
      failure ||= `the samples could not be stored: ${(error as Error).message}`;
    }
    Object.assign(this.state, {
      health: failure === "" ? "up" : "down",
      lastError: failure,
      lastScrapeAtMs: startedMs,
      lastDurationMs: durationMs,
    });
  }

  private async fetch(): Promise<HttpAnswer> {
    if (this.fault !== undefined) throw new Error(this.fault);
    const { job, timeoutMs, url, unixSocket } = this.target;
    const answer = await this.client.get({
      url,
      unixSocket,
      timeoutMs,
      bodyBytesMax: job.limits.bodyBytesMax,
      headers: {
        accept: acceptOf(job),
        "accept-encoding": job.enableCompression ? "gzip" : "identity",
        "user-agent": this.context.userAgent,
        "x-prometheus-scrape-timeout-seconds": String(timeoutMs / 1000),
      },
    });
    if (answer.status !== 200) throw new Error(`the target answered with HTTP status ${answer.status}`);
    return answer;
  }

  private read({ body, contentType }: HttpAnswer, timestampMs: number) {
    const { job, labels, nativeHistograms, classicBesideNative, convertsClassic } = this.target;
    const { samplesMax } = job.limits;
    const samples: SeriesSample[] = [];
    let kept = 0;
    const metadata = new Map<string, ExposedMetadata>();
    const visitor: ExpositionVisitor = {
      metadata: (told) => metadata.set(told.metric, { ...metadata.get(told.metric), ...told }),
      sample: (exposed) => {
        const sample = this.series.take(exposed, { job, labels, timestampMs });
        if (sample === undefined) return;
        kept++;
        // The rest is counted all the same.
        if (samplesMax === 0 || kept <= samplesMax) samples.push(sample);
      },
    };
    const converted = convertsClassic
      ? new ClassicHistograms(visitor, { keepsClassic: classicBesideNative })
      : undefined;
    parseExposition(body, contentType, converted ?? visitor, {
      fallback: job.fallbackProtocol,
      nativeHistograms,
      classicBesideNative,
    });
    converted?.finish();
    if (kept > samples.length) throw new Error(`${kept} samples, the job's sample_limit is ${samplesMax}`);
    return { samples, metadata: [...metadata.values()] };
  }

  private report(scrape: {
    hasFailed: boolean;
    timestampMs: number;
    durationMs: number;
    bodyBytes: number;
  }): SeriesSample[] {
    const { hasFailed, timestampMs, durationMs, bodyBytes } = scrape;
    const { scraped, postRelabel, added } = this.series.counts;
    const { timeoutMs, job } = this.target;
    const values = [hasFailed ? 0 : 1, durationMs / 1000, scraped, postRelabel, hasFailed ? 0 : added];
    values.push(timeoutMs / 1000, job.limits.samplesMax, bodyBytes);
    return this.reports.map((series, index) => ({ series, timestampMs, value: values[index] ?? 0 }));
  }
}

/**
 * When the target's next scrape is due after `nowMs`: each target has its own place in the interval, which stays the same
 * across restarts.
 */
export function nextTick({ intervalMs, hash }: Pick<Target, "intervalMs" | "hash">, nowMs: number): number {
  const offsetMs = Number(hash % BigInt(intervalMs));
  return nowMs - ((nowMs - offsetMs) % intervalMs) + intervalMs;
}

/** The formats in the order in which they are wanted (Prometheus configuration, `scrape_protocols`). */
export function acceptOf({ protocols, escaping }: Pick<ScrapeJob, "protocols" | "escaping">): string {
  const types = protocols.map((protocol, index) => {
    // The older versions of the texts do not know of it.
    const asks = protocol !== "PrometheusText0.0.4" && protocol !== "OpenMetricsText0.0.1";
    return `${scrapeProtocols[protocol]}${asks ? `;escaping=${escaping}` : ""};q=0.${protocols.length + 1 - index}`;
  });
  return [...types, "*/*;q=0.1"].join(",");
}
