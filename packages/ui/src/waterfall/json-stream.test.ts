import { describe, expect, it } from "vitest";
import { JsonStream } from "./json-stream.ts";
import { randomSpans, seeded } from "./testing/trace-builder.ts";

function readIn(pieces: string[]) {
  const members: Record<string, unknown> = {};
  const spans: unknown[] = [];
  let batches = 0;
  const stream = new JsonStream({
    member: (key, value) => (members[key] = value),
    elements: {
      spans: (batch) => {
        batches += 1;
        spans.push(...batch);
      },
    },
  });
  for (const piece of pieces) stream.push(piece);
  stream.end();
  return { members, spans, batches };
}

const tricky = {
  'name "}': 'a "quoted\\" text, [with] {all} \\',
  spans: [{ a: [1, { b: "]}" }], c: "\\\\" }, { d: "é, 漢字, 😀" }, {}],
  nested: { spans: ["not these"], list: [[1], [2, [3]]] },
  none: null,
  number: -1.5e3,
};

describe("JsonStream", () => {
  it("reads the same in pieces of any size", () => {
    for (const text of [JSON.stringify(tricky), JSON.stringify(tricky, null, 2)]) {
      for (let size = 1; size < 40; size += 1) {
        const pieces = text.match(new RegExp(`[^]{1,${size}}`, "g")) ?? [];
        const { members, spans } = readIn(pieces);
        expect({ ...members, spans }).toEqual(tricky);
      }
    }
  });

  it("hands elements over as they become whole", () => {
    const spans = randomSpans(500);
    const text = JSON.stringify({ traceId: "t", spans, runId: null });
    const random = seeded(3);
    const pieces: string[] = [];
    for (let at = 0; at < text.length;) {
      const next = at + 1 + Math.floor(random() * 2000);
      pieces.push(text.slice(at, next));
      at = next;
    }
    const read = readIn(pieces);
    expect(read.spans).toEqual(spans);
    expect(read.members).toEqual({ traceId: "t", runId: null });
    expect(read.batches).toBeGreaterThan(20);
  });

  it.each(["{}", "  {\n}  ", '{"spans":[]}', '{"spans":[ ],"a":1}'])("takes %s", (text) => {
    expect(readIn([text]).spans).toEqual([]);
  });

  it.each(['{"spans":[{"a":1}', '{"a":', ""])("says that %s is not whole", (text) => {
    expect(() => readIn([text])).toThrow(/ended before it was whole/);
  });

  it.each(["[1]", "{}{}", '{"spans":[{"a":]}', "{}]", '{"a":nope}'])("refuses %s", (text) => {
    expect(() => readIn([text])).toThrow(SyntaxError);
  });
});
