import { describe, expect, it } from "vitest";
import { personalNames, personalTexts, plainAttributes, plainTexts } from "../../../../test/personal-data.ts";
import { PersonalDataFilter } from "./personal-data.ts";

const filter = new PersonalDataFilter();

describe("texts", () => {
  it.each(personalTexts)("%s", (text, cleaned) => {
    expect(filter.text(text)).toBe(cleaned);
  });

  it.each(plainTexts)("leaves %s alone", (text) => {
    expect(filter.text(text)).toBe(text);
  });

  it("of a million characters take little time", () => {
    for (const text of [
      "a".repeat(1e6),
      "1".repeat(1e6),
      "1.".repeat(5e5),
      ":".repeat(1e6),
      "@".repeat(1e6),
      "a@".repeat(5e5),
      "a=".repeat(5e5),
      '"a":'.repeat(2e5),
      '"a":"\\'.repeat(2e5),
      "://:".repeat(2e5),
      "bearer ".repeat(1e5),
      "eyJ".repeat(3e5),
      "eyJ01234567.".repeat(1e5),
      "1:".repeat(5e5),
      "::".repeat(5e5),
    ]) {
      const before = process.cpuUsage();
      filter.text(`http://${text}`);
      // Tens of milliseconds; with its square it would be hours.
      expect(process.cpuUsage(before).user).toBeLessThan(10_000_000);
    }
  });
});

describe("attributes", () => {
  it("with a name that says it go as a whole; others by what is in them", () => {
    const attributes: Record<string, unknown> = {
      "http.request.header.authorization": ["Bearer x"],
      api_key: 17,
      "user.Email": "who",
      note: ["by ann@example.com", "fine"],
      "server.address": "203.0.113.7",
      "gen_ai.usage.tokens": 5,
      "pipeline.run.id": "r-1",
    };
    filter.clean(attributes);
    expect(attributes).toEqual({
      "http.request.header.authorization": "[redacted]",
      api_key: "[redacted]",
      "user.Email": "[redacted]",
      note: ["by [email]", "fine"],
      "server.address": "203.0.113.7",
      "gen_ai.usage.tokens": 5,
      "pipeline.run.id": "r-1",
    });
  });

  it.each(personalNames)("%s says that its value is personal", (name) => {
    const attributes: Record<string, unknown> = { [name]: "x" };
    filter.clean(attributes);
    expect(attributes[name]).toBe("[redacted]");
  });

  it("that only count, or say whether there is one, are left alone", () => {
    const attributes = { ...plainAttributes };
    const cleaned = { ...attributes };
    filter.clean(cleaned);
    expect(cleaned).toEqual(attributes);
  });

  it("may be nested, in log records: copies are cleaned, for the objects are the program's own", () => {
    const own = { user: { email: "x", notes: ["by ann@example.com", { phone: 5, id: 7 }], photo: new Uint8Array(2) } };
    const attributes: Record<string, unknown> = { ...own };
    filter.clean(attributes);
    const { photo } = own.user;
    expect(attributes).toEqual({
      user: { email: "[redacted]", notes: ["by [email]", { phone: "[redacted]", id: 7 }], photo },
    });
    expect(filter.value(own)).toEqual(attributes);
    expect(own.user.email).toBe("x");
    const cyclic: Record<string, unknown> = {};
    cyclic["self"] = cyclic;
    expect(JSON.stringify(filter.value(cyclic))).toContain("[redacted]");
  });

  it("follow what is configured", () => {
    const own = new PersonalDataFilter({ patterns: ["ip"], keys: ["customer_no"], allow: ["token"] });
    const attributes: Record<string, unknown> = { customerNo: "7", token: "t", note: "ann@example.com at 203.0.113.7" };
    own.clean(attributes);
    expect(attributes).toEqual({ customerNo: "[redacted]", token: "t", note: "ann@example.com at [ip]" });
  });
});
