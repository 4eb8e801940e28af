/** What is longer is not parsed. */
const jsonCharsMax = 1_048_576;

/** The members of an object, given as such or as JSON text; none for anything else. Never throws. */
export function membersOf(value: unknown): Readonly<Record<string, unknown>> {
  const parsed = typeof value === "string" ? parse(value) : value;
  return isRecord(parsed) ? parsed : {};
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function parse(text: string): unknown {
  // Most texts that are no object are told by their first character.
  if (text.length > jsonCharsMax || !text.trimStart().startsWith("{")) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
