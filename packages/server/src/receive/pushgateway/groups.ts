import { SightglassError } from "../../model/errors.ts";
import { limits } from "../../model/limits.ts";
import type { PushedFamily, PushGroup } from "./group.ts";

/** All groups, which are checked against each other as one exposition (Pushgateway README, "API"). */
export class PushGroups {
  private readonly groups = new Map<string, PushGroup>();
  /** Of each series, the group that has it. */
  private readonly ownerOf = new Map<string, string>();
  /** Of each metric, the groups that have it. */
  private readonly groupsOf = new Map<string, Set<string>>();

  get(key: string): PushGroup | undefined {
    return this.groups.get(key);
  }

  all(): Iterable<PushGroup> {
    return this.groups.values();
  }

  /** @throws SightglassError invalid_argument, when it would be one group too many */
  checkRoom(key: string): void {
    if (this.groups.has(key) || this.groups.size < limits.pushGroupsMax.value) return;
    throw new SightglassError("invalid_argument", `there are ${this.groups.size} groups already`, {
      hint: "delete those that are no longer used",
    });
  }

  /**
   * Whether the families of a group fit with one another and with all other groups.
   * @throws SightglassError invalid_argument
   */
  check(key: string, families: ReadonlyMap<string, PushedFamily>): void {
    const seen = new Set<string>();
    for (const family of families.values()) {
      this.checkType(key, family);
      for (const { series, labels } of family.samples) {
        const owner = this.ownerOf.get(series.key);
        if (seen.has(series.key) || (owner !== undefined && owner !== key)) {
          const text = JSON.stringify(Object.fromEntries(labels));
          throw inconsistent(
            `collected metric ${JSON.stringify(family.name)} ${text} was collected before with the same name and label values`,
          );
        }
        seen.add(series.key);
      }
    }
  }

  private checkType(key: string, { name, type }: PushedFamily): void {
    for (const other of this.groupsOf.get(name) ?? []) {
      if (other === key) continue;
      const before = this.groups.get(other)?.families.get(name)?.type;
      if (before !== type)
        throw inconsistent(`collected metric ${JSON.stringify(name)} is ${type}, and ${before} in another group`);
      // They have been checked against one another.
      return;
    }
  }

  /** Puts a group in place of the one with its key. */
  set(group: PushGroup): void {
    this.delete(group.key);
    this.groups.set(group.key, group);
    for (const { name, samples } of group.families.values()) {
      let groups = this.groupsOf.get(name);
      if (groups === undefined) this.groupsOf.set(name, (groups = new Set()));
      groups.add(group.key);
      for (const { series } of samples) this.ownerOf.set(series.key, group.key);
    }
  }

  delete(key: string): void {
    const group = this.groups.get(key);
    if (group === undefined) return;
    this.groups.delete(key);
    for (const { name, samples } of group.families.values()) {
      const groups = this.groupsOf.get(name);
      groups?.delete(key);
      if (groups?.size === 0) this.groupsOf.delete(name);
      for (const { series } of samples) this.ownerOf.delete(series.key);
    }
  }
}

export function inconsistent(what: string): SightglassError {
  return new SightglassError(
    "invalid_argument",
    `pushed metrics are invalid or inconsistent with existing metrics: ${what}`,
  );
}
