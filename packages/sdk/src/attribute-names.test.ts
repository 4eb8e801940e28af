import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { attributeNames, eventNames, metricNames, runtimeLabelNames } from "./attribute-names.ts";

const reference = readFileSync(new URL("../../../docs/reference/telemetry.md", import.meta.url), "utf8");
const documented = new Set(
  [
    ...reference.matchAll(
      /`((?:(?:pipeline|error|dq|v8js|nodejs|cpu)\.[a-z_.0-9]+|process\.(?:memory|cpu)\.[a-z]+))`/g,
    ),
  ].map(([, name]) => name),
);
const emitted = new Set<string | undefined>([
  ...Object.values(attributeNames),
  ...Object.values(eventNames),
  ...Object.values(metricNames),
  ...Object.values(runtimeLabelNames),
]);

it("are all in the reference, and the reference names no others", () => {
  expect([...emitted].filter((name) => !documented.has(name))).toEqual([]);
  expect([...documented].filter((name) => !emitted.has(name))).toEqual([]);
});
