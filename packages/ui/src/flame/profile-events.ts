import type { KeyValue, SpanDetail } from "sightglass/contract";

/** A profile as the SDK writes it to a span (docs/guides/profiling.md). */
export interface Profile {
  /** `asked`, `slow` or `slow_before`; empty when the sender said nothing. */
  reason: string;
  durationMs: number;
  idleMs: number;
  /** What the stage usually takes; null when that is not known. */
  expectedMs: number | null;
  sampleCount: number;
  functions: ProfiledFunction[];
  /** Folded stacks. */
  folded: string;
}

export interface ProfiledFunction {
  name: string;
  /** `file:line`; empty for what the engine does itself. */
  place: string;
  selfMs: number;
  totalMs: number;
}

const summaryEvent = "pipeline.profile";
const functionEvent = "pipeline.profile.function";
const stacksEvent = "pipeline.profile.stacks";

/** Whether an event is a part of a profile, which is better shown whole. */
export function isProfileEvent(name: string): boolean {
  return name === summaryEvent || name === functionEvent || name === stacksEvent;
}

/** Null for a span without one. Of several profiles of one span, all functions and stacks come together. */
export function readProfile({ events }: Pick<SpanDetail, "events">): Profile | null {
  const named = (wanted: string) => events.filter(({ name }) => name === wanted).map((event) => event.attributes);
  const summaries = named(summaryEvent);
  if (summaries.length === 0) return null;
  const sum = (key: string) => summaries.reduce((total, attributes) => total + (number(attributes, key) ?? 0), 0);
  const [first = []] = summaries;
  return {
    reason: text(first, "pipeline.profile.reason"),
    durationMs: sum("pipeline.profile.duration_ms"),
    idleMs: sum("pipeline.profile.idle_ms"),
    expectedMs: number(first, "pipeline.profile.expected_ms"),
    sampleCount: sum("pipeline.profile.samples"),
    functions: named(functionEvent).map(profiledFunction),
    folded: named(stacksEvent)
      .toSorted((a, b) => (number(a, "pipeline.profile.part") ?? 0) - (number(b, "pipeline.profile.part") ?? 0))
      .map((attributes) => text(attributes, "pipeline.profile.folded"))
      .join(""),
  };
}

function profiledFunction(attributes: readonly KeyValue[]): ProfiledFunction {
  const file = text(attributes, "code.file.path");
  return {
    name: text(attributes, "code.function.name"),
    place: file === "" ? "" : `${file}:${number(attributes, "code.line.number") ?? "?"}`,
    selfMs: number(attributes, "pipeline.profile.self_ms") ?? 0,
    totalMs: number(attributes, "pipeline.profile.total_ms") ?? 0,
  };
}

function text(attributes: readonly KeyValue[], key: string): string {
  const value = attributes.find((one) => one.key === key)?.value ?? {};
  return "stringValue" in value ? value.stringValue : "";
}

/** Null for what is absent or no number. */
function number(attributes: readonly KeyValue[], key: string): number | null {
  const value = attributes.find((one) => one.key === key)?.value ?? {};
  const found =
    "intValue" in value ? Number(value.intValue) : "doubleValue" in value ? Number(value.doubleValue) : null;
  return found !== null && Number.isFinite(found) ? found : null;
}
