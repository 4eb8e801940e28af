import { describe, expect, it } from "vitest";
import { samplerFor } from "./sampler.ts";

const describeSampler = (name: string, argument?: string, ratio?: number) => {
  const problems: string[] = [];
  const options = { ratio, keep: undefined };
  const sampler = samplerFor({ name, argument }, options, (problem) => problems.push(problem));
  return [sampler.toString().replace(/, remote.*/, ""), problems.length];
};

describe("samplers", () => {
  it.each([
    ["always_on", undefined, "AlwaysOnSampler", 0],
    ["always_off", undefined, "AlwaysOffSampler", 0],
    ["traceidratio", "0.25", "TraceIdRatioBased{0.25}", 0],
    ["parentbased_always_on", undefined, "ParentBased{root=AlwaysOnSampler", 0],
    ["parentbased_always_off", undefined, "ParentBased{root=AlwaysOffSampler", 0],
    ["parentbased_traceidratio", "0.25", "ParentBased{root=TraceIdRatioBased{0.25}", 0],
    ["parentbased_traceidratio", "2", "ParentBased{root=AlwaysOnSampler", 1],
    ["parentbased_traceidratio", "many", "ParentBased{root=AlwaysOnSampler", 1],
    ["jaeger_remote", undefined, "ParentBased{root=AlwaysOnSampler", 1],
  ])("%s %s", (name, argument, sampler, problems) => {
    expect(describeSampler(name, argument)).toEqual([sampler, problems]);
  });

  it("take the code's ratio before the environment", () => {
    expect(describeSampler("always_off", undefined, 0.5)).toEqual(["ParentBased{root=TraceIdRatioBased{0.5}", 0]);
  });
});
