import { describe, expect, it } from "vitest";
import { PersonalDataFilter } from "./personal-data.ts";

const filter = new PersonalDataFilter();

describe("texts", () => {
  it.each([
    ["cannot mail to Ann.O+x@mail.example.co.uk, sorry", "cannot mail to [email], sorry"],
    ["from 203.0.113.7:443 to 2001:db8::1", "from [ip]:443 to [ip]"],
    ["card 4111 1111 1111 1111 and 378282246310005.", "card [card] and [card]."],
    ["378282246310005", "[card]"],
    ["postgres://ann:s3cret@db.example.com/x", "postgres://[redacted]@db.example.com/x"],
  ])("%s", (text, cleaned) => {
    expect(filter.text(text)).toBe(cleaned);
  });

  it.each([
    "4111111111111112", // check digit
    "20261120130000", // a time stamp
    "1.2.3", // a version
    "999.1.1.1",
    "at 12:34:56",
    "aa:bb:cc:dd:ee:ff",
    "std::ab",
    "127.0.0.1",
    "::1",
    "at f (file:///app/node_modules/pkg@1.2.3/a.js:12:34)",
    "2001-01-13T00:00:00.000Z",
    "12345678-1234-4123-8123-123456789012", // an id of digits
    "a41111111111111111f", // within a hash
  ])("leaves %s alone", (text) => {
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

  it("follow what is configured", () => {
    const own = new PersonalDataFilter({ patterns: ["ip"], keys: ["customer_no"], allow: ["token"] });
    const attributes: Record<string, unknown> = { customerNo: "7", token: "t", note: "ann@example.com at 203.0.113.7" };
    own.clean(attributes);
    expect(attributes).toEqual({ customerNo: "[redacted]", token: "t", note: "ann@example.com at [ip]" });
  });
});
