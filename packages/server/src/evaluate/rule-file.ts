import {
  isValidLabelName,
  metricNameLabel,
  parse,
  parseDurationMs,
  PromqlError,
  typeOf,
  type Expr,
} from "@sightglass/promql";
import { isMap, isScalar, isSeq, LineCounter, parseDocument, type Node, type Pair, type YAMLMap } from "yaml";
import { SightglassError } from "../model/errors.ts";

export interface RecordingRule {
  readonly kind: "recording";
  readonly name: string;
  readonly query: string;
  readonly expr: Expr;
  readonly labels: Readonly<Record<string, string>>;
}

export interface AlertingRule {
  readonly kind: "alerting";
  readonly name: string;
  readonly query: string;
  readonly expr: Expr;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly forMs: number;
  readonly keepFiringForMs: number;
}

export type Rule = RecordingRule | AlertingRule;

export interface RuleGroup {
  readonly name: string;
  readonly file: string;
  readonly intervalMs: number;
  readonly queryOffsetMs: number;
  /** Most series that a rule may give; 0 is no limit. */
  readonly limit: number;
  readonly rules: readonly Rule[];
}

/** What a group has that names none of its own. */
export interface RuleGroupDefaults {
  readonly intervalMs: number;
  readonly queryOffsetMs: number;
}

/**
 * The groups of a rule file in Prometheus' grammar (model/rulefmt).
 * @throws SightglassError config_invalid with every fault as `file:line:column: what is wrong`
 */
export function parseRuleFile(
  { file, text }: { file: string; text: string },
  defaults: RuleGroupDefaults,
): RuleGroup[] {
  const reader = new RuleFileReader(file, text);
  const groups = reader.read(defaults);
  if (reader.faults.length > 0) throw new SightglassError("config_invalid", reader.faults.join("\n"));
  return groups;
}

const groupKeys = ["name", "interval", "query_offset", "limit", "labels", "rules"];
const ruleKeys = ["record", "alert", "expr", "for", "keep_firing_for", "labels", "annotations"];

class RuleFileReader {
  readonly faults: string[] = [];
  readonly #file: string;
  readonly #lines = new LineCounter();
  readonly #text: string;

  constructor(file: string, text: string) {
    this.#file = file;
    this.#text = text;
  }

