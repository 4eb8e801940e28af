/** Which runs are kept although the sampler would drop them, decided when they end. */
export interface KeepRules {
  /** Runs that fail, or in which a stage or a record failed. */
  readonly failed?: boolean;
  /** Runs with rows that no count explains. */
  readonly unexplained?: boolean;
  /** Runs that take longer, in milliseconds. */
  readonly slowerThanMs?: number;
}

/**
 * Reads `failed,unexplained,slow=60000`, in any order. Undefined when nothing is asked for; what cannot be understood is
 * reported.
 */
export function parseKeepRules(text: string | undefined, complain: (problem: string) => void): KeepRules | undefined {
  const rules: { failed?: boolean; unexplained?: boolean; slowerThanMs?: number } = {};
  for (const part of (text ?? "").split(",").map((word) => word.trim().toLowerCase())) {
    const slow = /^slow=(\d+)$/.exec(part)?.[1];
    if (part === "failed" || part === "unexplained") rules[part] = true;
    else if (slow !== undefined) rules.slowerThanMs = Number(slow);
    else if (part !== "") complain(`SIGHTGLASS_KEEP: "${part}" is none of failed, unexplained and slow=MILLISECONDS`);
  }
  return Object.keys(rules).length === 0 ? undefined : rules;
}
