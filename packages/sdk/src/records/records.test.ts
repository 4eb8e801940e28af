import { Readable } from "node:stream";
import { SpanStatusCode } from "@opentelemetry/api";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { pipeline } from "../pipeline.ts";
import { duplicate, filtered } from "./options.ts";
import type { Stage } from "../stage.ts";
import { Memory } from "../testing/memory.ts";

let memory: Memory;
beforeEach(() => {
  memory = new Memory();
});
afterEach(() => memory.remove());

const inStage = <T>(work: (stage: Stage) => T | Promise<T>) => pipeline("p", (run) => run.stage("s", work));
const counts = () =>
  Object.fromEntries(
    Object.entries(memory.span("s").attributes)
      .filter(([key]) => /records|bytes/.test(key))
      .map(([key, value]) => [key.split(".").at(-1), value]),
  );
const range = (count: number) => Array.from({ length: count }, (_, i) => i);
async function* slowly<T>(records: T[]): AsyncGenerator<T> {
  for (const record of records) {
    await new Promise((resolve) => void setImmediate(resolve));
    yield record;
  }
}
async function all<T>(records: AsyncIterable<T> | Iterable<T>): Promise<T[]> {
  const list: T[] = [];
  for await (const record of records) list.push(record);
  return list;
}

const sources: [string, (records: number[]) => Iterable<number> | AsyncIterable<number>][] = [
  ["an array", (records) => records],
  ["a set", (records) => new Set(records)],
  ["an async generator", slowly],
  ["a Node stream", (records) => Readable.from(records)],
  ["a Web stream", (records) => Readable.toWeb(Readable.from(records))],
  ["a map's values", (records) => new Map(records.map((record) => [record, record])).values()],
];

describe.each(sources)("records from %s", (_name, from) => {
  it("are counted as they pass", async () => {
    const seen = await inStage((stage) => all(stage.writes(stage.reads(from(range(5)) as AsyncIterable<number>))));
    expect(seen).toEqual(range(5));
    expect(counts()).toEqual({ read: 5, written: 5 });
  });

  it("are worked on one by one", async () => {
    const totals = await inStage((stage) =>
      stage.each(from(range(10)), (record) => {
        if (record % 5 === 1) return filtered;
        return record === 2 ? duplicate : undefined;
      }),
    );
    expect(totals).toEqual({ read: 10, written: 7, failed: 0, filtered: 2, deduplicated: 1 });
    expect(counts()).toEqual({ read: 10, written: 7, filtered: 2, deduplicated: 1 });
  });

  it.each([1, 3])("are mapped in order, %i at a time", async (concurrency) => {
    let atWork = 0;
    let atWorkMax = 0;
    const results = await inStage((stage) =>
      all(
        stage.map(
          from(range(12)),
          async (record) => {
            atWork += 1;
            atWorkMax = Math.max(atWorkMax, atWork);
            await new Promise((resolve) => void setTimeout(resolve, (record % 3) * 3));
            atWork -= 1;
            return record * 10;
          },
          { concurrency },
        ),
      ),
    );
    expect(results).toEqual(range(12).map((record) => record * 10));
    expect(atWorkMax).toBe(concurrency);
    expect(counts()).toEqual({ read: 12, written: 12 });
  });

  it("go by in batches", async () => {
    const sizes: number[] = [];
    const totals = await inStage((stage) =>
      stage.batches(from(range(10)), 4, (batch) => {
        sizes.push(batch.length);
        return batch.length === 2 ? 1 : undefined;
      }),
    );
    expect(sizes).toEqual([4, 4, 2]);
    expect(totals).toMatchObject({ read: 10, written: 9 });
  });
});

