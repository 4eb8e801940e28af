import type { ExposedMetadata } from "../../decode/exposition/exposition.ts";
import { parseOpenMetrics } from "../../decode/exposition/open-metrics.ts";
import { formatOf } from "../../decode/exposition/parse.ts";
import { parseProtobuf } from "../../decode/exposition/protobuf.ts";
import { parseText } from "../../decode/exposition/text.ts";
import { type SampleBatch, SampleSeries, type SeriesSample } from "../../decode/exposition/write-samples.ts";
import type { Clock } from "../../model/clock.ts";
import { limits } from "../../model/limits.ts";
import { GroupFiles } from "./group-files.ts";
import { FamilyCollector, groupKey, pushFailureTimeName, type PushGroup, pushTimeName } from "./group.ts";
import type { Grouping } from "./grouping.ts";
import { inconsistent, PushGroups } from "./groups.ts";

export interface PushgatewayOptions {
  /** Where the groups are kept across restarts. */
  readonly folder: string;
  readonly clock: Clock;
  /** Stores a batch; resolves when it is durable. */
  readonly append: (batch: SampleBatch) => Promise<unknown>;
  /** How often what was pushed is stored again, as if it were scraped. */
  readonly repeatMs: () => number;
  readonly onFault: (error: Error) => void;
}

export interface Push {
  readonly grouping: Grouping;
  readonly contentType: string | undefined;
  readonly body: Uint8Array;
  /** PUT: what the group had before is gone. Else (POST) only metrics of the same names are. */
  readonly isReplacing: boolean;
}

/**
 * The Pushgateway: keeps what short-lived jobs pushed last, by group, and stores it at each push and again and again until
 * it is deleted, just as a Prometheus that scrapes a gateway would.
 */
export class Pushgateway {
  private readonly options: PushgatewayOptions;
  private readonly files: GroupFiles;
  readonly groups = new PushGroups();
  private cancel = () => {};
  private repeating: Promise<void> = Promise.resolve();
  private isStopped = false;

  constructor(options: PushgatewayOptions) {
    this.options = options;
    this.files = new GroupFiles(options.folder);
  }

  async start(): Promise<void> {
    for (const group of await this.files.load(this.options.onFault)) this.groups.set(group);
    this.plan();
  }

  async stop(): Promise<void> {
    this.isStopped = true;
    this.cancel();
    await this.repeating;
  }

  /**
   * Takes a push; resolves when it is durable.
   * @throws SightglassError invalid_argument; then the group is as it was, but for `push_failure_time_seconds` when the
   * body could be read. spool_full, spool_unwritable, unavailable: then pushing again does no harm
   */
  async push({ grouping, contentType, body, isReplacing }: Push): Promise<void> {
    const nowMs = this.options.clock.nowMs();
    const key = groupKey(grouping);
    this.groups.checkRoom(key);
    const before = this.groups.get(key);
    const collector = new FamilyCollector(grouping, nowMs);
    parse(body, contentType, collector);
    const pushed = collector.families();
    const families = new Map([...(isReplacing ? [] : (before?.families ?? [])), ...pushed]);
    const failedAtMs = before?.failedAtMs ?? 0;
    try {
      if (collector.hasTimestamps) throw inconsistent("pushed metrics must not have timestamps");
      this.groups.check(key, families);
    } catch (error) {
      const { families = new Map(), pushedAtMs = 0 } = before ?? {};
      await this.replace(before, { key, grouping, families, pushedAtMs, failedAtMs: nowMs });
      throw error;
    }
    await this.replace(before, { key, grouping, families, pushedAtMs: nowMs, failedAtMs });
  }

  /** Deletes a group, if it is there; its series end. */
  async delete(grouping: Grouping): Promise<void> {
    const key = groupKey(grouping);
    const group = this.groups.get(key);
    if (group === undefined) return;
    this.groups.delete(key);
    const markers = staleMarkers(group, undefined, this.options.clock.nowMs());
    await this.durable(key, undefined, { samples: markers, metadata: [] });
  }

