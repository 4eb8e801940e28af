import { spawn } from "node:child_process";
import { once } from "node:events";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Workshop } from "../../packages/sdk/src/testing/program.ts";
import * as catalogue from "../telemetry/catalogue.ts";
import { Collector } from "../telemetry/collector.ts";
import { commands, programs } from "../telemetry/programs.ts";
import { packedServer } from "./packed.ts";

/** What real programs send, beside the catalogue that docs/reference/telemetry.md is made from. */

let workshop: Workshop;
let collector: Collector;
beforeAll(async () => {
  workshop = new Workshop();
  // Before anything is sent: packing blocks this process, and so the collector.
  const program = packedServer();
  collector = await Collector.start();
  const endings = [
    ...Object.entries(programs).map(async ([name, source]) => {
      const { code, stderr } = await workshop.start(`${name}.mjs`, source, collector.environment, ["--expose-gc"])
        .ended;
      return { name, code, stderr };
    }),
    ...commands.map(async (args) => {
      const child = spawn(process.execPath, [program, ...args], {
        env: { ...process.env, ...collector.environment },
        stdio: "ignore",
      });
      await once(child, "exit");
      return undefined;
    }),
  ];
  for (const ending of await Promise.all(endings))
    if (ending !== undefined) expect(ending).toMatchObject({ code: 0, stderr: "" });
  expect(collector.problems).toEqual([]);
}, 300_000);
afterAll(() => {
  collector?.stop();
  workshop?.remove();
});

/** `place: attribute` of what the catalogue says there is. */
const documented = new Map<string, catalogue.ValueType>([
  ...catalogue.attributes.flatMap(({ name, type, on }) =>
    on.map((role): [string, catalogue.ValueType] => [`span ${role}: ${name}`, type]),
  ),
  ...catalogue.events.flatMap(({ name, attributes }) => entries(`event ${name}`, attributes)),
  ...catalogue.logEvents.flatMap(({ name, attributes }) => entries(`log ${name}`, attributes)),
  ...entries("log ", catalogue.outputAttributes),
  ...entries("link", catalogue.linkAttributes),
  ...entries(`resource ${catalogue.scopes.sdk}`, catalogue.resource),
]);

function entries(place: string, attributes: readonly catalogue.EventAttribute[]): [string, catalogue.ValueType][] {
  return attributes.map(({ name, type }) => [`${place}: ${name}`, type]);
}

/** Announcements repeat what their span has. */
const ofSpans = new Set(catalogue.attributes.map(({ name }) => name));
const resourceNames = new Set(catalogue.resource.map(({ name }) => name));
const isRepetition = (place: string, attribute: string) =>
  (place.startsWith("log pipeline.") && ofSpans.has(attribute)) ||
  (place === `resource ${catalogue.scopes.command}` && resourceNames.has(attribute));

describe("the telemetry catalogue", () => {
  it("has every attribute that is sent, with its type", () => {
    const seen = [...collector.sightings.values()];
    expect(
      seen.filter(({ place, attribute, type }) => {
        const expected = documented.get(`${place}: ${attribute}`);
        // OTLP/JSON writes a double without a fraction as an int.
        const isRight = expected === type || (expected === "double" && type === "int");
        return !isRight && !isRepetition(place, attribute);
      }),
    ).toEqual([]);
  });

  it("has no attribute that nothing sends", () => {
    const seen = new Set([...collector.sightings.values()].map(({ place, attribute }) => `${place}: ${attribute}`));
    expect([...documented.keys()].filter((key) => !seen.has(key))).toEqual([]);
  });

  it("has the spans, events and log events that are sent", () => {
    expect([...collector.spanKinds].toSorted()).toEqual(catalogue.spans.map(({ role }) => `${role} 1`).toSorted());
    expect([...collector.events].toSorted()).toEqual(
      catalogue.events.flatMap(({ name, on }) => on.map((role) => `${role} ${name}`)).toSorted(),
    );
    const announcements = [...collector.logEvents].filter((name) => name !== "").toSorted();
    expect(announcements).toEqual(catalogue.logEvents.map(({ name }) => name).toSorted());
    expect([...collector.scopes].toSorted()).toEqual(Object.values(catalogue.scopes).toSorted());
  });

  it("has the metrics that are sent, with instrument, unit and labels", () => {
    const seen = [...collector.metrics.values()].map((metric) => ({
      ...metric,
      labels: [...metric.labels].toSorted(),
    }));
    const expected = catalogue.metrics.map(({ name, instrument, unit, labels }) => ({
      name,
      instrument,
      unit,
      labels: labels.toSorted(),
    }));
    const byName = (a: { name: string }, b: { name: string }) => (a.name < b.name ? -1 : 1);
    expect(seen.toSorted(byName)).toEqual(expected.toSorted(byName));
  });
});
