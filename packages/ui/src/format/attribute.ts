import type { AnyValue } from "sightglass/contract";

export type AttributeType = "string" | "bool" | "int" | "double" | "array" | "map" | "bytes" | "empty";

export function attributeType(value: AnyValue): AttributeType {
  if ("stringValue" in value) return "string";
  if ("boolValue" in value) return "bool";
  if ("intValue" in value) return "int";
  if ("doubleValue" in value) return "double";
  if ("arrayValue" in value) return "array";
  if ("kvlistValue" in value) return "map";
  if ("bytesValue" in value) return "bytes";
  return "empty";
}

/** One line. Nested values read as JSON; int64 keeps all digits. */
export function formatAttribute(value: AnyValue): string {
  if ("stringValue" in value) return value.stringValue;
  if ("boolValue" in value) return String(value.boolValue);
  if ("intValue" in value) return value.intValue;
  if ("doubleValue" in value) return String(value.doubleValue);
  if ("bytesValue" in value) return `base64 ${value.bytesValue}`;
  if ("arrayValue" in value && value.arrayValue !== undefined)
    return `[${value.arrayValue.values.map(nested).join(", ")}]`;
  if ("kvlistValue" in value && value.kvlistValue !== undefined)
    return `{${value.kvlistValue.values.map((item) => `${JSON.stringify(item.key)}: ${nested(item.value)}`).join(", ")}}`;
  return "";
}

const nested = (value: AnyValue): string =>
  "stringValue" in value ? JSON.stringify(value.stringValue) : formatAttribute(value) || "null";