describe("records that throw", () => {
  const fussy = (record: number) => {
    if (record % 3 === 0) throw Object.assign(new Error(`no ${record}`), { code: "E_THREE" });
    return record;
  };

  it("end the stage, unless told otherwise, and are counted", async () => {
    await expect(inStage((stage) => stage.each([1, 2, 3, 4], fussy))).rejects.toThrow("no 3");
    expect(counts()).toEqual({ read: 3, written: 2, failed: 1 });
    expect(memory.span("s").events.map((event) => event.name)).toEqual(["pipeline.record.failed", "exception"]);
  });

  it("are passed by with onFailed: continue", async () => {
    const totals = await inStage((stage) => stage.each(range(10), fussy, { onFailed: "continue" }));
    expect(totals).toMatchObject({ read: 10, written: 6, failed: 4 });
    const [event] = memory.span("s").events;
    expect(event?.attributes).toEqual({
      "pipeline.failure.reason": "E_THREE",
      "pipeline.failure.count": 1,
      "pipeline.record.hash": expect.stringMatching(/^[0-9a-f]{16}$/),
    });
  });

  it.each([1, 4])("go to the dead letter callback, %i at a time", async (concurrency) => {
    const dead: [number, unknown][] = [];
    const deadLetter = async (record: number, thrown: unknown) => void dead.push([record, thrown]);
    const options = { deadLetter, concurrency, reason: () => "three" };
    const results = await inStage((stage) => all(stage.map(range(7), fussy, options)));
    expect(results).toEqual([1, 2, 4, 5]);
    expect(dead.map(([record]) => record)).toEqual([0, 3, 6]);
    expect(memory.span("s").events[0]?.attributes?.["pipeline.failure.reason"]).toBe("three");
  });

  it("end the stage when there are too many", async () => {
    const stage = inStage((stage) => stage.each(range(100), fussy, { onFailed: "continue", failedMax: 3 }));
    await expect(stage).rejects.toThrow("no 9");
    expect(counts()).toEqual({ read: 10, written: 6, failed: 4 });
  });

  it("end the stage when the dead letters cannot be delivered", async () => {
    const failure = new Error("queue is down");
    const deadLetter = () => Promise.reject(failure);
    await expect(inStage((stage) => stage.each(range(2), fussy, { deadLetter }))).rejects.toBe(failure);
  });

  it("fail as a batch", async () => {
    const totals = await inStage((stage) =>
      stage.batches(
        range(6),
        2,
        (batch) => {
          if (batch.includes(3)) throw new Error("no");
        },
        { onFailed: "continue" },
      ),
    );
    expect(totals).toMatchObject({ read: 6, written: 4, failed: 2 });
    expect(memory.span("s").events[0]?.attributes?.["pipeline.failure.count"]).toBe(2);
  });

  const twiceMore = { retries: { retries: 2, delayMs: 1 } };

  it.each([
    [
      "at once",
      (thrown: Error) => {
        throw thrown;
      },
    ],
    [
      "later",
      async (thrown: Error) => {
        await new Promise((resolve) => void setTimeout(resolve, 20));
        throw thrown;
      },
    ],
  ])("that throw %s are tried again, each attempt in a span; one that succeeds has none", async (when, fail) => {
    const attempts = new Map<number, number>();
    const results = await inStage((stage) =>
      all(
        stage.map(
          [1, 2],
          (record) => {
            const attempt = (attempts.get(record) ?? 0) + 1;
            attempts.set(record, attempt);
            return record === 2 && attempt < 3
              ? fail(Object.assign(new Error("not yet"), { code: `E${attempt}` }))
              : record;
          },
          twiceMore,
        ),
      ),
    );
    expect(results).toEqual([1, 2]);
    expect(counts()).toEqual({ read: 2, written: 2 });
    const spans = memory.spans.filter((span) => span.name === "attempt s");
    const failed = (number: number) => ({
      "pipeline.record.attempt": number,
      "pipeline.failure.reason": `E${number}`,
      "error.type": "Error",
    });
    expect(spans.map(({ attributes, status }) => [attributes, status])).toEqual([
      [failed(1), { code: 2, message: "E1" }],
      [failed(2), { code: 2, message: "E2" }],
      [{ "pipeline.record.attempt": 3 }, { code: 0 }],
    ]);
    const { spanId } = memory.span("s").spanContext();
    for (const { parentSpanContext } of spans) expect(parentSpanContext?.spanId).toBe(spanId);
    const tookMs = spans.map(({ duration: [seconds, nanoseconds] }) => seconds * 1000 + nanoseconds / 1e6);
    if (when === "later") expect(Math.min(...tookMs.slice(0, 2))).toBeGreaterThan(15);
  });

  it("that nothing is tried again for have no attempts", async () => {
    const options = { retries: { retries: 2, when: () => false }, onFailed: "continue" } as const;
    await inStage((stage) =>
      stage.each(
        [1],
        () => {
          throw new Error("no");
        },
        options,
      ),
    );
    expect(memory.spans.map(({ name }) => name)).toEqual(["s", "p"]);
  });

  it.each([1, 3])("end the stage with what `when` throws, %i at a time", async (concurrency) => {
    const when = () => {
      throw new RangeError("mine");
    };
    const work = inStage((stage) =>
      stage.each(
        slowly(range(9)),
        async (record) => {
          if (record === 1) throw new Error("no");
          await new Promise((resolve) => void setTimeout(resolve, 5));
        },
        { concurrency, retries: { retries: 1, when } },
      ),
    );
    await expect(work).rejects.toThrow("mine");
  });
});

