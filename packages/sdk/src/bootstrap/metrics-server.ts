import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { ResourceMetrics } from "@opentelemetry/sdk-metrics";
import type { Clock } from "../clock.ts";
import { exposition, expositionType } from "../metrics/exposition.ts";
import type { OnDemandReader } from "./metric-reader.ts";

/** How long a collector of the program may take: half of what Prometheus waits for a scrape (`scrape_timeout`). */
const collectTimeoutMs = 5000;

/** `/metrics` for Prometheus. It does not keep the process alive, and a port that is taken is only reported. */
export class MetricsServer {
  readonly reader: OnDemandReader;
  readonly #clock: Clock;
  readonly #complain: (text: string) => void;
  #server: Server | undefined;

  constructor(reader: OnDemandReader, clock: Clock, complain: (text: string) => void) {
    this.reader = reader;
    this.#clock = clock;
    this.#complain = complain;
  }

  /** Resolves with the port, or undefined when there is none to be had. Never rejects. */
  listen({ host, port }: { host: string; port: number }): Promise<number | undefined> {
    const server = process
      .getBuiltinModule("node:http")
      .createServer((request, response) => void this.#answer(request, response));
    this.#server = server;
    return new Promise((resolve) => {
      server.on("connection", (socket) => socket.unref());
      server.on("error", (error) => {
        this.#complain(`/metrics cannot be served on ${host}:${port} (${error.message}); the pipeline goes on`);
        resolve(undefined);
      });
      server.listen(port, host, () => {
        const address = server.address();
        resolve(typeof address === "object" ? address?.port : undefined);
      });
      server.unref();
    });
  }

  async close(): Promise<void> {
    const server = this.#server;
    if (server?.listening !== true) return;
    const closed = new Promise<void>((resolve) => void server.close(() => resolve()));
    server.closeAllConnections();
    await closed;
  }

  /** Never rejects. */
  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const [path] = (request.url ?? "").split("?");
    if (path !== "/metrics") {
      response.writeHead(404, { "content-type": "text/plain" }).end("the metrics are at /metrics\n");
      return;
    }
    if (request.method !== "GET" && request.method !== "HEAD") {
      response.writeHead(405, { allow: "GET, HEAD" }).end();
      return;
    }
    try {
      const resourceMetrics = await this.#collect();
      response.writeHead(200, { "content-type": expositionType });
      const isWanted = request.method !== "HEAD" && resourceMetrics !== undefined;
      response.end(isWanted ? exposition(resourceMetrics) : undefined);
    } catch (thrown) {
      const reason = thrown instanceof Error ? thrown.message : String(thrown);
      if (!response.headersSent) response.writeHead(500, { "content-type": "text/plain" });
      response.end(`the metrics cannot be collected: ${reason}\n`);
    }
  }

  /** When a collector of the program is late, the others go out without it. */
  async #collect(): Promise<ResourceMetrics | undefined> {
    let cancel = () => {};
    const timeUp = new Promise<undefined>((resolve) => {
      cancel = this.#clock.after(collectTimeoutMs, () => resolve(undefined));
    });
    const collecting = this.reader.collect().then(({ resourceMetrics }) => resourceMetrics);
    const collected = await Promise.race([collecting, timeUp]).finally(cancel);
    return collected ?? this.reader.collectNow(this.#clock.nowMs());
  }
}
