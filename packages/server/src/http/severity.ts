import { SightglassError } from "../model/errors.ts";

/** The lowest number of each range of the OpenTelemetry logs data model. */
const lowest: Record<string, number> = { trace: 1, debug: 5, info: 9, warn: 13, warning: 13, error: 17, fatal: 21 };

/**
 * The least severity that a client asks for: a name, or a number from 1 to 24.
 * @throws SightglassError invalid_argument
 */
export function severityOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const value = lowest[text.toLowerCase()] ?? (/^\d{1,2}$/.test(text) ? Number(text) : 0);
  if (value >= 1 && value <= 24) return value;
  throw new SightglassError("invalid_argument", `parameter severity: "${text.slice(0, 100)}" is not a severity`, {
    hint: "send trace, debug, info, warn, error or fatal, or a number from 1 to 24; it is the least one to list",
  });
}
