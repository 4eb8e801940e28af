import { cpus } from "node:os";
import { expect, it } from "vitest";
import { hostMetrics } from "./host-metrics.ts";

it("says what the machine does, by the node exporter's names", () => {
  const families = new Map(hostMetrics().map((family) => [family.name, family]));
  const value = (name: string) => families.get(name)?.samples[0]?.value ?? Number.NaN;
  expect(value("node_load1")).toBeGreaterThanOrEqual(0);
  expect(value("node_memory_MemTotal_bytes")).toBeGreaterThan(value("node_memory_MemAvailable_bytes"));
  const processors = families.get("node_cpu_seconds_total")?.samples ?? [];
  expect(new Set(processors.map(({ labels }) => labels["cpu"])).size).toBe(cpus().length);
  const idle = processors.filter(({ labels }) => labels["mode"] === "idle");
  expect(idle.reduce((sum, sample) => sum + sample.value, 0)).toBeGreaterThan(0);
  if (process.platform === "linux") expect(value("process_open_fds")).toBeGreaterThan(2);
});
