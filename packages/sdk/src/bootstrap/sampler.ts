import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  ParentBasedSampler,
  type Sampler,
  TraceIdRatioBasedSampler,
} from "@opentelemetry/sdk-trace-base";
import { KeepSampler } from "./keep.ts";
import type { KeepRules } from "./keep-rules.ts";

/** OTEL_TRACES_SAMPLER and OTEL_TRACES_SAMPLER_ARG. */
export interface SamplerSettings {
  readonly name: string;
  readonly argument: string | undefined;
}

const parentBased = "parentbased_";

/**
 * The sampler that the code (`ratio`) or the environment names. Parent-based is the default: it decides at the root, so that
 * a run is kept or dropped as a whole. A ratio looks at the trace id, which comes to the same.
 */
export function samplerFor(
  settings: SamplerSettings,
  { ratio, keep }: { ratio: number | undefined; keep: KeepRules | undefined },
  complain: (problem: string) => void,
): Sampler {
  const base =
    ratio === undefined
      ? samplerOf(settings, complain)
      : new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(ratio) });
  return keep === undefined ? base : new KeepSampler(base);
}

function samplerOf({ name, argument }: SamplerSettings, complain: (problem: string) => void): Sampler {
  const isParentBased = name.startsWith(parentBased);
  const root = rootOf(isParentBased ? name.slice(parentBased.length) : name, argument, complain);
  if (root === undefined) {
    complain(`OTEL_TRACES_SAMPLER="${name}" is not known here; parentbased_always_on is used`);
    return new ParentBasedSampler({ root: new AlwaysOnSampler() });
  }
  return isParentBased ? new ParentBasedSampler({ root }) : root;
}

function rootOf(name: string, argument: string | undefined, complain: (problem: string) => void): Sampler | undefined {
  if (name === "always_on") return new AlwaysOnSampler();
  if (name === "always_off") return new AlwaysOffSampler();
  if (name !== "traceidratio") return undefined;
  const ratio = Number(argument ?? 1);
  if (ratio >= 0 && ratio <= 1) return new TraceIdRatioBasedSampler(ratio);
  complain(`OTEL_TRACES_SAMPLER_ARG="${argument ?? ""}" is not from 0 to 1; 1 is used`);
  return new AlwaysOnSampler();
}
