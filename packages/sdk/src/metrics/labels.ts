import { diag } from "@opentelemetry/api";
import { asText } from "../safely.ts";

/** The values that a label may have, or how many different ones. */
export type LabelRule = readonly string[] | number;
export type LabelRules = Readonly<Record<string, LabelRule>>;
/** The empty object type is what is meant: no label at all. */
// oxlint-disable-next-line typescript/no-generated-empty-object-type
export type NoLabels = Readonly<Record<never, LabelRule>>;

export type Labels<Rules extends LabelRules> = {
  readonly [Key in keyof Rules]: Rules[Key] extends readonly (infer Value extends string)[]
    ? Value
    : string | number | boolean;
};

/** The labels are needed where some are declared, and refused where none are. */
export type LabelArguments<Rules extends LabelRules> = keyof Rules extends never ? [] : [labels: Labels<Rules>];

/** What a value becomes that is not allowed, or one too many. */
export const overflowValue = "other";
/** What a declared label becomes that a caller without types leaves out. */
export const missingValue = "unknown";

interface Column {
  readonly key: string;
  readonly known: Set<string>;
  readonly valuesMax: number;
}

/** One combination of labels. The same combination is always the same object. */
export interface Series {
  /** Each declared label, in the order of the declaration, and no other. */
  readonly labels: Readonly<Record<string, string>>;
  /** What has been added and not yet handed to the provider; undefined for nothing at all. */
  pending: number | undefined;
  /** What has taken its first value: the instrument of one provider. */
  startedBy: object | undefined;
}

/** From the first label's value to the last one's. */
type Branch = Map<string, Branch | Series>;

/** Combinations that are found at once; OpenTelemetry keeps no more of one instrument either. Others are made anew each time. */
const seriesMax = 2000;

/** Keeps the number of series of one instrument bounded: declared labels only, and of each only so many values. */
export class LabelGuard {
  readonly #name: string;
  readonly #columns: Column[];
  readonly #reported = new Set<string>();
  readonly #unlabelled: Series = { labels: {}, pending: undefined, startedBy: undefined };
  readonly #root: Branch = new Map();
  #seriesCount = 0;

  constructor(name: string, rules: LabelRules) {
    this.#name = name;
    this.#columns = Object.entries(rules).map(([key, rule]) =>
      typeof rule === "number"
        ? { key, known: new Set(), valuesMax: rule }
        : { key, known: new Set(rule), valuesMax: rule.length },
    );
  }

  /** The series to record to. */
  series(labels: Readonly<Record<string, unknown>> = {}): Series {
    return this.#known(labels) ?? this.#keep(this.admit(labels));
  }

  /** Of a combination that was seen before, exactly as it is declared: two look-ups for two labels. */
  #known(labels: Readonly<Record<string, unknown>>): Series | undefined {
    if (Object.keys(labels).length !== this.#columns.length) return undefined;
    let at: Branch | Series | undefined = this.#columns.length === 0 ? this.#unlabelled : this.#root;
    for (const { key } of this.#columns) {
      if (!(at instanceof Map)) return undefined;
      at = at.get(labels[key] as string);
    }
    return at instanceof Map ? undefined : at;
  }

  #keep(labels: Record<string, string>): Series {
    const path = this.#columns.map(({ key }) => labels[key] ?? "");
    const last = path.pop();
    if (last === undefined) return this.#unlabelled;
    let branch = this.#root;
    for (const value of path) {
      const next = branch.get(value);
      const deeper: Branch = next instanceof Map ? next : new Map();
      if (next === undefined && this.#seriesCount < seriesMax) branch.set(value, deeper);
      branch = deeper;
    }
    const found = branch.get(last);
    if (found !== undefined && !(found instanceof Map)) return found;
    const made: Series = { labels, pending: undefined, startedBy: undefined };
    if (this.#seriesCount < seriesMax) {
      this.#seriesCount += 1;
      branch.set(last, made);
    }
    return made;
  }

  /** The labels to record with: each declared one, in the order of the declaration, and no other. */
  admit(labels: Readonly<Record<string, unknown>> = {}): Record<string, string> {
    const admitted: Record<string, string> = {};
    for (const { key, known, valuesMax } of this.#columns) {
      const given = labels[key];
      const value = given === undefined || given === null ? missingValue : asText(given);
      if (known.has(value)) admitted[key] = value;
      else if (known.size < valuesMax) {
        known.add(value);
        admitted[key] = value;
      } else {
        this.#report(`label "${key}" has more values than declared; further ones count as "${overflowValue}"`);
        admitted[key] = overflowValue;
      }
    }
    for (const key of Object.keys(labels))
      if (!(key in admitted)) this.#report(`label "${key}" is not declared and left out`);
    return admitted;
  }

  /** Each kind of trouble once: a label of a million values must not become a million lines. */
  #report(problem: string): void {
    if (this.#reported.has(problem) || this.#reported.size >= 16) return;
    this.#reported.add(problem);
    diag.warn(`sightglass: metric "${this.#name}": ${problem}`);
  }
}