  private async replace(before: PushGroup | undefined, after: PushGroup): Promise<void> {
    this.groups.set(after);
    const nowMs = this.options.clock.nowMs();
    const ended = before === undefined ? [] : staleMarkers(before, after, nowMs);
    const batch = { samples: [...samplesOf(after, nowMs), ...ended], metadata: metadataOf(after) };
    await this.durable(after.key, after, batch);
  }

  private async durable(key: string, group: PushGroup | undefined, batch: SampleBatch): Promise<void> {
    const results = await Promise.allSettled([this.options.append(batch), this.files.save(key, group)]);
    for (const result of results) if (result.status === "rejected") throw result.reason;
  }

  private plan(): void {
    this.cancel = this.options.clock.after(this.options.repeatMs(), () => {
      this.repeating = this.repeat().catch((error: unknown) => this.options.onFault(error as Error));
      void this.repeating.then(() => {
        if (!this.isStopped) this.plan();
      });
    });
  }

  private async repeat(): Promise<void> {
    const nowMs = this.options.clock.nowMs();
    let samples: SeriesSample[] = [];
    const groups = [...this.groups.all()];
    for (const group of groups) {
      // Deleted meanwhile: its series have ended.
      if (this.groups.get(group.key) !== group) continue;
      samples.push(...samplesOf(group, nowMs));
      if (samples.length < limits.pushBatchSamplesMax.value) continue;
      await this.options.append({ samples, metadata: [] });
      samples = [];
    }
    if (samples.length > 0) await this.options.append({ samples, metadata: [] });
  }
}

function parse(body: Uint8Array, contentType: string | undefined, collector: FamilyCollector): void {
  const format = formatOf(contentType);
  if (format === "protobuf") parseProtobuf(body, collector, { nativeHistograms: true, classicBesideNative: false });
  else if (format === "openmetrics") parseOpenMetrics(body, collector);
  // Whatever else the type is: clients send text as a form, and without a type.
  else parseText(body, collector, { needsLastLineFeed: true });
}

function samplesOf(group: PushGroup, timestampMs: number): SeriesSample[] {
  const samples: SeriesSample[] = [];
  for (const family of group.families.values()) {
    // Exemplars are stored with the push that brought them.
    const isNew = family.pushedAtMs === timestampMs;
    for (const { series, value, startTimeMs, histogram, exemplars } of family.samples) {
      samples.push({ series, timestampMs, value, startTimeMs, histogram, exemplars: isNew ? exemplars : undefined });
    }
  }
  for (const { series, value } of ownSeries(group)) samples.push({ series, timestampMs, value });
  return samples;
}

/** What the group says about itself. */
function ownSeries({ grouping, pushedAtMs, failedAtMs }: PushGroup): { series: SampleSeries; value: number }[] {
  return [
    { series: new SampleSeries([["__name__", pushTimeName], ...grouping]), value: pushedAtMs / 1000 },
    { series: new SampleSeries([["__name__", pushFailureTimeName], ...grouping]), value: failedAtMs / 1000 },
  ];
}

/** Markers for the series that the group had before and has no more. */
function staleMarkers(before: PushGroup, after: PushGroup | undefined, timestampMs: number): SeriesSample[] {
  const kept = new Set<string>();
  for (const family of after?.families.values() ?? []) for (const { series } of family.samples) kept.add(series.key);
  const all = [...before.families.values()].flatMap(({ samples }) => samples.map(({ series }) => series));
  if (after === undefined) all.push(...ownSeries(before).map(({ series }) => series));
  return all.filter(({ key }) => !kept.has(key)).map((series) => ({ series, timestampMs, value: "stale" }));
}

const ownMetadata: readonly ExposedMetadata[] = [
  {
    metric: pushTimeName,
    type: "gauge",
    help: "Last Unix time when changing this group in the Pushgateway succeeded.",
  },
  {
    metric: pushFailureTimeName,
    type: "gauge",
    help: "Last Unix time when changing this group in the Pushgateway failed.",
  },
];

function metadataOf({ families }: PushGroup): ExposedMetadata[] {
  const told = [...families.values()].map(({ name, type, help, unit }) => ({ metric: name, type, help, unit }));
  return [...told, ...ownMetadata];
}
