import { describe, expect, it } from "vitest";
import { eventStreamParser } from "./event-stream.ts";

describe("eventStreamParser", () => {
  it("gives an event when its empty line has come", () => {
    const parse = eventStreamParser();
    expect(parse("event: run\ndata: {}\n")).toEqual([]);
    expect(parse("\n")).toEqual([{ event: "run", data: "{}" }]);
  });

  it("joins pieces cut anywhere", () => {
    const text = 'event: run\r\ndata: {"a":\r\ndata: 1}\r\n\r\n: ping\n\ndata:x\n\n';
    for (let cut = 0; cut <= text.length; cut++) {
      const parse = eventStreamParser();
      const events = [...parse(text.slice(0, cut)), ...parse(text.slice(cut))];
      expect(events, `cut at ${cut}`).toEqual([
        { event: "run", data: '{"a":\n1}' },
        { event: "message", data: "x" },
      ]);
    }
  });
});
