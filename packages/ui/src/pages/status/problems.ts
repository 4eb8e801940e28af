import type { StatusResponse } from "sightglass/contract";
import { countOf, formatBytes, formatCount } from "../../format/count.ts";
import { formatDuration } from "../../format/duration.ts";
import { ledgerDifference, type LedgerVerdict } from "./ledger-check.ts";

/** Something that a person should do something about. */
export interface Problem {
  /** `failed`: data are refused, lost or not readable now. `warning`: it will come to that. */
  severity: "failed" | "warning";
  title: string;
  /** What it means. */
  detail: string;
  /** What to do. */
  action: string;
}

export type Signal = keyof StatusResponse["ledger"];
export type LedgerVerdicts = Readonly<Record<string, LedgerVerdict>>;

const spoolFullnessWarn = 0.5;
const spoolLagWarnMs = 30_000;
const foldLagWarnMs = 60_000;
const eventLoopLagWarnMs = 250;
/** Below the first the server refuses (model/limits.ts: diskFreeBytesMin). */
const diskFreeFailedBytes = 256 * 1024 * 1024;
const diskFreeWarnBytes = 2_000_000_000;
const refusedShareWarn = 0.01;

/** Everything that is wrong, worst first. Empty when all is well. */
export function findProblems(status: StatusResponse, verdicts: LedgerVerdicts): Problem[] {
  const problems = [
    ...engineProblems(status),
    ...ledgerProblems(status, verdicts),
    ...spoolProblems(status),
    ...diskProblems(status),
    ...receiverProblems(status),
    ...lagProblems(status),
    ...cardinalityProblems(status),
  ];
  return problems.sort((a, b) => Number(b.severity === "failed") - Number(a.severity === "failed"));
}

function engineProblems({ engine }: StatusResponse): Problem[] {
  if (engine.state === "up") return [];
  return [
    {
      severity: "failed",
      title: "The engine is down",
      detail: `${sentence(engine.lastError ?? "It gave no reason")} Nothing can be read. What arrives is kept in the spool until that is full.`,
      action:
        engine.kind === "cluster"
          ? "Check that the ClickHouse servers run and that this machine reaches them; the spool is stored by itself when they are back."
          : "Look at the server's log. A restart opens the data folder anew and stores the spool; nothing acknowledged is lost.",
    },
  ];
}

const sentence = (text: string) => (/[.!?]$/.test(text.trim()) ? text.trim() : `${text.trim()}.`);

function ledgerProblems({ ledger }: StatusResponse, verdicts: LedgerVerdicts): Problem[] {
  return Object.entries(ledger).flatMap(([signal, counts]): Problem[] => {
    if (verdicts[signal] !== "off") return [];
    const difference = ledgerDifference(counts);
    return [
      {
        severity: "failed",
        title:
          difference > 0
            ? `${formatCount(difference)} ${signal} are missing`
            : `${formatCount(-difference)} ${signal} too many are stored`,
        detail: `Received is not stored + refused + spooled: off by ${formatCount(difference)}.`,
        action:
          "This is a fault of Sightglass, or the data folder was changed from outside. Keep the data folder, and report it with the server's log.",
      },
    ];
  });
}

function spoolProblems({ spool }: StatusResponse): Problem[] {
  const problems: Problem[] = [];
  if (spool.state === "full") {
    problems.push({
      severity: "failed",
      title: "The spool is full: senders are refused",
      detail: `The store has not kept up; ${formatBytes(spool.bytes)} wait. Senders are told to try again later.`,
      action: "Find out why the store is slow (disk, memory, the engine's last error), or raise limits.spoolBytesMax.",
    });
  }
  if (spool.state === "read-only") {
    problems.push({
      severity: "failed",
      title: "The spool cannot be written: senders are refused",
      detail: "The data folder's disk is full or read-only. Nothing that was acknowledged is lost.",
      action: "Free space on that disk or make the folder writable; no restart is needed.",
    });
  }
  if (spool.quarantined > 0) {
    problems.push({
      severity: "failed",
      title: `${countOf(spool.quarantined, "segment is", "segments are")} set aside in quarantine`,
      detail: "The engine refuses their content, so they were put aside for the others to go on.",
      action: "See docs/guides/operations.md: they stay in the data folder until they are stored or removed by hand.",
    });
  }
  if (spool.state === "ok" && spool.bytes > spool.bytesMax * spoolFullnessWarn) {
    problems.push({
      severity: "warning",
      title: "The spool fills up",
      detail: `${formatBytes(spool.bytes)} of ${formatBytes(spool.bytesMax)} wait to be stored. When it is full, senders are refused.`,
      action: "Look at the engine and at the disk: inserts are slower than what arrives.",
    });
  } else if (spool.state === "ok" && spool.lagMs > spoolLagWarnMs) {
    problems.push({
      severity: "warning",
      title: `Storing is ${formatDuration(spool.lagMs)} behind`,
      detail: "What arrived since then cannot be searched yet. It is safe in the spool.",
      action: "Look at the engine and at the disk: inserts are slower than what arrives.",
    });
  }
  return problems;
}

