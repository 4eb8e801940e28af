import { quote } from "../text/go-format.ts";

export const metricNameLabel = "__name__";

/** Labels that describe the metric and go with its name. */
const metadataLabels: ReadonlySet<string> = new Set([metricNameLabel, "__type__", "__unit__"]);

export const isMetadataLabel = (name: string): boolean => metadataLabels.has(name);

/** An immutable set of labels, sorted by name, without empty values. */
export class Labels {
  static readonly empty = new Labels([]);

  /** name, value, name, value, ... */
  readonly #pairs: readonly string[];
  #key: string | undefined;
  #withoutMetadata: Labels | undefined;

  private constructor(pairs: readonly string[]) {
    this.#pairs = pairs;
  }

  static of(labels: Readonly<Record<string, string>>): Labels {
    return Labels.fromEntries(Object.entries(labels));
  }

  /** Entries in any order; of a repeated name the last counts; empty values are dropped. */
  static fromEntries(entries: Iterable<readonly [string, string]>): Labels {
    const unique = new Map(entries);
    const names = [...unique.keys()].filter((name) => unique.get(name) !== "").sort();
    return new Labels(names.flatMap((name) => [name, unique.get(name) ?? ""]));
  }

  get size(): number {
    return this.#pairs.length / 2;
  }

  /** Equal for equal labels only. */
  get key(): string {
    return (this.#key ??= this.#pairs.join("\u00ff"));
  }

  /** "" when the label is not there. */
  get(name: string): string {
    const pairs = this.#pairs;
    for (let index = 0; index < pairs.length; index += 2) if (pairs[index] === name) return pairs[index + 1] ?? "";
    return "";
  }

  get metricName(): string {
    return this.get(metricNameLabel);
  }

  *entries(): Generator<readonly [string, string]> {
    for (let index = 0; index < this.#pairs.length; index += 2)
      yield [this.#pairs[index] ?? "", this.#pairs[index + 1] ?? ""];
  }

  filter(keep: (name: string) => boolean): Labels {
    const pairs: string[] = [];
    for (let index = 0; index < this.#pairs.length; index += 2) {
      const name = this.#pairs[index] ?? "";
      if (keep(name)) pairs.push(name, this.#pairs[index + 1] ?? "");
    }
    return pairs.length === this.#pairs.length ? this : new Labels(pairs);
  }

  /** With one label set, or removed when the value is "". */
  with(name: string, value: string): Labels {
    if (this.get(name) === value) return this;
    return Labels.fromEntries([...this.entries(), [name, value]]);
  }

  withoutMetadata(): Labels {
    return (this.#withoutMetadata ??= this.filter((name) => !metadataLabels.has(name)));
  }

  /** `on`: only the named labels; otherwise all but these and the metric name. */
  matching(on: boolean, names: readonly string[]): Labels {
    return on
      ? this.filter((name) => names.includes(name))
      : this.filter((name) => name !== metricNameLabel && !names.includes(name));
  }

  toObject(): Record<string, string> {
    return Object.fromEntries(this.entries());
  }

  /** `{a="b", c="d"}`, the form of error messages: the metric name is a label like others. */
  toString(): string {
    const parts = [...this.entries()].map(([name, value]) => `${labelNameText(name)}=${quote(value)}`);
    return `{${parts.join(", ")}}`;
  }

  /** Order of results: label by label, name before value, the shorter set first. */
  compare(other: Labels): number {
    const length = Math.min(this.#pairs.length, other.#pairs.length);
    for (let index = 0; index < length; index++) {
      const a = this.#pairs[index] ?? "";
      const b = other.#pairs[index] ?? "";
      if (a !== b) return a < b ? -1 : 1;
    }
    return this.#pairs.length - other.#pairs.length;
  }
}

/** A label name as it may stand in a query: quoted unless it is a plain one. */
export function labelNameText(name: string): string {
  return /^[a-zA-Z_][a-zA-Z0-9_]*$/.test(name) ? name : quote(name);
}

/** Prometheus 3: any non-empty valid UTF-8 is a label name. */
export const isValidLabelName = (name: string): boolean => name !== "" && !/\p{Surrogate}/u.test(name);
