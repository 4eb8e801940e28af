import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { gunzipSync } from "node:zlib";
import type { ValueType } from "./catalogue.ts";

/** One attribute of something that was sent: where it was, its name, and its type on the wire. */
export interface Sighting {
  /** `span ROLE`, `event NAME`, `link`, `log EVENT`, `resource SCOPE`. */
  readonly place: string;
  readonly attribute: string;
  readonly type: ValueType | "empty";
}

export interface SeenMetric {
  readonly name: string;
  readonly instrument: string;
  readonly unit: string;
  readonly labels: Set<string>;
}

/** An OTLP/HTTP receiver for JSON, which shows each value's type, that keeps what names it has seen where. */
export class Collector {
  readonly sightings = new Map<string, Sighting>();
  /** `ROLE EVENT` and `LINK`. */
  readonly events = new Set<string>();
  readonly logEvents = new Set<string>();
  readonly metrics = new Map<string, SeenMetric>();
  readonly spanKinds = new Set<string>();
  readonly scopes = new Set<string>();
  readonly problems: unknown[] = [];
  readonly #server: Server;

  private constructor() {
    this.#server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on("data", (chunk: Buffer) => chunks.push(chunk));
      request.on("end", () => {
        try {
          const body = Buffer.concat(chunks);
          const text = request.headers["content-encoding"] === "gzip" ? gunzipSync(body) : body;
          this.#keep(JSON.parse(text.toString()) as Message);
        } catch (thrown) {
          this.problems.push(thrown);
        }
        response.writeHead(200, { "content-type": "application/json" }).end("{}");
      });
    });
  }

  static async start(): Promise<Collector> {
    const collector = new Collector();
    await new Promise<void>((resolve) => void collector.#server.listen(0, "127.0.0.1", resolve));
    return collector;
  }

  get environment(): Record<string, string> {
    return {
      OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`,
      OTEL_EXPORTER_OTLP_PROTOCOL: "http/json",
      OTEL_EXPORTER_OTLP_TIMEOUT: "9000",
    };
  }

  stop(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }

  #keep({ resourceSpans = [], resourceLogs = [], resourceMetrics = [] }: Message): void {
    for (const { resource, scopeSpans } of resourceSpans)
      for (const { scope, spans } of scopeSpans) {
        this.#see(`resource ${scope.name}`, resource.attributes);
        this.scopes.add(scope.name);
        for (const span of spans) this.#keepSpan(scope.name, span);
      }
    for (const { scopeLogs } of resourceLogs)
      for (const { scope, logRecords } of scopeLogs) {
        this.scopes.add(scope.name);
        for (const { eventName = "", attributes } of logRecords) {
          this.logEvents.add(eventName);
          this.#see(`log ${eventName}`, attributes);
        }
      }
    for (const { scopeMetrics } of resourceMetrics)
      for (const { scope, metrics } of scopeMetrics) {
        this.scopes.add(scope.name);
        for (const metric of metrics) this.#keepMetric(metric);
      }
  }

  #keepSpan(scope: string, { name, kind, attributes, events = [], links = [] }: SpanJson): void {
    const role = roleOf(scope, name, attributes ?? []);
    this.spanKinds.add(`${role} ${kind}`);
    this.#see(`span ${role}`, attributes);
    for (const event of events) {
      this.events.add(`${role} ${event.name}`);
      this.#see(`event ${event.name}`, event.attributes);
    }
    for (const link of links) this.#see("link", link.attributes);
  }

  #keepMetric({ name, unit = "", gauge, sum, histogram }: MetricJson): void {
    const instrument =
      histogram === undefined
        ? sum === undefined
          ? "gauge"
          : sum.isMonotonic === true
            ? "counter"
            : "up-down counter"
        : "histogram";
    const seen = this.metrics.get(name) ?? { name, instrument, unit, labels: new Set() };
    this.metrics.set(name, seen);
    for (const { attributes = [] } of (gauge ?? sum ?? histogram)?.dataPoints ?? [])
      for (const { key } of attributes) seen.labels.add(key);
  }

  #see(place: string, attributes: readonly Pair[] = []): void {
    for (const { key, value } of attributes) {
      const sighting = { place, attribute: key, type: typeOf(value) };
      this.sightings.set(JSON.stringify(sighting), sighting);
    }
  }
}

function roleOf(scope: string, name: string, attributes: readonly Pair[]): string {
  const has = (key: string) => attributes.some((pair) => pair.key === key);
  if (scope === "sightglass run") return has("pipeline.stage") ? "command stage" : "command";
  if (has("pipeline.kind")) return "run";
  if (has("pipeline.stage")) return "stage";
  return name.startsWith("attempt ") ? "attempt" : `unknown (${scope}: ${name})`;
}

function typeOf(value: Value): Sighting["type"] {
  if (value.stringValue !== undefined) return "string";
  if (value.boolValue !== undefined) return "boolean";
  if (value.intValue !== undefined) return "int";
  if (value.doubleValue !== undefined) return "double";
  return value.arrayValue === undefined ? "empty" : "string[]";
}

interface Value {
  stringValue?: string;
  boolValue?: boolean;
  intValue?: string | number;
  doubleValue?: number;
  arrayValue?: unknown;
}
interface Pair {
  key: string;
  value: Value;
}
interface Attributed {
  attributes?: Pair[];
}
interface SpanJson extends Attributed {
  name: string;
  kind: number;
  events?: ({ name: string } & Attributed)[];
  links?: Attributed[];
}
interface Points {
  isMonotonic?: boolean;
  dataPoints: Attributed[];
}
interface MetricJson {
  name: string;
  unit?: string;
  gauge?: Points;
  sum?: Points;
  histogram?: Points;
}
interface Scope {
  name: string;
}
interface Message {
  resourceSpans?: { resource: Attributed; scopeSpans: { scope: Scope; spans: SpanJson[] }[] }[];
  resourceLogs?: { scopeLogs: { scope: Scope; logRecords: ({ eventName?: string } & Attributed)[] }[] }[];
  resourceMetrics?: { scopeMetrics: { scope: Scope; metrics: MetricJson[] }[] }[];
}