describe("Web streams", () => {
  const bytes = () =>
    Readable.toWeb(Readable.from([Buffer.from("ab"), Buffer.from("c")])) as ReadableStream<BufferSource>;

  it("stay Web streams, which can be piped on", async () => {
    const text = await inStage((stage) => {
      const seen: ReadableStream<string> = stage.reads(bytes()).pipeThrough(new TextDecoderStream());
      return all(stage.writes(seen));
    });
    expect(text).toEqual(["ab", "c"]);
    expect(counts()).toEqual({ processed: 3, written: 2 });
  });

  it("pass errors and cancellation through", async () => {
    let reason: unknown;
    const source = () =>
      new ReadableStream<number>({
        pull: (controller) => controller.enqueue(1),
        cancel: (given) => void (reason = given),
      });
    await inStage((stage) => stage.reads(source()).cancel("enough"));
    expect(reason).toBe("enough");
    const broken = new ReadableStream({ pull: (controller) => controller.error(new Error("gone")) });
    await expect(inStage((stage) => all(stage.reads(broken)))).rejects.toThrow("gone");
  });
});

describe("sources", () => {
  it.each([1, 3])("are closed when nobody wants more, %i at a time", async (concurrency) => {
    let isClosed = false;
    async function* endless() {
      try {
        for (let i = 0; ; i++) yield i;
      } finally {
        isClosed = true;
      }
    }
    await inStage(async (stage) => {
      for await (const record of stage.map(endless(), (record) => record, { concurrency })) if (record === 5) break;
    });
    expect(isClosed).toBe(true);
  });

  it.each([1, 3])("that throw end the stage with their error, %i at a time", async (concurrency) => {
    const failure = new Error("cursor lost");
    async function* broken() {
      yield 1;
      throw failure;
    }
    await expect(inStage((stage) => stage.each(broken(), (record) => record, { concurrency }))).rejects.toBe(failure);
    expect(counts()).toEqual({ read: 1, written: 1 });
  });

  it("of bytes count bytes", async () => {
    const chunks = [Buffer.alloc(10), Buffer.alloc(5)];
    await inStage(async (stage) => {
      await all(stage.reads(Readable.from(chunks)));
      await stage.each(chunks, () => {});
      await stage.each(["a"], () => {}, { bytes: (text) => text.length });
    });
    expect(counts()).toEqual({ read: 3, written: 3, processed: 31 });
  });
});

it("costs little for each record", async () => {
  const records = range(200_000);
  let sum = 0;
  await inStage(async (stage) => {
    await stage.each(records, (record) => void (sum += record));
    const startedAt = process.cpuUsage();
    await stage.each(records, (record) => void (sum += record));
    const spent = process.cpuUsage(startedAt);
    // About 50 ns on a quiet machine; a promise for each record would be ten times that.
    expect(((spent.user + spent.system) * 1000) / records.length).toBeLessThan(1000);
  });
});

