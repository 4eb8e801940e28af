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

/** Keeps the number of series of one instrument bounded: declared labels only, and of each only so many values. */
export class LabelGuard {
  readonly #name: string;
  readonly #columns: Column[];
  readonly #reported = new Set<string>();

  constructor(name: string, rules: LabelRules) {
    this.#name = name;
    this.#columns = Object.entries(rules).map(([key, rule]) =>
      typeof rule === "number"
        ? { key, known: new Set(), valuesMax: rule }
        : { key, known: new Set(rule), valuesMax: rule.length },
    );
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