function diskProblems({ storage, dataDir }: StatusResponse): Problem[] {
  if (storage.diskFreeBytes >= diskFreeWarnBytes) return [];
  const isFailed = storage.diskFreeBytes < diskFreeFailedBytes;
  return [
    {
      severity: isFailed ? "failed" : "warning",
      title: `${formatBytes(storage.diskFreeBytes)} left on the disk`,
      detail: isFailed ? "Too little to go on: senders are refused." : "When it runs out, senders are refused.",
      action: `Free space on the disk of ${dataDir}, or keep less: retention by age and by size is in the configuration.`,
    },
  ];
}

function receiverProblems({ receivers }: StatusResponse): Problem[] {
  return receivers.flatMap(({ protocol, requests, refused, refusals }): Problem[] => {
    if (refused === 0 || refused < requests * refusedShareWarn) return [];
    const [code] = Object.entries(refusals).sort(([, a], [, b]) => b - a)[0] ?? ["unknown"];
    return [
      {
        severity: "warning",
        title: `${protocol} refuses ${formatCount(refused)} of ${countOf(requests, "request")}`,
        detail: `Mostly ${code}: ${refusalWords[code]?.meaning ?? "see the server's log."}`,
        action: refusalWords[code]?.action ?? "See the server's log.",
      },
    ];
  });
}

function lagProblems({ fold, process }: StatusResponse): Problem[] {
  const problems: Problem[] = [];
  if (fold.lagMs > foldLagWarnMs) {
    problems.push({
      severity: "warning",
      title: `Runs are ${formatDuration(fold.lagMs)} behind`,
      detail: "Spans are stored, but the runs made of them are not up to date.",
      action: "If it does not pass, look at the server's log and at the load of the machine.",
    });
  }
  if (process.eventLoopLagMs > eventLoopLagWarnMs) {
    problems.push({
      severity: "warning",
      title: `The process stalls for ${formatDuration(process.eventLoopLagMs)}`,
      detail: "Everything it does waits for that long now and then.",
      action: "The machine has too few free processors for what it is sent, or it swaps.",
    });
  }
  return problems;
}

function cardinalityProblems({ cardinality: { seriesPerMetricMax, overflows } }: StatusResponse): Problem[] {
  return overflows
    .filter(({ series }) => series > 0)
    .map(({ metric, series, label, labelValues }) => ({
      severity: "warning",
      title: `${metric} has too many series`,
      detail: `${formatCount(series)} of today are beyond the limit of ${formatCount(seriesPerMetricMax)}, and are counted together.${
        label === ""
          ? ""
          : ` Most of them differ in the label ${label}, which has ${formatCount(labelValues)} values among them.`
      }`,
      action: `Take ${label === "" ? "the label that differs" : label} off at the sender or with metric_relabel_configs, or raise metrics.series_per_metric.`,
    }));
}

/** What a refusal by code means for the sender, and who can do what. The codes are those of model/errors.ts. */
export const refusalWords: Readonly<Record<string, { meaning: string; action: string }>> = {
  invalid_argument: {
    meaning: "the request could not be understood; sending it again will not help.",
    action: "Check the sender's exporter: it sends something that is not OTLP.",
  },
  unauthenticated: {
    meaning: "no token, or one that is not known.",
    action: "Set the sender's token: OTEL_EXPORTER_OTLP_HEADERS=authorization=Bearer …",
  },
  permission_denied: {
    meaning: "the token may not send data.",
    action: "Give the sender a token with the scope ingest.",
  },
  not_found: {
    meaning: "a path that does not exist.",
    action: "Check the sender's endpoint: OTLP/HTTP wants /v1/traces and /v1/logs.",
  },
  method_not_allowed: { meaning: "not a POST.", action: "Check the sender's endpoint." },
  unsupported_media_type: {
    meaning: "neither protobuf nor JSON, or an unknown compression.",
    action: "Use application/x-protobuf or application/json, plain or gzip.",
  },
  payload_too_large: {
    meaning: "over the size limit; it was dropped by the sender.",
    action: "Make the sender's batches smaller (OTEL_BSP_MAX_EXPORT_BATCH_SIZE), or raise the limit.",
  },
  not_implemented: {
    meaning: "a signal that this version does not take.",
    action: "Turn that exporter off in the sender, or update Sightglass.",
  },
  spool_full: {
    meaning: "the store was behind; the sender was told to try again.",
    action: "Find out why the store is slow; senders that try again lose nothing.",
  },
  spool_unwritable: {
    meaning: "the data folder could not be written; the sender was told to try again.",
    action: "Free space on the disk or make the data folder writable.",
  },
  unavailable: {
    meaning: "starting, stopping, or too many requests at once; the sender was told to try again.",
    action: "Nothing, when it was a restart; else send less at once.",
  },
};
