import { readdirSync, readFileSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { SightglassError } from "../model/errors.ts";
import { parseRuleFile, type RuleGroup, type RuleGroupDefaults } from "./rule-file.ts";

/**
 * The groups of all files that the patterns name; `*` and `?` may stand in the last part of a path. A pattern that finds
 * nothing is no error, as in Prometheus.
 * @param folder where relative paths start
 * @param defaults of groups that name none
 * @throws SightglassError config_invalid with every fault of every file
 */
export function loadRuleFiles(
  patterns: readonly string[],
  { folder, ...defaults }: { folder: string } & RuleGroupDefaults,
): RuleGroup[] {
  const faults: string[] = [];
  const groups: RuleGroup[] = [];
  for (const file of new Set(patterns.flatMap((pattern) => filesOf(resolve(folder, pattern))))) {
    try {
      groups.push(...parseRuleFile({ file, text: readFileSync(file, "utf8") }, defaults));
    } catch (thrown) {
      faults.push(thrown instanceof SightglassError ? thrown.message : `${file}:1:1: ${String(thrown)}`);
    }
  }
  if (faults.length > 0) throw new SightglassError("config_invalid", faults.join("\n"));
  return groups;
}

function filesOf(path: string): string[] {
  const last = basename(path);
  if (!/[*?]/.test(last)) return [path];
  const escaped = last
    .replace(/[.+^${}()|[\]\\]/g, "\\$&")
    .replaceAll("*", ".*")
    .replaceAll("?", ".");
  const pattern = new RegExp(`^${escaped}$`);
  try {
    const names = readdirSync(dirname(path)).filter((name) => pattern.test(name));
    return names.sort().map((name) => join(dirname(path), name));
  } catch {
    return [];
  }
}
