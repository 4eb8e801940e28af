import { isUtf8 } from "node:buffer";
import { legacyLabelName } from "../../decode/exposition/exposition.ts";
import { SightglassError } from "../../model/errors.ts";

/** The labels that name a group, sorted; `job` is always there. An empty value tells groups apart, though series have no such label. */
export type Grouping = readonly (readonly [name: string, value: string])[];

const base64Suffix = "@base64";
const prefix = "/metrics/";

/** Whether a request for this path is a push. `/metrics` itself is the server's own metrics. */
export function isPushPath(path: string): boolean {
  return path.startsWith(`${prefix}job/`) || path.startsWith(`${prefix}job${base64Suffix}/`);
}

/**
 * Reads `/metrics/job/NAME/LABEL/VALUE...`; a label whose name ends in `@base64` has its value in URL-safe base64
 * (Pushgateway README, "URL").
 * @throws SightglassError invalid_argument
 */
export function readGrouping(path: string): Grouping {
  const parts = decoded(path).slice(prefix.length).split("/");
  if (parts.length === 3 && parts[2] === "") parts.pop();
  if (parts.length % 2 !== 0) throw refused(`the path has a label without a value: ${JSON.stringify(parts.at(-1))}`);
  const labels = new Map<string, string>();
  for (let index = 0; index < parts.length; index += 2) {
    const [name, value] = readLabel(parts[index] ?? "", parts[index + 1] ?? "");
    if (index > 0 && name === "job") continue;
    if (index === 0 && value === "") throw refused("job name is required");
    labels.set(name, value);
  }
  return [...labels].sort(([a], [b]) => (a < b ? -1 : 1));
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    throw refused("the path has a % that is no escape");
  }
}

function readLabel(part: string, text: string): [name: string, value: string] {
  const isBase64 = part.endsWith(base64Suffix);
  const name = isBase64 ? part.slice(0, -base64Suffix.length) : part;
  if (!legacyLabelName.test(name) || name.startsWith("__")) {
    throw refused(`improper label name ${JSON.stringify(name)}`);
  }
  if (!isBase64) return [name, text];
  const digits = text.replace(/=+$/, "");
  const bytes = Buffer.from(digits, "base64url");
  if (!/^[\w-]*$/.test(digits) || digits.length % 4 === 1 || !isUtf8(bytes)) {
    throw refused(`invalid base64 encoding for label ${name}=${JSON.stringify(text)}`);
  }
  return [name, bytes.toString()];
}

function refused(message: string): SightglassError {
  return new SightglassError("invalid_argument", message);
}
