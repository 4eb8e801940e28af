import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { LogBlock } from "../../decode/log-block.ts";
import { decodeLogsJson } from "../../decode/otlp/logs.ts";
import { decodeTracesJson } from "../../decode/otlp/traces.ts";
import { SpanBlock } from "../../decode/span-block.ts";
import { systemClock } from "../../model/clock.ts";
import { openEmbeddedStore } from "../../store/embedded/store.ts";
import { migrate } from "../../store/migrate.ts";
import type { Store } from "../../store/store.ts";
import { epochMs, hexId, type ShortFact } from "./facts.ts";

export interface TestStore {
  store: Store;
  /** Sends spans and announcements the way an exporter would: OTLP/JSON, decoded into blocks, inserted as segments. */
  send(facts: readonly ShortFact[]): Promise<void>;
  sendLogs(records: readonly object[], service?: string): Promise<void>;
  close(): Promise<void>;
}

/** A real engine in a folder of its own, with the schema. */
export async function openTestStore(): Promise<TestStore> {
  const dataDir = mkdtempSync(join(tmpdir(), "sightglass-fold-"));
  const store = await openEmbeddedStore({ dataDir });
  await migrate(store, { clock: systemClock });
  let segments = 0;
  const insert = async (table: string, block: { encode(): Uint8Array[] }) => {
    segments += 1;
    const path = join(dataDir, `segment-${segments}`);
    writeFileSync(path, Buffer.concat(block.encode()));
    await store.insertSegment({ table, path, token: `token-${segments}` });
  };
  const sendLogs = async (records: readonly object[], service = "flights") => {
    const block = new LogBlock();
    const body = JSON.stringify({
      resourceLogs: [{ resource: resourceOf(service), scopeLogs: [{ scope: { name: "test" }, logRecords: records }] }],
    });
    decodeLogsJson(Buffer.from(body), block, { receivedAtMs: systemClock.nowMs() });
    await insert("logs", block);
  };
  return {
    store,
    sendLogs,
    async send(facts) {
      const spans = facts.filter(({ kind }) => kind === undefined || kind === "span");
      if (spans.length > 0) {
        const block = new SpanBlock();
        const body = JSON.stringify({ resourceSpans: spans.map(resourceSpansOf) });
        decodeTracesJson(Buffer.from(body), block, { receivedAtMs: systemClock.nowMs() });
        await insert("spans", block);
      }
      const announcements = facts.filter(({ kind }) => kind === "start" || kind === "heartbeat");
      if (announcements.length > 0) await sendLogs(announcements.map(announcementOf), announcements[0]?.service);
    },
    async close() {
      await store.close();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

const nanosOf = (seconds: number) => `${BigInt(Math.round((epochMs + seconds * 1000) * 1000))}000`;

const resourceOf = (service: string) => ({ attributes: attributesOf({ "service.name": service }) });

function attributesOf(attributes: Readonly<Record<string, string | number | boolean>>): object[] {
  return Object.entries(attributes).map(([key, value]) => ({
    key,
    value:
      typeof value === "string"
        ? { stringValue: value }
        : typeof value === "boolean"
          ? { boolValue: value }
          : { intValue: String(value) },
  }));
}

function resourceSpansOf(fact: ShortFact): object {
  const end = fact.end ?? fact.start;
  const events: object[] = (fact.events ?? []).map((event) => ({
    name: event.name,
    timeUnixNano: nanosOf(event.at ?? end),
    attributes: attributesOf(event.attributes),
  }));
  if (fact.exception !== undefined)
    events.push({
      name: "exception",
      timeUnixNano: nanosOf(end),
      attributes: attributesOf({
        "exception.type": fact.exception.type,
        "exception.message": fact.exception.message,
      }),
    });
  if (fact.prefectState !== undefined)
    events.push({
      name: fact.prefectState,
      timeUnixNano: nanosOf(end),
      attributes: attributesOf({ "prefect.state.type": fact.prefectState }),
    });
  const span = {
    traceId: hexId(fact.trace ?? "trace", 32),
    spanId: hexId(fact.span, 16),
    ...(fact.parent === undefined ? {} : { parentSpanId: hexId(fact.parent, 16) }),
    name: fact.name ?? fact.span,
    startTimeUnixNano: nanosOf(fact.start),
    endTimeUnixNano: nanosOf(end),
    attributes: attributesOf(fact.attributes ?? {}),
    status: { code: fact.status === "error" ? 2 : fact.status === "ok" ? 1 : 0, message: fact.message ?? "" },
    events,
    links: (fact.links ?? []).map((word) => ({
      traceId: hexId(fact.trace ?? "trace", 32),
      spanId: hexId(word, 16),
    })),
  };
  return {
    resource: resourceOf(fact.service ?? "flights"),
    scopeSpans: [{ scope: { name: fact.scope ?? "test" }, spans: [span] }],
  };
}

function announcementOf(fact: ShortFact): object {
  const isRun = fact.attributes?.["pipeline.stage"] === undefined;
  const start = `pipeline.${isRun ? "run" : "stage"}.start`;
  return {
    timeUnixNano: nanosOf(fact.start),
    eventName: fact.kind === "heartbeat" ? "pipeline.heartbeat" : start,
    traceId: hexId(fact.trace ?? "trace", 32),
    spanId: hexId(fact.span, 16),
    attributes: attributesOf({
      "pipeline.span.name": fact.name ?? fact.span,
      ...(fact.parent === undefined ? {} : { "pipeline.parent_span_id": hexId(fact.parent, 16) }),
      ...fact.attributes,
    }),
  };
}
