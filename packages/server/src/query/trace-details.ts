import { parseTypedJson } from "../decode/typed-json.ts";
import type { AnyValue, KeyValue } from "../http/contract.ts";

/** What the detail columns of a span hold; fields that a column does not have are empty or 0. */
export interface TraceDetails {
  attributes: KeyValue[];
  droppedAttributesCount: number;
  /** Resources and scopes. */
  schemaUrl: string;
  /** Scopes. */
  name: string;
  version: string;
  /** Links. */
  traceState: string;
  flags: number;
}

/**
 * Reads the columns `resource` and `scope`, or one element of `event_attributes` or `link_attributes`.
 * Rows that another writer put into a cluster's table may leave them empty.
 */
export function readTraceDetails(text = ""): TraceDetails {
  const fields = readFields(text);
  const textOf = (key: string) => {
    const value = fields.get(key);
    return value !== undefined && "stringValue" in value ? value.stringValue : "";
  };
  const numberOf = (key: string) => {
    const value = fields.get(key);
    return value !== undefined && "intValue" in value ? Number(value.intValue) : 0;
  };
  const attributes = fields.get("attributes");
  return {
    attributes: attributes !== undefined && "kvlistValue" in attributes ? attributes.kvlistValue.values : [],
    droppedAttributesCount: numberOf("droppedAttributesCount"),
    schemaUrl: textOf("schemaUrl"),
    name: textOf("name"),
    version: textOf("version"),
    traceState: textOf("traceState"),
    flags: numberOf("flags"),
  };
}

function readFields(text: string): ReadonlyMap<string, AnyValue> {
  if (text === "") return new Map();
  const value: AnyValue = parseTypedJson(text);
  return new Map("kvlistValue" in value ? value.kvlistValue.values.map((field) => [field.key, field.value]) : []);
}
