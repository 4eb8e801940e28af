/** Deeper, and further into an array, nothing new is told. */
const depthMax = 8;
const elementsMax = 16;
const textCharsMax = 8192;
const value = `"?"`;

/**
 * A command with `?` for each value (OpenTelemetry, "Sanitization of db.query.text"): names of fields and operators stay, and of
 * elements in a row that look the same there is one, so that a thousand documents cost no more than one. Never throws.
 */
export function commandText(command: object): string {
  return shapeOf(command, depthMax).slice(0, textCharsMax);
}

function shapeOf(part: unknown, depth: number): string {
  if (typeof part !== "object" || part === null || depth === 0 || isValue(part)) return value;
  if (Array.isArray(part)) return arrayShape(part, depth);
  // What the driver makes of the documents of an insert: they and the bytes that they will be.
  if ("chunks" in part && "documents" in part && Array.isArray(part.documents))
    return arrayShape(part.documents, depth);
  const entries: [unknown, unknown][] = part instanceof Map ? [...part] : Object.entries(part);
  return `{${entries.map(([name, one]) => `${JSON.stringify(String(name))}:${shapeOf(one, depth - 1)}`).join(",")}}`;
}

function arrayShape(elements: readonly unknown[], depth: number): string {
  const shapes = elements.slice(0, elementsMax).map((element) => shapeOf(element, depth - 1));
  return `[${shapes.filter((shape, at) => shape !== shapes[at - 1]).join(",")}]`;
}

/** Dates, bytes, and BSON's own types. */
function isValue(part: object): boolean {
  return part instanceof Date || part instanceof RegExp || ArrayBuffer.isView(part) || "_bsontype" in part;
}
