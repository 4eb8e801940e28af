import type { StageError } from "../http/contract.ts";

/**
 * Text attributes of one event in typed JSON: `{"attributes":{"k":"v"},...}`, or `{"$map":[["k","v"]]}` in place of the
 * object when keys repeat (the last one counts). Other types are not text and left out.
 */
export function textAttributesOf(event: string): Map<string, string> {
  if (event === "") return new Map();
  try {
    const { attributes } = JSON.parse(event) as { attributes?: Record<string, unknown> };
    const pairs = Array.isArray(attributes?.["$map"])
      ? (attributes["$map"] as [string, unknown][])
      : Object.entries(attributes ?? {});
    return new Map(pairs.filter((pair): pair is [string, string] => typeof pair[1] === "string"));
  } catch {
    return new Map();
  }
}

/**
 * Why a span failed: its exception event (semantic conventions, exceptions on spans), else its status message.
 * Null when it says neither.
 */
export function errorOf({ exception, statusMessage }: { exception: string; statusMessage: string }): StageError | null {
  const attributes = textAttributesOf(exception);
  const type = attributes.get("exception.type") ?? "";
  const message = attributes.get("exception.message") ?? "";
  if (type === "" && message === "" && statusMessage === "") return null;
  return {
    type,
    message: message === "" ? statusMessage : message,
    stack: attributes.get("exception.stacktrace") ?? null,
  };
}
