import type { Span } from "@opentelemetry/api";
import { attributeNames as names, eventNames } from "../attribute-names.ts";
import { type CallTimes, callTimes, type CpuProfile, type FunctionTime } from "./call-tree.ts";
import { foldedStacks } from "./folded-stacks.ts";

/** Functions by self time, and as many by total time. */
const functionsMax = 8;
const nameCharsMax = 300;

/** Why there is a profile: asked for in code, the stage was slower than before, or the one before was. */
export type ProfileReason = "asked" | "slow" | "slow_before";

export interface ProfileFacts {
  readonly reason: ProfileReason;
  readonly intervalUs: number;
  /** What the stage usually takes. */
  readonly expectedMs?: number | undefined;
}

/** Writes a profile to a span: one event that sums it up, one for each expensive function, and the stacks in parts. */
export function emitProfile(span: Span, profile: CpuProfile, facts: ProfileFacts): void {
  const times = callTimes(profile, process.cwd());
  span.addEvent(eventNames.profile, {
    [names.profileReason]: facts.reason,
    [names.profileDuration]: milliseconds(times.durationUs),
    [names.profileIdle]: milliseconds(times.idleUs),
    [names.profileInterval]: facts.intervalUs,
    [names.profileSamples]: times.sampleCount,
    ...(facts.expectedMs === undefined ? {} : { [names.profileExpected]: Math.round(facts.expectedMs) }),
  });
  for (const { name, file, line, selfUs, totalUs } of mostExpensive(times))
    span.addEvent(eventNames.profileFunction, {
      [names.codeFunction]: name.slice(0, nameCharsMax),
      ...(file === "" ? {} : { [names.codeFile]: file.slice(-nameCharsMax), [names.codeLine]: line }),
      [names.profileSelf]: milliseconds(selfUs),
      [names.profileTotal]: milliseconds(totalUs),
    });
  for (const [part, text] of foldedStacks(times.stacks).entries())
    span.addEvent(eventNames.profileStacks, { [names.profilePart]: part, [names.profileFolded]: text });
}

function mostExpensive({ functions }: CallTimes): FunctionTime[] {
  const byTotal = functions.toSorted((a, b) => b.totalUs - a.totalUs).slice(0, functionsMax);
  return [...new Set([...functions.slice(0, functionsMax), ...byTotal])];
}

function milliseconds(us: number): number {
  return Math.round(us) / 1000;
}