  read(defaults: RuleGroupDefaults): RuleGroup[] {
    const document = parseDocument(this.#text, { lineCounter: this.#lines, prettyErrors: false });
    for (const error of document.errors) this.#fault(error.pos[0], error.message);
    if (document.errors.length > 0 || document.contents === null) return [];
    const root = this.#map(document.contents, "the file", ["groups"]);
    const groups = this.#sequence(root?.get("groups", true), "groups");
    const names = new Set<string>();
    return groups.flatMap((node) => {
      const group = this.#group(node, defaults);
      if (group === undefined) return [];
      if (names.has(group.name)) this.#fault(offsetOf(node), `groupname: "${group.name}" is repeated in the same file`);
      names.add(group.name);
      return [group];
    });
  }

  #group(node: Node, defaults: RuleGroupDefaults): RuleGroup | undefined {
    const map = this.#map(node, "a group", groupKeys);
    if (map === undefined) return undefined;
    const name = this.#string(map, "name");
    if (name === "") this.#fault(offsetOf(node), "a group needs a name");
    const intervalMs = this.#duration(map, "interval") || defaults.intervalMs;
    const labels = this.#strings(map, "labels");
    const rules = this.#sequence(map.get("rules", true), "rules");
    return {
      name,
      file: this.#file,
      intervalMs,
      queryOffsetMs: map.has("query_offset") ? this.#duration(map, "query_offset") : defaults.queryOffsetMs,
      limit: this.#limit(map),
      rules: rules.flatMap((rule) => this.#rule(rule, labels) ?? []),
    };
  }

  #rule(node: Node, groupLabels: Record<string, string>): Rule | undefined {
    const map = this.#map(node, "a rule", ruleKeys);
    if (map === undefined) return undefined;
    const [record, alert] = [this.#string(map, "record"), this.#string(map, "alert")];
    if ((record === "") === (alert === ""))
      this.#fault(offsetOf(node), `a rule needs ${record === "" ? "" : "only "}one of 'record' and 'alert'`);
    const query = this.#string(map, "expr");
    const expr = this.#expression(map, query, node);
    const labels = { ...groupLabels, ...this.#strings(map, "labels") };
    if (record !== "") return this.#recording(map, { record, query, expr, labels });
    const annotations = this.#strings(map, "annotations");
    const [forMs, keepFiringForMs] = [this.#duration(map, "for"), this.#duration(map, "keep_firing_for")];
    if (expr === undefined || alert === "") return undefined;
    return { kind: "alerting", name: alert, query, expr, labels, annotations, forMs, keepFiringForMs };
  }

  #recording(
    map: YAMLMap,
    rule: { record: string; query: string; expr: Expr | undefined; labels: Record<string, string> },
  ): RecordingRule | undefined {
    const { record, query, expr, labels } = rule;
    for (const key of ["for", "keep_firing_for", "annotations"])
      if (map.has(key)) this.#fault(keyOffset(map, key), `invalid field '${key}' in recording rule`);
    if (/[{}]/.test(record))
      this.#fault(
        keyOffset(map, "record"),
        `braces present in the recording rule name; should it be in expr?: ${record}`,
      );
    else if (!isValidLabelName(record)) this.#fault(keyOffset(map, "record"), `invalid recording rule name: ${record}`);
    return expr === undefined ? undefined : { kind: "recording", name: record, query, expr, labels };
  }

  #expression(map: YAMLMap, query: string, rule: Node): Expr | undefined {
    if (query === "") {
      this.#fault(offsetOf(rule), "field 'expr' must be set in rule");
      return undefined;
    }
    try {
      const expr = parse(query);
      const type = typeOf(expr);
      if (type === "instant vector" || type === "scalar") return expr;
      this.#fault(
        keyOffset(map, "expr"),
        `could not use expression of type ${type}: a rule needs a vector or a scalar`,
      );
    } catch (thrown) {
      if (!(thrown instanceof PromqlError)) throw thrown;
      this.#fault(keyOffset(map, "expr"), `could not parse expression: ${thrown.message}`);
    }
    return undefined;
  }

  #strings(map: YAMLMap, key: string): Record<string, string> {
    const node = map.get(key, true) as Node | null | undefined;
    if (node === undefined || node === null || (isScalar(node) && node.value === null)) return {};
    if (!isMap(node)) {
      this.#fault(offsetOf(node), `${key} must be a mapping of names to texts`);
      return {};
    }
    return Object.fromEntries(
      node.items.map((pair: Pair) => {
        const name = String(isScalar(pair.key) ? pair.key.value : "");
        const isLabel = key === "labels";
        if (isLabel ? !isValidLabelName(name) || name === metricNameLabel : name === "")
          this.#fault(offsetOf(pair.key as Node), `invalid ${isLabel ? "label" : "annotation"} name: ${name}`);
        return [name, isScalar(pair.value) ? (textOf(pair.value.value) ?? "") : ""] as const;
      }),
    );
  }

  #string(map: YAMLMap, key: string): string {
    const text = textOf(map.get(key));
    if (text === undefined) this.#fault(keyOffset(map, key), `${key} must be a text`);
    return text ?? "";
  }

  #duration(map: YAMLMap, key: string): number {
    const text = this.#string(map, key);
    const durationMs = text === "" ? 0 : parseDurationMs(text);
    if (durationMs !== undefined) return durationMs;
    this.#fault(keyOffset(map, key), `${key}: not a valid duration string: "${text}" (write it as 30s, 5m or 1h30m)`);
    return 0;
  }

  #limit(map: YAMLMap): number {
    const value: unknown = map.get("limit") ?? 0;
    if (Number.isInteger(value)) return Math.max(0, Number(value));
    this.#fault(keyOffset(map, "limit"), "limit must be a whole number");
    return 0;
  }

  #sequence(node: unknown, what: string): Node[] {
    if (node === undefined || node === null || (isScalar(node) && node.value === null)) return [];
    if (isSeq(node)) return node.items as Node[];
    this.#fault(offsetOf(node as Node), `${what} must be a list`);
    return [];
  }

  #map(node: Node, what: string, keys: readonly string[]): YAMLMap | undefined {
    if (!isMap(node)) {
      this.#fault(offsetOf(node), `${what} must be a mapping with ${keys.join(", ")}`);
      return undefined;
    }
    for (const { key } of node.items) {
      const name = isScalar(key) ? String(key.value) : "";
      if (!keys.includes(name))
        this.#fault(offsetOf(key as Node), `field ${name} is not known in ${what}; it takes ${keys.join(", ")}`);
    }
    return node;
  }

  #fault(offset: number, message: string): void {
    const { line, col } = this.#lines.linePos(offset);
    this.faults.push(`${this.#file}:${line}:${col}: ${message}`);
  }
}

/** A number or a boolean is what it is written as (`expr: 1`); undefined for lists and mappings. */
function textOf(value: unknown): string | undefined {
  if (value === undefined || value === null) return "";
  if (typeof value === "string") return value;
  return typeof value === "number" || typeof value === "boolean" || typeof value === "bigint" ? `${value}` : undefined;
}

const offsetOf = (node: Node | null | undefined): number => node?.range?.[0] ?? 0;

function keyOffset(map: YAMLMap, key: string): number {
  const pair = map.items.find((item) => isScalar(item.key) && item.key.value === key);
  return offsetOf((pair?.value ?? pair?.key) as Node | undefined);
}
