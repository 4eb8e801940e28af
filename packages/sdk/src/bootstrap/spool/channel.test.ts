import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ManualClock } from "../../testing/manual-clock.ts";
import type { SendOutcome } from "../otlp-http.ts";
import { SpoolChannel } from "./channel.ts";
import { SpoolFolder } from "./folder.ts";

const accepted: SendOutcome = { kind: "accepted", answer: new Uint8Array() };
const unreachable: SendOutcome = { kind: "unreachable", reason: "ECONNREFUSED" };

let path: string;
let clock: ManualClock;
let sent: string[];
let complaints: string[];
beforeEach(() => {
  path = mkdtempSync(join(tmpdir(), "sightglass-spool-"));
  clock = new ManualClock();
  sent = [];
  complaints = [];
});
afterEach(() => rmSync(path, { recursive: true }));

async function fill(...texts: string[]): Promise<void> {
  const folder = new SpoolFolder(path, 1000, clock);
  for (const text of texts) {
    await clock.advance(1);
    folder.add("traces", "protobuf", Buffer.from(text));
  }
}

type Answer = SendOutcome | Promise<SendOutcome>;

function open(answers: Answer[] = [], isSent = true) {
  let holds = 0;
  const sender = {
    send(body: Uint8Array) {
      sent.push(Buffer.from(body).toString());
      return Promise.resolve(answers.shift() ?? accepted);
    },
    hold: () => void (holds += 1),
    release: () => void (holds -= 1),
    close() {},
  };
  const channel = new SpoolChannel({
    folder: new SpoolFolder(path, 1000, clock),
    clock,
    senderFor: () => (isSent ? sender : undefined),
    complain: (text) => complaints.push(text),
  });
  return { channel, holds: () => holds };
}
const files = () => readdirSync(path);
const endings = () => files().map((name) => name.split(".").slice(3).join("."));

describe("what waits on disk", () => {
  it("is sent at the start, one after the other, the oldest first, and removed", async () => {
    await fill("a", "b", "c");
    const { channel } = open();
    expect(channel.unsentCount).toBe(3);
    await clock.advance(0);
    expect([sent, files(), channel.unsentCount, clock.timerCount]).toEqual([["a", "b", "c"], [], 0, 0]);
  });

  it("stays when the server is not there, and is tried again", async () => {
    await fill("a", "b");
    const { channel } = open([unreachable, unreachable]);
    await clock.advance(29_999);
    expect([sent, channel.unsentCount, endings()]).toEqual([["a"], 2, ["", ""]]);
    await clock.advance(60_000);
    expect([sent, files()]).toEqual([["a", "a", "a", "b"], []]);
  });

  it("waits as long as a busy server asks for", async () => {
    await fill("a");
    open([{ kind: "busy", reason: "HTTP 429", afterMs: 120_000 }]);
    await clock.advance(119_000);
    expect(sent).toEqual(["a"]);
    await clock.advance(1000);
    expect([sent, files()]).toEqual([["a", "a"], []]);
  });

  it("is set aside, with one line, when it is damaged or refused; the rest is sent", async () => {
    await fill("a", "b", "c");
    writeFileSync(join(path, files().toSorted()[0] ?? ""), "A");
    open([{ kind: "refused", reason: "HTTP 400" }]);
    await clock.advance(0);
    expect(sent).toEqual(["b", "c"]);
    expect(endings().toSorted()).toEqual(["corrupt", "refused"]);
    expect(complaints.map((line) => line.split(";")[1])).toEqual([
      " it is set aside as .corrupt",
      " it is set aside as .refused",
    ]);
  });

  it("is left alone by a process that does not send this signal", async () => {
    await fill("a");
    const { channel } = open([], false);
    await clock.advance(0);
    expect([sent, endings(), channel.unsentCount]).toEqual([[], [""], 0]);
  });

  it("is sent once, however many processes start", async () => {
    await fill("a", "b", "c", "d");
    const [first, second] = [open(), open()];
    await Promise.all([first.channel.drain(clock.nowMs() + 1), second.channel.drain(clock.nowMs() + 1)]);
    await clock.advance(0);
    expect([sent.toSorted(), files()]).toEqual([["a", "b", "c", "d"], []]);
  });
});

describe("draining", () => {
  it("keeps the process alive until it is done, and only then", async () => {
    await fill("a", "b");
    let answer = (_outcome: SendOutcome) => {};
    const { channel, holds } = open([new Promise((resolve) => (answer = resolve))]);
    const drained = channel.drain(clock.nowMs() + 1000);
    await clock.advance(0);
    expect(holds()).toBe(1);
    answer(accepted);
    expect([await drained, holds(), files()]).toEqual([true, 0, []]);
  });

  it("gives up at once when the server is not there, and at the deadline when it is slow", async () => {
    await fill("a");
    const { channel } = open([unreachable, new Promise(() => {})]);
    expect(await channel.drain(clock.nowMs() + 1000)).toBe(false);
    const slow = channel.drain(clock.nowMs() + 1000);
    await clock.advance(1000);
    expect(await slow).toBe(false);
    channel.close();
    expect([endings(), clock.timerCount]).toEqual([[""], 0]);
  });
});
