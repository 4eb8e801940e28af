import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { gunzipSync } from "node:zlib";
import protobuf from "protobufjs";
import { otlpProto } from "./otlp-proto.ts";

export type AttributeValue =
  | string
  | number
  | boolean
  | AttributeValue[]
  | { [key: string]: AttributeValue }
  | undefined;
export type AttributeRecord = Record<string, AttributeValue>;

export interface ReceivedEvent {
  name: string;
  attributes: AttributeRecord;
}

export interface ReceivedSpan {
  name: string;
  traceId: string;
  spanId: string;
  /** Empty for a root. */
  parentSpanId: string;
  startNs: bigint;
  endNs: bigint;
  attributes: AttributeRecord;
  events: ReceivedEvent[];
  links: { traceId: string; spanId: string; attributes: AttributeRecord }[];
  /** 0 unset, 1 ok, 2 error. */
  statusCode: number;
  statusMessage: string;
  resource: AttributeRecord;
  scope: string;
}

export interface ReceivedLog {
  eventName: string;
  traceId: string;
  spanId: string;
  timeNs: bigint;
  severityNumber: number;
  body: AttributeValue;
  attributes: AttributeRecord;
  resource: AttributeRecord;
  receivedAtMs: number;
}

export interface ReceivedPoint {
  name: string;
  unit: string;
  /** 1 delta, 2 cumulative; undefined for gauges. */
  temporality: number | undefined;
  startNs: bigint;
  timeNs: bigint;
  attributes: AttributeRecord;
  /** Of a histogram, its count. */
  value: number;
  resource: AttributeRecord;
}

export type Behaviour = (request: IncomingMessage, response: ServerResponse, body: Buffer) => boolean;

const schema = protobuf.parse(otlpProto, { keepCase: false }).root;
const plain: protobuf.IConversionOptions = { longs: String, bytes: Buffer, defaults: true };

const behaving: Behaviour = () => false;

/** A real OTLP/HTTP receiver on a port of its own, that keeps what it gets, and that can misbehave. */
export class Receiver {
  readonly spans: ReceivedSpan[] = [];
  readonly logs: ReceivedLog[] = [];
  readonly points: ReceivedPoint[] = [];
  readonly requests: { path: string; headers: IncomingMessage["headers"] }[] = [];
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  /** Answers in place of the receiver when it returns true. */
  behaviour = behaving;

