import { describe, expect, it } from "vitest";
import { print } from "../print/print.ts";
import { complianceQueries, noCompliance } from "../testing/compliance.ts";
import { parse } from "./parse.ts";

describe("compliance templates", () => {
  if (noCompliance !== undefined) {
    it.skip(`skipped: ${noCompliance}`, () => {});
    return;
  }

  it("parse, all 539 of them, but for the one that must not", () => {
    const queries = complianceQueries();
    expect(queries).toHaveLength(539);
    const refused = queries.filter((query) => {
      try {
        return print(parse(print(parse(query)))) !== print(parse(query));
      } catch {
        return true;
      }
    });
    expect(refused).toEqual(['{__name__=~".*"}']);
  });
});
