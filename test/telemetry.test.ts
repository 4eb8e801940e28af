import { expect, it } from "vitest";
import { attributeNames, eventNames, metricNames, runtimeLabelNames } from "../packages/sdk/src/attribute-names.ts";
import * as catalogue from "./telemetry/catalogue.ts";
import { telemetryPage } from "./telemetry/page.ts";

it("docs/reference/telemetry.md is made from the catalogue (npx vitest run --project house -u writes it anew)", async () => {
  await expect(telemetryPage()).toMatchFileSnapshot("../docs/reference/telemetry.md");
});

it("the SDK's names are all in the catalogue", () => {
  const known = new Set([
    ...catalogue.attributes.map(({ name }) => name),
    ...catalogue.events.flatMap(({ name, attributes }) => [name, ...attributes.map((one) => one.name)]),
    ...catalogue.logEvents.flatMap(({ name, attributes }) => [name, ...attributes.map((one) => one.name)]),
    ...catalogue.linkAttributes.map(({ name }) => name),
    ...catalogue.metrics.flatMap(({ name, labels }) => [name, ...labels]),
  ]);
  const names = [attributeNames, eventNames, metricNames, runtimeLabelNames].flatMap((list) => Object.values(list));
  expect(names.filter((name) => !known.has(name))).toEqual([]);
});