  constructor() {
    this.#server = createServer((request, response) => void this.#handle(request, response));
    this.#server.on("connection", (socket) => {
      this.#sockets.add(socket);
      socket.once("close", () => this.#sockets.delete(socket));
    });
  }

  static async start(port = 0): Promise<Receiver> {
    const receiver = new Receiver();
    await receiver.open(port);
    return receiver;
  }

  /** Starts anew, with nothing kept. */
  async open(port = 0): Promise<void> {
    for (const kept of [this.spans, this.logs, this.points, this.requests]) kept.length = 0;
    this.behaviour = behaving;
    await new Promise<void>((resolve) => void this.#server.listen(port, "127.0.0.1", resolve));
  }

  get endpoint(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  span(name: string): ReceivedSpan {
    const found = this.spans.find((span) => span.name === name);
    if (found === undefined)
      throw new Error(`no span "${name}" among ${this.spans.map((span) => span.name).join(", ") || "none"}`);
    return found;
  }

  async stop(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise<void>((resolve) => void this.#server.close(() => resolve()));
  }

  /** Waits until `condition` holds, up to 25 s. */
  async until(condition: () => boolean): Promise<void> {
    for (let waitedMs = 0; !condition(); waitedMs += 10) {
      if (waitedMs > 25_000)
        throw new Error(`waited in vain; got ${this.spans.length} spans, ${this.logs.length} logs`);
      await new Promise((resolve) => void setTimeout(resolve, 10));
    }
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    try {
      for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
    } catch {
      return;
    }
    const body = Buffer.concat(chunks);
    this.requests.push({ path: request.url ?? "", headers: request.headers });
    if (!this.behaviour(request, response, body)) this.answer(request, response, body);
  }

  /** Keeps what was sent and says so, as a receiver that behaves does. */
  answer(request: IncomingMessage, response: ServerResponse, body: Buffer): void {
    this.#keep(request, request.headers["content-encoding"] === "gzip" ? gunzipSync(body) : body);
    response.writeHead(200, { "content-type": "application/x-protobuf" }).end();
  }

  #keep(request: IncomingMessage, body: Buffer): void {
    const isTraces = request.url?.endsWith("/v1/traces") === true;
    const isMetrics = request.url?.endsWith("/v1/metrics") === true;
    const isJson = request.headers["content-type"] === "application/json";
    const signal = isTraces ? "Trace" : isMetrics ? "Metrics" : "Logs";
    const type = schema.lookupType(`Export${signal}ServiceRequest`);
    const message = (isJson ? JSON.parse(body.toString()) : type.toObject(type.decode(body), plain)) as Message;
    if (isTraces) this.#keepSpans(message);
    else if (isMetrics) this.#keepPoints(message);
    else this.#keepLogs(message);
  }

  #keepPoints(message: Message): void {
    for (const { resource, scopeMetrics } of message.resourceMetrics ?? [])
      for (const { metrics } of scopeMetrics)
        for (const { name, unit, gauge, sum, histogram } of metrics)
          for (const point of (gauge ?? sum ?? histogram)?.dataPoints ?? [])
            this.points.push({
              name,
              unit,
              temporality: (sum ?? histogram)?.aggregationTemporality,
              startNs: BigInt(point.startTimeUnixNano ?? 0),
              timeNs: BigInt(point.timeUnixNano),
              attributes: record(point.attributes),
              value: Number(point.asDouble ?? point.asInt ?? point.count),
              resource: record(resource?.attributes),
            });
  }

  #keepSpans(message: Message): void {
    for (const { resource, scopeSpans } of message.resourceSpans ?? [])
      for (const { scope, spans } of scopeSpans)
        for (const span of spans)
          this.spans.push({
            name: span.name,
            traceId: hex(span.traceId),
            spanId: hex(span.spanId),
            parentSpanId: hex(span.parentSpanId ?? ""),
            startNs: BigInt(span.startTimeUnixNano),
            endNs: BigInt(span.endTimeUnixNano),
            attributes: record(span.attributes),
            events: (span.events ?? []).map((event) => ({ name: event.name, attributes: record(event.attributes) })),
            links: (span.links ?? []).map((link) => ({
              traceId: hex(link.traceId),
              spanId: hex(link.spanId),
              attributes: record(link.attributes),
            })),
            statusCode: span.status?.code ?? 0,
            statusMessage: span.status?.message ?? "",
            resource: record(resource?.attributes),
            scope: scope?.name ?? "",
          });
  }

  #keepLogs(message: Message): void {
    for (const { resource, scopeLogs } of message.resourceLogs ?? [])
      for (const { logRecords } of scopeLogs)
        for (const log of logRecords)
          this.logs.push({
            eventName: log.eventName ?? "",
            traceId: hex(log.traceId ?? ""),
            spanId: hex(log.spanId ?? ""),
            timeNs: BigInt(log.timeUnixNano),
            severityNumber: log.severityNumber ?? 0,
            body: log.body === undefined || log.body === null ? undefined : value(log.body),
            attributes: record(log.attributes),
            resource: record(resource?.attributes),
            receivedAtMs: Date.now(),
          });
  }
}

type Bytes = Buffer | string;
interface Any {
  stringValue?: string;
  boolValue?: boolean;
  intValue?: string | number;
  doubleValue?: number;
  arrayValue?: { values: Any[] };
  kvlistValue?: { values: Pairs };
}
type Pairs = { key: string; value: Any }[];
interface Points {
  aggregationTemporality?: number;
  dataPoints: {
    startTimeUnixNano?: string;
    timeUnixNano: string;
    attributes?: Pairs;
    asDouble?: number;
    asInt?: string;
    count?: string;
  }[];
}
interface Message {
  resourceMetrics?: {
    resource?: { attributes?: Pairs };
    scopeMetrics: { metrics: { name: string; unit: string; gauge?: Points; sum?: Points; histogram?: Points }[] }[];
  }[];
  resourceSpans?: {
    resource?: { attributes?: Pairs };
    scopeSpans: {
      scope?: { name: string };
      spans: {
        name: string;
        traceId: Bytes;
        spanId: Bytes;
        parentSpanId?: Bytes;
        startTimeUnixNano: string;
        endTimeUnixNano: string;
        attributes?: Pairs;
        events?: { name: string; attributes?: Pairs }[];
        links?: { traceId: Bytes; spanId: Bytes; attributes?: Pairs }[];
        status?: { code?: number; message?: string };
      }[];
    }[];
  }[];
  resourceLogs?: {
    resource?: { attributes?: Pairs };
    scopeLogs: {
      logRecords: {
        eventName?: string;
        traceId?: Bytes;
        spanId?: Bytes;
        timeUnixNano: string;
        severityNumber?: number;
        body?: Any | null;
        attributes?: Pairs;
      }[];
    }[];
  }[];
}

function hex(bytes: Bytes): string {
  return typeof bytes === "string" ? bytes : bytes.toString("hex");
}

function record(pairs: Pairs | undefined): AttributeRecord {
  return Object.fromEntries((pairs ?? []).map((pair) => [pair.key, value(pair.value)]));
}

function value(any: Any): AttributeValue {
  if (any.intValue !== undefined) return Number(any.intValue);
  if (any.arrayValue !== undefined) return any.arrayValue.values.map(value);
  if (any.kvlistValue !== undefined) return record(any.kvlistValue.values);
  return any.stringValue ?? any.boolValue ?? any.doubleValue;
}
