import type { AnyValue } from "../any-value.ts";
import type { PrometheusNames } from "../metrics/prometheus-names.ts";
import type { Attribute, ScopeMetrics } from "./metric-messages.ts";
import type { OtlpTranslation } from "./translation.ts";

/** Labels by name. */
export type LabelMap = Map<string, string>;

const serviceName = "service.name";
const serviceNamespace = "service.namespace";
const serviceInstance = "service.instance.id";
const identifying: ReadonlySet<string> = new Set([serviceName, serviceNamespace, serviceInstance]);
/** What differs with every process: as a label it would make a series for each. */
const ofOneProcess =
  /^process\.(?:pid|parent_pid|vpid|creation\.time|exit\.time|command|command_args|command_line|executable\.path|owner|working_directory|title|session_leader\.pid|group_leader\.pid)$/;

/** What a resource gives to the series of its metrics. */
export interface ResourceLabels {
  job: string;
  instance: string;
  /** Resource attributes that are labels of each series. */
  promoted: LabelMap;
  /** The same for a sum of many processes, which tells nothing of one of them unless it was asked for by name. */
  promotedOfSum: LabelMap;
  /** Labels of `target_info` besides job and instance; empty when there is nothing to tell. */
  info: LabelMap;
}

/** Attributes as labels, by the rules of one translation. */
export class MetricLabels {
  private readonly names: PrometheusNames;
  private readonly translation: OtlpTranslation;
  private readonly onLostKey: (key: string) => void;

  /** @param onLostKey hears of an attribute whose key cannot be a label */
  constructor(names: PrometheusNames, translation: OtlpTranslation, onLostKey: (key: string) => void) {
    this.names = names;
    this.translation = translation;
    this.onLostKey = onLostKey;
  }

  /** Resource attributes become `job`, `instance` and `target_info` (compatibility specification, "Resource attributes"). */
  resource(attributes: readonly Attribute[] = []): ResourceLabels {
    const { promoted, keepIdentifyingAttributes } = this.translation;
    const text = (wanted: string) => valueText(attributes.find(({ key }) => key === wanted)?.value);
    const [name, namespace] = [text(serviceName), text(serviceNamespace)];
    const told = attributes.filter(({ key = "" }) => !ofOneProcess.test(key));
    const hasInfo = told.some(({ key = "" }) => !identifying.has(key));
    const isPromoted = (key: string) =>
      promoted.isAllBut ? !promoted.keys.has(key) && !ofOneProcess.test(key) : promoted.keys.has(key);
    const isOfSum = (key: string) => isPromoted(key) && !(promoted.isAllBut && key === serviceInstance);
    const those = (has: (key: string) => boolean) => this.attributes(attributes.filter(({ key = "" }) => has(key)));
    return {
      job: namespace !== "" && name !== "" ? `${namespace}/${name}` : name,
      instance: text(serviceInstance),
      promoted: those(isPromoted),
      promotedOfSum: those(isOfSum),
      info: hasInfo
        ? this.attributes(told.filter(({ key = "" }) => keepIdentifyingAttributes || !identifying.has(key)))
        : new Map(),
    };
  }

  /** Labels for all series of a scope. */
  scope({ scope, schemaUrl = "" }: ScopeMetrics): LabelMap {
    const labels: LabelMap = new Map();
    if (!this.translation.promoteScope) return labels;
    const prefixed = scope?.attributes?.map(({ key = "", ...value }) => ({ ...value, key: `otel_scope_${key}` }));
    for (const [name, value] of this.attributes(prefixed)) labels.set(name, value);
    labels.set("otel_scope_name", scope?.name ?? "");
    labels.set("otel_scope_version", scope?.version ?? "");
    labels.set("otel_scope_schema_url", schemaUrl);
    return labels;
  }

  /** Attributes as labels. Keys that become the same label have their values joined by `;`, in the order of the keys. */
  attributes(attributes: readonly Attribute[] = []): LabelMap {
    const labels: LabelMap = new Map();
    const sorted = [...attributes].sort((a, b) => ((a.key ?? "") < (b.key ?? "") ? -1 : 1));
    for (const { key = "", value } of sorted) {
      const name = this.names.label(key);
      if (name === undefined) {
        this.onLostKey(key);
        continue;
      }
      const before = labels.get(name);
      labels.set(name, before === undefined ? valueText(value) : `${before};${valueText(value)}`);
    }
    return labels;
  }
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
