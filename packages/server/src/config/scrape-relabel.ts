import { compileAnchored } from "@sightglass/promql";
import { z } from "zod";
import { type RelabelAction, relabelActions } from "../receive/scrape/relabel.ts";

const needsTarget = new Set<RelabelAction>(["replace", "keepequal", "dropequal", "hashmod", "lowercase", "uppercase"]);
const needsSource = new Set<RelabelAction>(["keepequal", "dropequal"]);
/** Keys that an action leaves without effect: refused rather than passed over, unless they say what is so anyway. */
const uselessKeys: Partial<Record<RelabelAction, readonly string[]>> = {
  labeldrop: ["source_labels", "target_label", "modulus", "separator", "replacement"],
  labelkeep: ["source_labels", "target_label", "modulus", "separator", "replacement"],
  keepequal: ["regex", "modulus", "separator", "replacement"],
  dropequal: ["regex", "modulus", "separator", "replacement"],
  lowercase: ["replacement"],
  uppercase: ["replacement"],
};

const defaults: Readonly<Record<string, string>> = { regex: "(.*)", separator: ";", replacement: "$1" };

const regex = z.string().superRefine((text, context) => {
  try {
    compileAnchored(text);
  } catch (error) {
    context.addIssue({ code: "custom", message: (error as Error).message });
  }
});

/** One entry of `relabel_configs` and `metric_relabel_configs` (Prometheus configuration, `<relabel_config>`). */
export const relabelConfig = z
  .strictObject({
    source_labels: z.array(z.string().min(1)).optional(),
    separator: z.string().optional().describe("; by default"),
    target_label: z.string().optional(),
    regex: regex.optional().describe("(.*) by default; anchored at both ends"),
    modulus: z.int().positive().optional(),
    replacement: z.string().optional().describe("$1 by default"),
    // Prometheus takes them in any case.
    action: z
      .string()
      .toLowerCase()
      .pipe(z.enum(relabelActions, { error: `expected one of ${relabelActions.join(", ")}` }))
      .prefault("replace"),
  })
  .superRefine((rule, context) => {
    const { action } = rule;
    const fault = (message: string, path: string[] = []) => context.addIssue({ code: "custom", message, path });
    if (needsTarget.has(action) && (rule.target_label ?? "") === "") fault(`the action ${action} needs target_label`);
    if (needsSource.has(action) && rule.source_labels === undefined) fault(`the action ${action} needs source_labels`);
    if (action === "hashmod" && rule.modulus === undefined) fault("the action hashmod needs modulus");
    for (const key of uselessKeys[action] ?? []) {
      const value = rule[key as keyof typeof rule];
      if (value === undefined || value === defaults[key]) continue;
      fault(`${key} has no effect with the action ${action}`, [key]);
    }
  });

export type RelabelConfig = z.output<typeof relabelConfig>;
