import { compileReplacing } from "@sightglass/promql";
import { z } from "zod";
import { personalKinds } from "../decode/redact/personal-texts.ts";
import type { RedactionSettings } from "../decode/redact/redaction.ts";

const expression = z
  .string()
  .min(1)
  .superRefine((source, context) => {
    try {
      compileReplacing(source);
    } catch (error) {
      context.addIssue({ code: "custom", message: (error as Error).message });
    }
  });

/** What is replaced in spans and log records before they are written. */
export const redactionSettings = z
  .strictObject({
    enabled: z
      .boolean()
      .default(true)
      .describe("replace personal data in spans and log records before they are written"),
    patterns: z
      .array(z.enum(personalKinds))
      .default(["credentials", "email", "card"])
      .describe("what is looked for within texts: credentials, email, card, ip"),
    keys: z
      .array(z.string().min(1))
      .default([])
      .describe(
        "more names of attributes whose values are replaced as a whole, beside password, token, email and the like",
      ),
    allow: z.array(z.string().min(1)).default([]).describe("names of attributes that are left as they are"),
    blocked_values: z
      .array(expression)
      .default([])
      .describe("further expressions (RE2) whose matches within texts are replaced; they cost a look at each text"),
  })
  .prefault({});

/** The block as the decoders take it. */
export function redactionOf(settings: z.output<typeof redactionSettings>): RedactionSettings {
  const { enabled, patterns, keys, allow, blocked_values } = settings;
  if (!enabled) return { kinds: [], byName: false, keys: [], allow: [], blockedValues: [] };
  return { kinds: patterns, byName: true, keys, allow, blockedValues: blocked_values.map(compileReplacing) };
}
