import { parseArgs } from "node:util";

export interface DemoOptions {
  /** Folder of the demo's warehouse. */
  stateDir: string;
  /** OTLP over HTTP. */
  endpoint: string;
  /** Flight days that run one after the other at the start. */
  quickDays: number;
  /** Time between flight days after that. */
  paceMs: number;
  /** Ends after the quick days. */
  once: boolean;
}

export const usage = `node demo/dist/main.js [OPTIONS]

  --state DIR      folder of the demo's warehouse   (default .sightglass/demo)
  --endpoint URL   OTLP over HTTP                   (default OTEL_EXPORTER_OTLP_ENDPOINT, else http://127.0.0.1:4318)
  --days N         flight days run quickly at first (default 28)
  --pace SECONDS   time between flight days then    (default 15)
  --once           end after the quick days
`;

/** @throws Error for an unknown option or a bad number */
export function readOptions(args: readonly string[]): DemoOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      state: { type: "string", default: ".sightglass/demo" },
      endpoint: { type: "string", default: process.env.OTEL_EXPORTER_OTLP_ENDPOINT ?? "http://127.0.0.1:4318" },
      days: { type: "string", default: "28" },
      pace: { type: "string", default: "15" },
      once: { type: "boolean", default: false },
    },
  });
  return {
    stateDir: values.state,
    endpoint: values.endpoint,
    quickDays: count("--days", values.days),
    paceMs: count("--pace", values.pace) * 1000,
    once: values.once,
  };
}

function count(flag: string, text: string): number {
  const value = Number(text);
  if (Number.isFinite(value) && value >= 0) return value;
  throw new Error(`${flag} ${text}: expected a number of 0 or more`);
}
