import type { AnyValue } from "../any-value.ts";
import { labelName } from "../metrics/prometheus-names.ts";
import type { Attribute, ScopeMetrics } from "./metric-messages.ts";

/** Labels by name. */
export type LabelMap = Map<string, string>;

const serviceName = "service.name";
const serviceNamespace = "service.namespace";
const serviceInstance = "service.instance.id";
/** What differs with every process: in `target_info` it would make a series for each. */
const ofOneProcess =
  /^process\.(?:pid|parent_pid|vpid|creation\.time|exit\.time|command|command_args|command_line|executable\.path|owner|working_directory|title|session_leader\.pid|group_leader\.pid)$/;

/** What a resource gives to the series of its metrics. */
export interface ResourceLabels {
  job: string;
  instance: string;
  /** Labels of `target_info` besides job and instance. */
  info: LabelMap;
}

/** Resource attributes become `job`, `instance` and `target_info` (compatibility specification, "Resource attributes"). */
export function resourceLabels(attributes: readonly Attribute[] = []): ResourceLabels {
  const texts = new Map(attributes.map(({ key = "", value }) => [key, valueText(value)]));
  const name = texts.get(serviceName) ?? "";
  const namespace = texts.get(serviceNamespace) ?? "";
  const info = attributes.filter(
    ({ key = "" }) =>
      key !== serviceName && key !== serviceNamespace && key !== serviceInstance && !ofOneProcess.test(key),
  );
  return {
    job: namespace !== "" && name !== "" ? `${namespace}/${name}` : name,
    instance: texts.get(serviceInstance) ?? "",
    info: attributeLabels(info),
  };
}

/** Labels for all series of a scope. */
export function scopeLabels({ scope, schemaUrl = "" }: ScopeMetrics): LabelMap {
  const labels: LabelMap = new Map();
  for (const [name, value] of attributeLabels(scope?.attributes)) labels.set(`otel_scope_${name}`, value);
  labels.set("otel_scope_name", scope?.name ?? "");
  labels.set("otel_scope_version", scope?.version ?? "");
  labels.set("otel_scope_schema_url", schemaUrl);
  return labels;
}

/** Attributes as labels. Keys that become the same label have their values joined by `;`, in the order of the keys. */
export function attributeLabels(attributes: readonly Attribute[] = []): LabelMap {
  const labels: LabelMap = new Map();
  const sorted = [...attributes].sort((a, b) => ((a.key ?? "") < (b.key ?? "") ? -1 : 1));
  for (const { key = "", value } of sorted) {
    const name = labelName(key);
    if (name === "") continue;
    const before = labels.get(name);
    labels.set(name, before === undefined ? valueText(value) : `${before};${valueText(value)}`);
  }
  return labels;
}

/** A value as text: strings as they are, arrays and maps as JSON. */
export function valueText(value: AnyValue | undefined): string {
  const plain = plainValue(value);
  return typeof plain === "string" ? plain : plain === null ? "" : JSON.stringify(plain);
}

function plainValue(value: AnyValue | undefined): unknown {
  const member = (value ?? {}) as Record<string, unknown>;
  if ("arrayValue" in member) return ((member["arrayValue"] as { values?: AnyValue[] }).values ?? []).map(plainValue);
  if ("kvlistValue" in member) {
    const { values = [] } = member["kvlistValue"] as { values?: Attribute[] };
    return Object.fromEntries(values.map(({ key = "", value: inner }) => [key, plainValue(inner)]));
  }
  for (const kind of ["stringValue", "boolValue", "intValue", "bytesValue"]) if (kind in member) return member[kind];
  if (!("doubleValue" in member)) return null;
  const number = member["doubleValue"] as number;
  return Number.isFinite(number) ? number : String(number);
}
