import { createServer, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";

export type Value = string | number | boolean | undefined;

export interface ReceivedSpan {
  name: string;
  traceId: string;
  spanId: string;
  parentSpanId: string;
  attributes: Record<string, Value>;
  events: { name: string; attributes: Record<string, Value> }[];
  statusCode: number;
  statusMessage: string;
  resource: Record<string, Value>;
}

export interface ReceivedLog {
  body: Value;
  eventName: string;
  traceId: string;
  spanId: string;
  severity: number;
  attributes: Record<string, Value>;
}

export interface Receiver {
  readonly endpoint: string;
  readonly spans: ReceivedSpan[];
  readonly logs: ReceivedLog[];
  readonly headers: IncomingHttpHeaders[];
  /** What to answer; 200 by default, 0 for no answer at all. */
  status: number;
  stop(): Promise<void>;
}

interface Any {
  stringValue?: string;
  intValue?: string;
  boolValue?: boolean;
  doubleValue?: number;
}
type Pairs = { key: string; value: Any }[];

/** A real OTLP/HTTP receiver for JSON. */
export async function startReceiver(): Promise<Receiver> {
  const spans: ReceivedSpan[] = [];
  const logs: ReceivedLog[] = [];
  const headers: IncomingHttpHeaders[] = [];
  const server = createServer((request, response) => {
    let body = "";
    request.on("data", (chunk: Buffer) => (body += chunk.toString()));
    request.on("end", () => {
      headers.push(request.headers);
      if (receiver.status === 200) keep(JSON.parse(body) as Message);
      if (receiver.status === 0) return;
      response.writeHead(receiver.status, { "content-type": "application/json" }).end("{}");
    });
  });
  const keep = (message: Message) => {
    for (const { resource, scopeSpans } of message.resourceSpans ?? [])
      for (const span of scopeSpans.flatMap((scope) => scope.spans))
        spans.push({
          name: span.name,
          traceId: span.traceId,
          spanId: span.spanId,
          parentSpanId: span.parentSpanId ?? "",
          attributes: record(span.attributes),
          events: span.events.map((event) => ({ name: event.name, attributes: record(event.attributes) })),
          statusCode: span.status.code,
          statusMessage: span.status.message ?? "",
          resource: record(resource.attributes),
        });
    for (const { scopeLogs } of message.resourceLogs ?? [])
      for (const log of scopeLogs.flatMap((scope) => scope.logRecords))
        logs.push({
          body: log.body?.stringValue,
          eventName: log.eventName ?? "",
          traceId: log.traceId,
          spanId: log.spanId,
          severity: log.severityNumber,
          attributes: record(log.attributes),
        });
  };
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  const receiver: Receiver = {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    spans,
    logs,
    headers,
    status: 200,
    async stop() {
      server.closeAllConnections();
      await new Promise<void>((resolve) => void server.close(() => resolve()));
    },
  };
  return receiver;
}

interface Message {
  resourceSpans?: {
    resource: { attributes: Pairs };
    scopeSpans: {
      spans: {
        name: string;
        traceId: string;
        spanId: string;
        parentSpanId?: string;
        attributes: Pairs;
        events: { name: string; attributes: Pairs }[];
        status: { code: number; message?: string };
      }[];
    }[];
  }[];
  resourceLogs?: {
    scopeLogs: {
      logRecords: {
        body?: Any;
        eventName?: string;
        traceId: string;
        spanId: string;
        severityNumber: number;
        attributes: Pairs;
      }[];
    }[];
  }[];
}

function record(pairs: Pairs): Record<string, Value> {
  return Object.fromEntries(
    pairs.map(({ key, value }) => [
      key,
      value.intValue === undefined
        ? (value.stringValue ?? value.boolValue ?? value.doubleValue)
        : Number(value.intValue),
    ]),
  );
}
