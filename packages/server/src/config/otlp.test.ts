import { describe, expect, it } from "vitest";
import { loadConfig } from "./load.ts";
import { otlpTranslation } from "./otlp.ts";

const load = (text: string) => loadConfig({ source: { file: "s.yaml", text }, environment: {} });

describe("otlp", () => {
  it("is the specification's translation without a word", () => {
    expect(otlpTranslation(load("").otlp)).toMatchObject({
      strategy: "UnderscoreEscapingWithSuffixes",
      promoteScope: true,
      promoted: { isAllBut: false, keys: new Set() },
    });
  });

  it("promotes all but what is ignored", () => {
    const { otlp } = load("otlp:\n  promote_all_resource_attributes: true\n  ignore_resource_attributes: [a, ' b ']");
    expect(otlpTranslation(otlp).promoted).toEqual({ isAllBut: true, keys: new Set(["a", "b"]) });
  });

  it.each([
    [
      "otlp:\n  translation_strategy: Dots",
      "s.yaml:2:25: otlp.translation_strategy: expected one of UnderscoreEscapingWithSuffixes, " +
        "UnderscoreEscapingWithoutSuffixes, NoUTF8EscapingWithSuffixes, NoTranslation",
    ],
    [
      "otlp:\n  promote_resource_attributes: [a, b, a]",
      's.yaml:2:39: otlp.promote_resource_attributes.2: duplicated promoted OTel resource attribute "a"',
    ],
    [
      "otlp:\n  promote_resource_attributes: ['']",
      "s.yaml:2:33: otlp.promote_resource_attributes.0: empty promoted OTel resource attribute",
    ],
    [
      "otlp:\n  promote_all_resource_attributes: true\n  promote_resource_attributes: [a]",
      "s.yaml:3:32: otlp.promote_resource_attributes: cannot be set together with promote_all_resource_attributes",
    ],
    [
      "otlp:\n  ignore_resource_attributes: [a]",
      "s.yaml:2:31: otlp.ignore_resource_attributes: cannot be set unless promote_all_resource_attributes is true",
    ],
    ["otlp:\n  strategy: NoTranslation", 's.yaml:2:3: otlp: unknown setting "strategy"'],
  ])("tells what is wrong in %j", (text, message) => expect(() => load(text)).toThrow(message));
});
