import { expect, it } from "vitest";
import { selectorText } from "./selector.ts";

it.each([
  ["up", [], "up"],
  ["", [], "{}"],
  ["job:up:sum", [["job", "a"]], 'job:up:sum{job="a"}'],
  ["", [["a.b", 'x"y']], '{"a.b"="x\\"y"}'],
  ["http.server.duration", [], '{"http.server.duration"}'],
  ["http.server.duration", [["http.route", "/"], ["le", "5"]], '{"http.server.duration", "http.route"="/", le="5"}'], // prettier-ignore
] as [string, [string, string][], string][])("%s with %j is %s", (name, labels, text) =>
  expect(selectorText(name, labels)).toBe(text),
);
