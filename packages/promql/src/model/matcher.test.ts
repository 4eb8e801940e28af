import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compileAnchored } from "../text/go-regexp.ts";
import { createMatcher } from "./matcher.ts";

describe("regular expression matchers", () => {
  it.each([
    "",
    "a",
    "a|b",
    "a|",
    "|",
    ".*",
    ".+",
    "a.*",
    "a.+",
    "a b|c-d/e",
    "a.",
    "a.*b",
    "(a|b).*",
    "a\\.b",
    "[a]",
    "a{1}",
  ])("%s matches what the regular expression matches", (value) => {
    const pattern = compileAnchored(value);
    const matches = createMatcher("x", "=~", value);
    const differs = createMatcher("x", "!~", value);
    fc.assert(
      fc.property(
        fc.oneof(fc.constantFrom("", "a", "b", "ab", "a.b", "a|b", "a b", "c-d/e", "a\nb"), fc.string()),
        (candidate) => {
          expect(matches.matches(candidate)).toBe(pattern.test(candidate));
          expect(differs.matches(candidate)).toBe(!pattern.test(candidate));
        },
      ),
      { seed: 1 },
    );
  });
});
