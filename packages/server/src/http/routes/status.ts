import { Hono } from "hono";
import type { StatusResponse } from "../contract.ts";

/** The parts of a server that have something to say of themselves. */
export interface StatusSources {
  version: string;
  startedAtMs: number;
  dataDir: string;
  nowMs: () => number;
  /** @throws when the store does not answer */
  engine: () => Promise<{ kind: StatusResponse["engine"]["kind"]; version: string }>;
  ledger: () => Promise<StatusResponse["ledger"]>;
  storage: () => Promise<StatusResponse["storage"]>;
  spool: () => StatusResponse["spool"];
  receivers: () => StatusResponse["receivers"];
  process: () => StatusResponse["process"];
  fold: () => StatusResponse["fold"];
  cardinality: () => StatusResponse["cardinality"];
}

/**
 * Reads the status. While the store is down its parts are the last that were read, and `engine` says so: the page must
 * show what is wrong just then.
 */
export function createStatusReader(sources: StatusSources): () => Promise<StatusResponse> {
  const none = { received: 0, refused: 0, spooled: 0, stored: 0 };
  const engine = lastKnown(sources.engine, { kind: "embedded", version: "" });
  const ledger = lastKnown(sources.ledger, { spans: none, logs: none, samples: none });
  const storage = lastKnown(sources.storage, { bytes: 0, diskFreeBytes: 0, tables: [] });
  return async () => {
    const [engineNow, ledgerNow, storageNow] = await Promise.all([engine(), ledger(), storage()]);
    const lastError = engineNow.error ?? ledgerNow.error ?? storageNow.error;
    return {
      version: sources.version,
      startedAt: new Date(sources.startedAtMs).toISOString(),
      now: new Date(sources.nowMs()).toISOString(),
      dataDir: sources.dataDir,
      engine: { ...engineNow.value, state: lastError === null ? "up" : "down", lastError },
      ledger: ledgerNow.value,
      spool: sources.spool(),
      storage: storageNow.value,
      receivers: sources.receivers(),
      process: sources.process(),
      fold: sources.fold(),
      cardinality: sources.cardinality(),
    };
  };
}

function lastKnown<Value>(
  read: () => Promise<Value>,
  initial: NoInfer<Value>,
): () => Promise<{ value: Value; error: string | null }> {
  let value = initial;
  return async () => {
    try {
      value = await read();
      return { value, error: null };
    } catch (thrown) {
      return { value, error: thrown instanceof Error ? thrown.message : String(thrown) };
    }
  };
}

export interface StatusRoutesDeps {
  status: () => Promise<StatusResponse>;
  /** Both texts of our own metrics (self/metrics.ts). */
  metrics: (format: "prometheus" | "openmetrics") => Promise<string>;
}

/** `GET /api/status`, and `GET /metrics` for Prometheus. */
export function statusRoutes({ status, metrics }: StatusRoutesDeps): Hono {
  const app = new Hono();
  app.get("/api/status", async (context) => context.json((await status()) satisfies StatusResponse));
  app.get("/metrics", async (context) => {
    const isOpenMetrics = context.req.header("accept")?.includes("application/openmetrics-text") ?? false;
    const text = await metrics(isOpenMetrics ? "openmetrics" : "prometheus");
    const type = isOpenMetrics
      ? "application/openmetrics-text; version=1.0.0; charset=utf-8"
      : "text/plain; version=0.0.4; charset=utf-8";
    return context.body(text, 200, { "content-type": type });
  });
  return app;
}
