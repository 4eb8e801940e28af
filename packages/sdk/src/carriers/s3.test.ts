import { context, diag, propagation, ROOT_CONTEXT, trace } from "@opentelemetry/api";
import { AsyncLocalStorageContextManager } from "@opentelemetry/context-async-hooks";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { s3, s3Middleware } from "./index.ts";
import type { MiddlewareStackLike } from "./s3-middleware.ts";

const traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
const warn = vi.fn();
beforeAll(() => {
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  diag.setLogger({ warn, error: vi.fn(), info: vi.fn(), debug: vi.fn(), verbose: vi.fn() });
});
afterEach(() => warn.mockClear());
afterAll(() => {
  context.disable();
  diag.disable();
});

function inTrace<T>(baggageChars: number, work: () => T): T {
  const parent = { traceId: traceparent.slice(3, 35), spanId: traceparent.slice(36, 52), traceFlags: 1 };
  const span = trace.setSpanContext(ROOT_CONTEXT, parent);
  const baggage = propagation.createBaggage({ key: { value: "x".repeat(baggageChars) } });
  return context.with(baggageChars === 0 ? span : propagation.setBaggage(span, baggage), work);
}

describe("the 2 KB of S3's metadata", () => {
  const traceBytes = "otel-traceparent".length + traceparent.length;

  it.each([
    ["all of it fits", 100, 100, ["otel-baggage", "otel-traceparent"]],
    ["baggage goes first", 100, 2000, ["otel-traceparent"]],
    ["to the byte", 2048 - traceBytes, 0, ["otel-traceparent"]],
    ["a byte too many, and the upload goes on without a trace", 2048 - traceBytes + 1, 0, []],
  ])("%s", (_name, ownBytes, baggageChars, carried) => {
    const own = { k: "v".repeat(ownBytes - 1) };
    const metadata = inTrace(baggageChars, () => s3.inject(own));
    expect(
      Object.keys(metadata)
        .filter((key) => key !== "k")
        .sort(),
    ).toEqual(carried);
    expect(metadata).toMatchObject(own);
    const isCut = carried.length < (baggageChars > 0 ? 2 : 1);
    expect(warn.mock.calls.flat().map(String)).toEqual(
      isCut ? [expect.stringMatching(/metadata holds 2048 bytes: no room for/)] : [],
    );
  });

  it("counts bytes, not characters", () => {
    expect(inTrace(0, () => s3.inject({ k: "ß".repeat(1000) }))).not.toHaveProperty("otel-traceparent");
  });
});

describe("the middleware", () => {
  type Input = { Metadata?: unknown; MetadataDirective?: string };
  /** What the client would send of a command. */
  async function sent(commandName: string, input: Input): Promise<Input> {
    let seen: Input = {};
    const stack: MiddlewareStackLike = {
      add(middleware, options) {
        expect(options.step).toBe("initialize");
        const next = (args: { input: object }) => Promise.resolve(void (seen = args.input));
        void inTrace(0, () => middleware(next, { commandName })({ input }));
      },
    };
    s3Middleware.applyToStack(stack);
    return seen;
  }

  it.each([
    ["PutObjectCommand", {}, true],
    ["PutObjectCommand", { Metadata: { own: "x" } }, true],
    ["PutObjectCommand", { Metadata: "garbage" }, true],
    ["CreateMultipartUploadCommand", {}, true],
    ["CopyObjectCommand", {}, false],
    ["CopyObjectCommand", { MetadataDirective: "REPLACE" }, true],
    ["GetObjectCommand", {}, false],
    ["UploadPartCommand", {}, false],
  ])("%s with %j", async (commandName, input, isGiven) => {
    const { Metadata: metadata, ...others } = await sent(commandName, input);
    if (isGiven) expect(metadata).toMatchObject({ "otel-traceparent": traceparent });
    else expect(metadata).toBeUndefined();
    if ("Metadata" in input && typeof input.Metadata === "object") expect(metadata).toMatchObject(input.Metadata);
    expect(others).toEqual({ ...input, Metadata: undefined });
  });
});
