import { DeltaSums } from "../metrics/delta-sums.ts";
import { DeltaHistograms } from "../otlp/delta-histograms.ts";
import { decodeMetricsJson, decodeMetricsProtobuf } from "../otlp/metrics.ts";
import { defaultTranslation, type OtlpTranslation } from "../otlp/translation.ts";
import type { TestEngine } from "./engine.ts";
import { MetricsStore, receivedAtMs } from "./stored-metrics.ts";
import { encodeMetrics } from "./write-messages.ts";

/** When points of tests are of. */
export const t = receivedAtMs - 60_000;
export const nano = (ms: number) => `${ms}000000`;
export const text = (key: string, stringValue: string) => ({ key, value: { stringValue } });
/** A resource with what `job` and `instance` are made of. */
export const service = [
  text("service.name", "etl"),
  text("service.namespace", "data"),
  text("service.instance.id", "i-1"),
];

/** A request of one metric. */
export function request(metric: object, resource: object[] = service, scope: object = {}) {
  return { resourceMetrics: [{ resource: { attributes: resource }, scopeMetrics: [{ scope, metrics: [metric] }] }] };
}

/** Takes OTLP metrics, and gives the samples that they become. */
export class OtlpIngest {
  readonly store: MetricsStore;
  readonly sums = { numbers: new DeltaSums(), histograms: new DeltaHistograms() };

  translation: OtlpTranslation = defaultTranslation;

  constructor(engine: TestEngine) {
    this.store = new MetricsStore(engine);
  }

  protobuf(fields: object, isRepeated = false) {
    const body = encodeMetrics("ExportMetricsServiceRequest", fields);
    return this.bytes(body, isRepeated);
  }

  bytes(body: Uint8Array, isRepeated = false) {
    return this.store.write((block, context) =>
      decodeMetricsProtobuf(body, block, {
        ...context,
        translation: this.translation,
        sums: () => this.sums,
        meet: () => ({ low: 1, high: 0, isRepeated }),
      }),
    );
  }

  json(fields: object) {
    return this.store.write((block, context) =>
      decodeMetricsJson(Buffer.from(JSON.stringify(fields)), block, {
        ...context,
        translation: this.translation,
        sums: () => this.sums,
        meet: () => ({ low: 1, high: 0, isRepeated: false }),
      }),
    );
  }

  /** `series value @ms since t` */
  rows(): string[] {
    return this.store.samples().map(({ series, bits, timeMs }) => `${series} ${valueOf(bits)} @${Number(timeMs) - t}`);
  }
}

/** A stored value of its bits. */
export function valueOf(bits: string): number | string {
  if (bits === "9218868437227405314") return "stale";
  const view = new DataView(new ArrayBuffer(8));
  view.setBigUint64(0, BigInt(bits));
  return view.getFloat64(0);
}