describe("a consumer that stops early", () => {
  it.each([1, 4])("leaves uncounted what it never took, %i at a time", async (concurrency) => {
    await inStage(async (stage) => {
      for await (const result of stage.map(range(20), (record) => Promise.resolve(record), { concurrency })) {
        // Long enough for all others to be done.
        for (let turn = 0; turn < 50; turn++) await Promise.resolve();
        if (result === 2) break;
      }
    });
    expect(counts()).toEqual({ read: 3, written: 3 });
  });

  it("leaves what failed meanwhile counted: it has happened", async () => {
    const parked: number[] = [];
    const work = (record: number) => (record === 1 ? Promise.reject(new Error("no")) : Promise.resolve(record));
    await inStage(async (stage) => {
      const options = { concurrency: 3, deadLetter: (record: number) => void parked.push(record) };
      for await (const result of stage.map(range(3), work, options)) {
        for (let turn = 0; turn < 50; turn++) await Promise.resolve();
        if (result === 0) break;
      }
    });
    expect(parked).toEqual([1]);
    expect(counts()).toEqual({ read: 2, written: 1, failed: 1 });
  });

  it("does not undo what is done: records of each are counted when they are", async () => {
    const work = async (record: number) => {
      if (record !== 1) return;
      for (let turn = 0; turn < 50; turn++) await Promise.resolve();
      throw new Error("no");
    };
    await expect(inStage((stage) => stage.each(range(4), work, { concurrency: 4 }))).rejects.toThrow("no");
    expect(counts()).toEqual({ read: 4, written: 3, failed: 1 });
  });
});

describe("what is asked about records", () => {
  it("fails no record where the caller's own size throws", async () => {
    const fail = () => {
      throw new Error("no size");
    };
    const totals = await inStage((stage) => stage.each([1, 2], () => {}, { bytes: fail }));
    expect(totals).toMatchObject({ read: 2, written: 2, failed: 0 });
  });

  it.each([Number.NaN, -1])("takes %s from a batch as no number of rows", async (result) => {
    const totals = await inStage((stage) => stage.batches([1, 2, 3], 2, () => result));
    expect(totals).toMatchObject({ written: 3 });
    expect(counts()).toEqual({ read: 3, written: 3 });
  });

  it("takes the characters of a text for records, as any loop does", async () => {
    expect(await inStage((stage) => stage.each("abc", () => {}))).toMatchObject({ read: 3, written: 3 });
  });
});

describe("work that was called off", () => {
  const aborted = () => Promise.reject(new DOMException("enough", "AbortError"));

  it("is not tried again", async () => {
    let attempts = 0;
    const work = () => {
      attempts += 1;
      return aborted();
    };
    await expect(inStage((stage) => stage.each([1], work, { retries: 5 }))).rejects.toThrow("enough");
    await expect(pipeline("p", (run) => run.stage("whole", { retries: 5 }, work))).rejects.toThrow("enough");
    expect(attempts).toBe(2);
  });

  it("waits for no further attempt once the signal is aborted", async () => {
    const controller = new AbortController();
    const retries = { retries: 5, delayMs: 3_600_000, delayMaxMs: 3_600_000, signal: controller.signal };
    const fail = () => {
      setImmediate(() => controller.abort());
      throw new Error("no");
    };
    await expect(inStage((stage) => stage.each([1], fail, { retries }))).rejects.toThrow("no");
    await expect(pipeline("p", (run) => run.stage("whole", { retries }, fail))).rejects.toThrow("no");
    expect(counts()).toEqual({ read: 1, failed: 1 });
  });
});

it("errors that cannot be looked at end a stage as failed, and are thrown on, the same object", async () => {
  const evil = new Error("x");
  for (const property of ["stack", "name", "message", "code"])
    Object.defineProperty(evil, property, {
      get() {
        throw new Error("not ours to throw");
      },
    });
  const fail = () => Promise.reject(evil);
  const retries = { retries: 1, delayMs: 1 };
  // Not expect(...).rejects, which looks at the error.
  const isThrownOn = (work: Promise<unknown>) =>
    work.then(
      () => false,
      (thrown: unknown) => thrown === evil,
    );
  expect(await isThrownOn(inStage((stage) => stage.each([1], fail, { retries })))).toBe(true);
  expect(await isThrownOn(pipeline("p", (run) => run.stage("whole", { retries }, fail)))).toBe(true);
  expect(memory.spans.filter(({ status }) => status.code !== SpanStatusCode.ERROR)).toEqual([]);
  expect(memory.spans.filter(({ name }) => name.startsWith("attempt"))).toHaveLength(2);
});
