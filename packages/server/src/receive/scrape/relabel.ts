import { createHash } from "node:crypto";
import { type AnchoredRegexp, expandTemplate } from "@sightglass/promql";

export const relabelActions = [
  "replace",
  "keep",
  "drop",
  "keepequal",
  "dropequal",
  "hashmod",
  "labelmap",
  "labeldrop",
  "labelkeep",
  "lowercase",
  "uppercase",
] as const;
export type RelabelAction = (typeof relabelActions)[number];

/** One step of `relabel_configs` or `metric_relabel_configs`. */
export interface RelabelRule {
  readonly action: RelabelAction;
  readonly sourceLabels: readonly string[];
  readonly separator: string;
  /** The expression as it was written. */
  readonly source: string;
  /** Anchored at both ends. */
  readonly regex: AnchoredRegexp;
  readonly modulus: number;
  /** May refer to groups of the regex, for `replace`. */
  readonly targetLabel: string;
  readonly replacement: string;
}

/**
 * Applies rules in order to `labels`, in place; an empty value is the same as no label (Prometheus configuration,
 * `<relabel_config>`).
 * @returns false when a rule drops it
 */
export function relabel(labels: Map<string, string>, rules: readonly RelabelRule[]): boolean {
  for (const rule of rules) if (!apply(labels, rule)) return false;
  return true;
}

export interface RelabelStep {
  /** The rule, in the configuration's own keys. */
  readonly rule: Readonly<Record<string, unknown>>;
  /** The labels after it; none when it dropped them. */
  readonly output: Readonly<Record<string, string>>;
  readonly keep: boolean;
}

/** What each rule makes of labels: for whoever wonders why a target is as it is. */
export function relabelSteps(labels: ReadonlyMap<string, string>, rules: readonly RelabelRule[]): RelabelStep[] {
  const now = new Map(labels);
  let keep = true;
  return rules.map((rule) => {
    keep &&= apply(now, rule);
    const output = keep ? Object.fromEntries([...now].sort(([a], [b]) => (a < b ? -1 : 1))) : {};
    return { rule: shownRule(rule), output, keep };
  });
}

function shownRule(rule: RelabelRule): RelabelStep["rule"] {
  return {
    ...(rule.sourceLabels.length > 0 && { source_labels: rule.sourceLabels }),
    separator: rule.separator,
    regex: rule.source,
    ...(rule.modulus > 0 && { modulus: rule.modulus }),
    ...(rule.targetLabel !== "" && { target_label: rule.targetLabel }),
    replacement: rule.replacement,
    action: rule.action,
  };
}

function apply(labels: Map<string, string>, rule: RelabelRule): boolean {
  const { action, regex, targetLabel } = rule;
  const value = rule.sourceLabels.map((name) => labels.get(name) ?? "").join(rule.separator);
  switch (action) {
    case "keep":
      return regex.test(value);
    case "drop":
      return !regex.test(value);
    case "keepequal":
      return (labels.get(targetLabel) ?? "") === value;
    case "dropequal":
      return (labels.get(targetLabel) ?? "") !== value;
    case "replace":
      replace(labels, value, rule);
      return true;
    case "lowercase":
      set(labels, targetLabel, value.toLowerCase());
      return true;
    case "uppercase":
      set(labels, targetLabel, value.toUpperCase());
      return true;
    case "hashmod":
      set(labels, targetLabel, String(hashOf(value) % BigInt(rule.modulus)));
      return true;
    case "labelmap":
      mapLabels(labels, rule);
      return true;
    case "labeldrop":
      for (const name of labels.keys()) if (regex.test(name)) labels.delete(name);
      return true;
    case "labelkeep":
      for (const name of labels.keys()) if (!regex.test(name)) labels.delete(name);
      return true;
  }
}

function replace(labels: Map<string, string>, value: string, { regex, targetLabel, replacement }: RelabelRule): void {
  const match = regex.exec(value);
  if (match === null) return;
  const name = expandTemplate(targetLabel, match);
  if (name !== "") set(labels, name, expandTemplate(replacement, match));
}

/** Names are matched as they were before the rule, so that one rule never applies to what it has made. */
function mapLabels(labels: Map<string, string>, { regex, replacement }: RelabelRule): void {
  for (const [name, value] of Array.from(labels)) {
    const match = regex.exec(name);
    if (match !== null) set(labels, expandTemplate(replacement, match), value);
  }
}

function set(labels: Map<string, string>, name: string, value: string): void {
  if (value === "") labels.delete(name);
  else labels.set(name, value);
}

/** The last eight bytes of the MD5, as Prometheus has it, so that shards of both agree. */
export function hashOf(value: string): bigint {
  return createHash("md5").update(value).digest().readBigUInt64BE(8);
}
