import { describe, expect, it } from "vitest";
import { ratioFor } from "./sample-ratio.ts";
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

describe("the share of an environment", () => {
  const shares = { production: 0.1, staging: 0.5 };
  it.each([
    ["the resource's name", shares, { "deployment.environment.name": "production" }, "staging", 0.1],
    ["its older name", shares, { "deployment.environment": "production" }, undefined, 0.1],
    ["NODE_ENV", shares, {}, "staging", 0.5],
    ["development, which keeps everything", shares, {}, undefined, undefined],
    ["development's own", { development: 0.2 }, {}, "", 0.2],
    ["one that has no share", shares, { "deployment.environment.name": "toString" }, "production", undefined],
    ["any, where there is one for all", 0.3, { "deployment.environment.name": "production" }, undefined, 0.3],
    ["none, where nothing is asked", undefined, {}, "production", undefined],
  ])("is that of %s", (_name, wanted, resource, nodeEnvironment, ratio) => {
    expect(ratioFor(wanted, resource, nodeEnvironment)).toBe(ratio);
  });
});
