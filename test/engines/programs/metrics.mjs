// A program with one of everything: served for Prometheus until it is told to stop, or pushed at its end.
import { once } from "node:events";
import { bootstrap } from "@sightglass/sdk/bootstrap";
import { check } from "@sightglass/sdk/checks";
import { collector, counter, gauge, histogram, quantiles, upDownCounter } from "@sightglass/sdk/metrics";

const { PROMETHEUS_PORT, PUSHGATEWAY } = process.env;
const telemetry = bootstrap({
  service: "everything",
  metrics: {
    runtime: true,
    ...(PROMETHEUS_PORT === undefined ? {} : { prometheus: { port: Number(PROMETHEUS_PORT) } }),
    ...(PUSHGATEWAY === undefined
      ? {}
      : { pushgateway: { url: PUSHGATEWAY, job: "nightly/load", grouping: { shop: "a b" } } }),
  },
});

const revenue = counter("revenue_processed_total", {
  description: "Revenue by currency",
  labels: { currency: ["EUR", "USD"] },
});
revenue.add(12.5, { currency: "EUR" });
revenue.add(4, { currency: "GBP" });
const rows = counter("rows.read", { unit: "{row}", labels: { table: 3 } });
for (let table = 0; table < 10; table++) rows.add(1, { table: `t"${table}\\\n` });
const took = histogram("request.duration", { unit: "s", labels: { outcome: ["ok", "failed"] } });
for (const seconds of [0.003, 0.2, 20]) took.record(seconds, { outcome: "ok" });
const sizes = quantiles("page.size", { unit: "By" });
for (let size = 1; size <= 1000; size++) sizes.record(size);
gauge("pool.used", { unit: "1" }).set(0.25);
upDownCounter("open.files").add(7);
collector("queue.depth", { labels: { queue: 5 } }, async () => [{ value: 42, labels: { queue: "in" } }]);
await check([{ id: 1 }, { id: 1 }], {
  table: "orders",
  partition: "d1",
  unique: "id",
  rows: { min: 1 },
  columns: { id: { complete: true } },
});
await check([{ id: 1 }], { table: "customers", rows: { min: 1 } });

if (PROMETHEUS_PORT !== undefined) {
  // The endpoint does not keep the process alive; a pipeline's work does.
  const work = setInterval(() => {}, 1000);
  await once(process, "SIGTERM");
  clearInterval(work);
}
await telemetry.shutdown();
