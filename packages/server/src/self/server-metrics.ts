import type { StatusResponse } from "../http/contract.ts";
import { family, type Labels, type MetricFamily } from "./metrics.ts";

/** What the server's own state is as metrics; docs/reference/metrics.md is written from this file. */
export type StatusMetricsInput = Omit<StatusResponse, "now" | "dataDir" | "cardinality"> & { cpuSeconds: number };

export function statusMetrics(status: StatusMetricsInput): MetricFamily[] {
  return [
    ...ledgerMetrics(status.ledger),
    ...spoolMetrics(status.spool),
    ...storageMetrics(status.storage),
    ...receiverMetrics(status.receivers),
    ...processMetrics(status),
    family("gauge", "sightglass_build_info", "Version of the server.", [
      [{ version: status.version, engine: status.engine.kind, engine_version: status.engine.version }, 1],
    ]),
    family("gauge", "sightglass_engine_up", "Whether the store answers.", status.engine.state === "up" ? 1 : 0),
    family(
      "gauge",
      "sightglass_fold_lag_seconds",
      "How far runs are behind the newest fact.",
      status.fold.lagMs / 1000,
    ),
    family("gauge", "sightglass_fold_dirty_traces", "Traces whose runs must be folded again.", status.fold.dirtyTraces),
  ];
}

function ledgerMetrics(ledger: StatusResponse["ledger"]): MetricFamily[] {
  const bySignal = (count: "received" | "refused" | "stored" | "spooled") =>
    Object.entries(ledger).map(([signal, counts]): [Labels, number] => [{ signal }, counts[count]]);
  const since = "since the data folder was made";
  return [
    family(
      "counter",
      "sightglass_items_received_total",
      `Spans, log records and samples received ${since}.`,
      bySignal("received"),
    ),
    family(
      "counter",
      "sightglass_items_refused_total",
      `Spans, log records and samples refused ${since}.`,
      bySignal("refused"),
    ),
    family(
      "counter",
      "sightglass_items_stored_total",
      `Spans, log records and samples stored ${since}.`,
      bySignal("stored"),
    ),
    family(
      "gauge",
      "sightglass_items_spooled",
      "Spans, log records and samples that are durable but not stored yet.",
      bySignal("spooled"),
    ),
  ];
}

const spoolStates: readonly StatusResponse["spool"]["state"][] = ["ok", "full", "read-only", "draining"];

function spoolMetrics(spool: StatusResponse["spool"]): MetricFamily[] {
  return [
    family("gauge", "sightglass_spool_bytes", "Size of the spool on disk.", spool.bytes),
    family("gauge", "sightglass_spool_limit_bytes", "Size at which requests are refused.", spool.bytesMax),
    family("gauge", "sightglass_spool_segments", "Segments that are not stored yet.", spool.segments),
    family(
      "gauge",
      "sightglass_spool_lag_seconds",
      "Age of the oldest segment that is not stored.",
      spool.lagMs / 1000,
    ),
    family(
      "gauge",
      "sightglass_spool_quarantined_segments",
      "Segments set aside because the store refuses them.",
      spool.quarantined,
    ),
    family(
      "gauge",
      "sightglass_spool_state",
      "1 for the state the spool is in.",
      spoolStates.map((state): [Labels, number] => [{ state }, state === spool.state ? 1 : 0]),
    ),
  ];
}

function storageMetrics(storage: StatusResponse["storage"]): MetricFamily[] {
  const byTable = (value: "rows" | "bytes" | "parts") =>
    storage.tables.map((table): [Labels, number] => [{ table: table.table }, table[value]]);
  return [
    family("gauge", "sightglass_storage_bytes", "Size of the store on disk.", storage.bytes),
    family(
      "gauge",
      "sightglass_storage_disk_free_bytes",
      "Free space where the data folder is.",
      storage.diskFreeBytes,
    ),
    family("gauge", "sightglass_table_rows", "Rows of a table.", byTable("rows")),
    family("gauge", "sightglass_table_bytes", "Size of a table on disk.", byTable("bytes")),
    family("gauge", "sightglass_table_parts", "Parts of a table; many mean that merges are behind.", byTable("parts")),
  ];
}

function receiverMetrics(receivers: StatusResponse["receivers"]): MetricFamily[] {
  const of = ({ protocol, address }: StatusResponse["receivers"][number]) => ({ protocol, address });
  return [
    family(
      "counter",
      "sightglass_receiver_requests_total",
      "Requests that a receiver took since the server started.",
      receivers.map((receiver): [Labels, number] => [of(receiver), receiver.requests]),
    ),
    family(
      "counter",
      "sightglass_receiver_refused_requests_total",
      "Requests that a receiver refused since the server started, by error code.",
      receivers.flatMap((receiver) =>
        Object.entries(receiver.refusals).map(([code, count]): [Labels, number] => [{ ...of(receiver), code }, count]),
      ),
    ),
  ];
}

function processMetrics({ process, startedAt, cpuSeconds }: StatusMetricsInput): MetricFamily[] {
  return [
    family("gauge", "process_resident_memory_bytes", "Resident memory.", process.residentBytes),
    family("gauge", "nodejs_heap_size_used_bytes", "JavaScript heap in use.", process.heapBytes),
    family(
      "gauge",
      "nodejs_eventloop_lag_seconds",
      "Event loop lag, 99th percentile of the last seconds.",
      process.eventLoopLagMs / 1000,
    ),
    family("counter", "process_cpu_seconds_total", "Processor time, user and system.", cpuSeconds),
    family(
      "gauge",
      "process_start_time_seconds",
      "When the process started, seconds since 1970.",
      Date.parse(startedAt) / 1000,
    ),
  ];
}
