import { cpus, freemem, loadavg, totalmem } from "node:os";
import { readdirSync } from "node:fs";
import { family, type Labels, type MetricFamily } from "./metrics.ts";

/** What the machine does, by the names of Prometheus' node exporter, so that its dashboards and rules read them. */
export function hostMetrics(): MetricFamily[] {
  const [load1 = 0, load5 = 0, load15 = 0] = loadavg();
  return [
    family("gauge", "node_load1", "Processes that ran or waited, over 1 minute.", load1),
    family("gauge", "node_load5", "Processes that ran or waited, over 5 minutes.", load5),
    family("gauge", "node_load15", "Processes that ran or waited, over 15 minutes.", load15),
    family("gauge", "node_memory_MemTotal_bytes", "Memory of the machine.", totalmem()),
    family("gauge", "node_memory_MemAvailable_bytes", "Memory that could be given to processes.", freemem()),
    family("counter", "node_cpu_seconds_total", "Time of each processor, by what it did.", processorSeconds()),
    ...openFiles(),
  ];
}

const modes = { user: "user", nice: "nice", sys: "system", idle: "idle", irq: "irq" } as const;

function processorSeconds(): (readonly [Labels, number])[] {
  return cpus().flatMap(({ times }, cpu) =>
    (Object.keys(modes) as (keyof typeof modes)[]).map((key): [Labels, number] => [
      { cpu: String(cpu), mode: modes[key] },
      times[key] / 1000,
    ]),
  );
}

/** Where there is a /proc. */
function openFiles(): MetricFamily[] {
  try {
    return [
      family("gauge", "process_open_fds", "Files and sockets that are open.", readdirSync("/proc/self/fd").length),
    ];
  } catch {
    return [];
  }
}
