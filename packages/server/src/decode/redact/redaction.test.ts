import { compileReplacing } from "@sightglass/promql";
import { describe, expect, it } from "vitest";
import { personalNames, personalTexts, plainAttributes, plainTexts } from "../../../../../test/personal-data.ts";
import { ByteSource } from "../native/byte-source.ts";
import { keyTag, Redaction, type RedactionSettings } from "./redaction.ts";
import { personalKinds } from "./personal-texts.ts";

const settings: RedactionSettings = { kinds: personalKinds, byName: true, keys: [], allow: [], blockedValues: [] };
const serverDefault = { ...settings, kinds: ["credentials", "email", "card"] as const };

function clean(redaction: Redaction, text: string): string {
  // In the middle of other bytes, as in a request.
  const bytes = Buffer.from(`@${text}=`);
  const { replacement } = redaction;
  const isReplaced = redaction.replaces(new ByteSource(bytes), 1, bytes.length - 1);
  expect(isReplaced).toBe(redaction.replacement !== replacement);
  return isReplaced ? Buffer.from(redaction.replacement.bytes).toString() : text;
}

const tagOf = (redaction: Redaction, name: string) =>
  redaction.tagOf(new ByteSource(Buffer.from(name)), 0, Buffer.byteLength(name));

describe("texts", () => {
  it.each(personalTexts)("%s", (text, cleaned) => {
    expect(clean(new Redaction(settings), text)).toBe(cleaned);
  });

  it.each(personalTexts)("%s, wherever it stands in a longer one", (text, cleaned) => {
    for (let before = 0; before < 9; before++) {
      expect(clean(new Redaction(settings), `${"x".repeat(before)} ${text} xxxx`)).toBe(
        `${"x".repeat(before)} ${cleaned} xxxx`,
      );
    }
  });

  it.each(plainTexts)("leaves %s alone", (text) => {
    expect(clean(new Redaction(settings), text)).toBe(text);
  });

  it("keep addresses of machines by default, and are counted by what was in them", () => {
    const redaction = new Redaction(serverDefault);
    expect(clean(redaction, "ann@example.com and bob@example.com at 203.0.113.7")).toBe(
      "[email] and [email] at 203.0.113.7",
    );
    expect(clean(redaction, "card 4111 1111 1111 1111")).toBe("card [card]");
    expect(redaction.counts).toEqual({ credentials: 0, email: 2, card: 1, ip: 0, name: 0, blocked_value: 0 });
  });

  it("have more in them when expressions say so", () => {
    const redaction = new Redaction({ ...serverDefault, blockedValues: [compileReplacing("KD-[0-9]{4}")] });
    expect(clean(redaction, "of KD-1234, KD-123")).toBe("of [redacted], KD-123");
    expect(redaction.counts.blocked_value).toBe(1);
    redaction.apply(serverDefault);
    expect(clean(redaction, "of KD-1234, KD-123")).toBe("of KD-1234, KD-123");
  });

  it("of a million characters take little time", () => {
    const redaction = new Redaction(settings);
    for (const piece of ["a", "1", "1.", ":", "@", "a@", "a=", '"a":', "://:", "bearer ", "eyJ", "1:", "- ", "4111 "]) {
      const text = `http://${piece.repeat(1e6 / piece.length)}`;
      const before = process.cpuUsage();
      clean(redaction, text);
      // Tens of milliseconds; with its square it would be hours.
      expect(process.cpuUsage(before).user).toBeLessThan(10_000_000);
    }
  });
});

describe("names", () => {
  it.each(personalNames)("%s says that its value is personal", (name) => {
    expect(tagOf(new Redaction(settings), name) & keyTag.personalText).not.toBe(0);
  });

  it.each(Object.entries(plainAttributes))("%s: %j is not", (name, value) => {
    if (typeof value === "boolean") return;
    const bit = typeof value === "number" ? keyTag.personalNumber : keyTag.personalText;
    expect(tagOf(new Redaction(settings), name) & bit).toBe(0);
  });

  it("follow what is configured, from then on", () => {
    const redaction = new Redaction({ ...settings, keys: ["customer_no"], allow: ["token"] });
    expect(tagOf(redaction, "order.customerNo")).toBe(keyTag.personalText | keyTag.personalNumber);
    expect(tagOf(redaction, "token")).toBe(keyTag.allowed);
    redaction.apply({ ...settings, byName: false });
    expect(tagOf(redaction, "order.customerNo")).toBe(0);
    expect(tagOf(redaction, "server.address")).toBe(keyTag.allowed);
  });
});
