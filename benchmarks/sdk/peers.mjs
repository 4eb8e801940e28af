import { logs } from "@opentelemetry/api-logs";
import pino from "pino";
import prometheus from "prom-client";
import { dist, nanosecondsOf } from "./measuring.mjs";

const count = 200_000;

/** A labelled counter and histogram beside prom-client's, the labels made anew each time as a program does. */
export async function metrics(rounds) {
  const { counter, histogram } = await import(new URL("metrics/index.js", dist));
  const labels = { table: ["orders", "flights"], kind: 10 };
  const rows = counter("bench_rows_total", { labels });
  const seconds = histogram("bench_seconds", { unit: "s", labels });
  const names = { help: "as ours", labelNames: ["table", "kind"] };
  const theirRows = new prometheus.Counter({ name: "rows", ...names });
  const theirSeconds = new prometheus.Histogram({ name: "seconds", ...names });
  const labelled = (i) => ({ table: i % 2 === 0 ? "orders" : "flights", kind: "full" });
  const measure = (work) => nanosecondsOf(work, count, rounds);
  return {
    counterNs: measure((i) => rows.add(1, labelled(i))),
    theirCounterNs: measure((i) => theirRows.inc(labelled(i), 1)),
    histogramNs: measure((i) => seconds.record((i % 100) / 50, labelled(i))),
    theirHistogramNs: measure((i) => theirSeconds.observe(labelled(i), (i % 100) / 50)),
  };
}

/** A log record until it waits to be sent, beside a line of pino that goes nowhere: both build it, neither sends it here. */
export function logLines(rounds) {
  const logger = logs.getLogger("bench");
  const peer = pino({ base: undefined }, { write() {} });
  const ours = nanosecondsOf(
    (i) =>
      logger.emit({
        severityNumber: 9,
        severityText: "INFO",
        body: "loaded",
        attributes: { table: "flights", rows: i },
      }),
    20_000,
    rounds,
  );
  const theirs = nanosecondsOf((i) => peer.info({ table: "flights", rows: i }, "loaded"), 20_000, rounds);
  return { ours, theirs };
}
