import { type ExposedSample, metricNameLabel, type MetricType } from "./exposition.ts";
import { isNamed } from "./family-state.ts";

const typesWithCreated = new Set<MetricType>(["counter", "histogram", "summary"]);
const boundLabels = new Set([metricNameLabel, "le", "quantile"]);

/**
 * Turns the `_created` samples of a family into the start times of its other samples with the same labels. They may come
 * behind those, so the samples of a family are held back until it ends.
 */
export class CreatedTimes {
  private readonly emit: (sample: ExposedSample) => void;
  private createdName: string | undefined;
  private readonly held: ExposedSample[] = [];
  private readonly startOf = new Map<string, number>();

  constructor(emit: (sample: ExposedSample) => void) {
    this.emit = emit;
  }

  /** A family begins, or its type has become known. */
  begin(family: string, type: MetricType): void {
    this.flush();
    this.createdName = typesWithCreated.has(type) ? `${family}_created` : undefined;
  }

  sample(sample: ExposedSample): void {
    if (this.createdName === undefined) this.emit(sample);
    else if (isNamed(sample.key, this.createdName)) this.startOf.set(groupOf(sample), Math.round(sample.value * 1000));
    else this.held.push(sample);
  }

  /** The family has ended. */
  flush(): void {
    const samples = this.held.splice(0);
    if (this.startOf.size === 0) {
      for (const sample of samples) this.emit(sample);
      return;
    }
    for (const sample of samples) {
      const startTimeMs = this.startOf.get(groupOf(sample));
      this.emit(startTimeMs !== undefined && startTimeMs > 0 ? { ...sample, startTimeMs } : sample);
    }
    this.startOf.clear();
  }
}

/** What the samples of one histogram or summary have in common. */
function groupOf(sample: ExposedSample): string {
  return JSON.stringify(
    sample
      .labels()
      .filter(([name]) => !boundLabels.has(name))
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  );
}
