import { parseDurationMs } from "@sightglass/promql";
import { Command } from "commander";
import { systemClock } from "../model/clock.ts";
import { SightglassError } from "../model/errors.ts";
import { reasonOf, sendWith } from "./client.ts";

interface QueryOptions {
  url: string;
  token?: string;
  caFile?: string;
  certFile?: string;
  keyFile?: string;
  time?: string;
  start?: string;
  end?: string;
  step: string;
  json?: boolean;
}

const examples = `
Examples:
  $ sightglass query 'sum by (pipeline) (increase(pipeline_runs_total[1d]))'
  $ sightglass query 'up' --time 2026-11-20T03:00:00Z --json
  $ sightglass query 'up' --url https://sightglass.example:4319 --ca-file ca.pem
  $ sightglass query 'rate(pipeline_records_total[5m])' --start -1h --step 1m

Times are RFC 3339, seconds since 1970, or so long ago: -15m.
Exit code: 0 answered, 64 the query is wrong, 65 it needs too much, 69 the server does not answer.`;

/** `sightglass query EXPR`: asks a running server in PromQL. */
export function queryCommand(): Command {
  return new Command("query")
    .description("ask a running server in PromQL, at a moment or over a range")
    .argument("<expr>", "the query")
    .option("--url <url>", "of the server", "http://127.0.0.1:4319")
    .option("--token <token>", "with the scope read (or SIGHTGLASS_TOKEN in the environment)")
    .option("--ca-file <file>", "who has signed the certificate of an https server, in PEM")
    .option("--cert-file <file>", "certificate of this client, where the server asks for one")
    .option("--key-file <file>", "its key")
    .option("--time <time>", "moment of an instant query; now unless told")
    .option("--start <time>", "makes it a range query from then on")
    .option("--end <time>", "of a range query; now unless told")
    .option("--step <duration>", "between the points of a range query", "1m")
    .option("--json", "print the answer of the server as it is")
    .addHelpText("after", examples)
    .action(async (expr: string, options: QueryOptions) => {
      const answer = await ask(expr, options);
      process.stdout.write(options.json === true ? `${JSON.stringify(answer.data)}\n` : textOf(answer.data));
      for (const note of [...(answer.warnings ?? []), ...(answer.infos ?? [])])
        process.stderr.write(`sightglass: ${note}\n`);
    });
}

type Point = [seconds: number, value: string];
type Metric = Record<string, string>;

interface Answer {
  status: "success" | "error";
  errorType?: string;
  error?: string;
  warnings?: string[];
  infos?: string[];
  data:
    | { resultType: "scalar"; result: Point }
    | { resultType: "string"; result: Point }
    | { resultType: "vector"; result: { metric: Metric; value?: Point; histogram?: [number, object] }[] }
    | { resultType: "matrix"; result: { metric: Metric; values?: Point[]; histograms?: [number, object][] }[] };
}

const codes: Record<string, "invalid_argument" | "query_too_large" | "query_timeout" | "unauthenticated"> = {
  bad_data: "invalid_argument",
  execution: "query_too_large",
  timeout: "query_timeout",
  canceled: "query_timeout",
  unauthorized: "unauthenticated",
  forbidden: "unauthenticated",
};

async function ask(expr: string, options: QueryOptions): Promise<Answer> {
  const { url, start, end, step, caFile, certFile, keyFile } = options;
  const token = options.token ?? process.env["SIGHTGLASS_TOKEN"];
  const fields: Record<string, string> =
    start === undefined
      ? { query: expr, time: timeOf("--time", options.time) }
      : { query: expr, start: timeOf("--start", start), end: timeOf("--end", end), step };
  const path = `${url.replace(/\/$/, "")}/api/v1/${start === undefined ? "query" : "query_range"}`;
  let response: Response;
  try {
    response = await sendWith({ ca: caFile, cert: certFile, key: keyFile })(path, {
      method: "POST",
      body: new URLSearchParams(fields).toString(),
      headers: {
        "content-type": "application/x-www-form-urlencoded",
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      },
    });
  } catch (cause) {
    const hint = url.startsWith("https:")
      ? "name who has signed its certificate with --ca-file, or the server with --url"
      : "start the server with `sightglass serve`, or name it with --url";
    throw new SightglassError("unavailable", `no answer from ${url}: ${reasonOf(cause)}`, { hint, cause });
  }
  return readAnswer(response, path);
}

/** @throws SightglassError when the server says that something is wrong, or is none of ours */
async function readAnswer(response: Response, path: string): Promise<Answer> {
  const text = await response.text();
  let answer: Partial<Answer>;
  try {
    answer = JSON.parse(text) as Partial<Answer>;
  } catch {
    throw new SightglassError("unavailable", `${path} answers ${response.status} and no JSON`, {
      hint: "is --url the address of a Sightglass or Prometheus server?",
    });
  }
  if (answer.status === "success" && answer.data !== undefined) return answer as Answer;
  if (response.status === 401 || response.status === 403)
    throw new SightglassError("unauthenticated", "the server wants a token with the scope read", {
      hint: "give it with --token, or as SIGHTGLASS_TOKEN",
    });
  throw new SightglassError(codes[answer.errorType ?? ""] ?? "unavailable", answer.error ?? text.slice(0, 500));
}

/** What the API takes as a time; `-15m` is so long before now. */
function timeOf(option: string, text: string | undefined): string {
  const nowMs = systemClock.nowMs();
  if (text === undefined || text === "now") return String(nowMs / 1000);
  if (!text.startsWith("-")) return text;
  const agoMs = parseDurationMs(text.slice(1));
  if (agoMs === undefined)
    throw new SightglassError("invalid_argument", `${option}: "${text}" is not a time`, {
      hint: "write 2026-11-20T03:00:00Z, 1795176000, or -15m for so long ago",
    });
  return String((nowMs - agoMs) / 1000);
}

/** One line for each value, the points of a series under its labels. */
function textOf(data: Answer["data"]): string {
  if (data.resultType !== "vector" && data.resultType !== "matrix") return `${data.result[1]}\n`;
  if (data.result.length === 0) return "(no series)\n";
  if (data.resultType === "vector")
    return data.result
      .map(({ metric, value, histogram }) => `${metricText(metric)} ${value?.[1] ?? JSON.stringify(histogram?.[1])}\n`)
      .join("");
  return data.result
    .map(({ metric, values = [], histograms = [] }) => {
      const lines = [
        ...values.map(([seconds, value]) => `  ${timeText(seconds)} ${value}\n`),
        ...histograms.map(([seconds, histogram]) => `  ${timeText(seconds)} ${JSON.stringify(histogram)}\n`),
      ];
      return `${metricText(metric)}\n${lines.join("")}`;
    })
    .join("");
}

const timeText = (seconds: number): string => new Date(seconds * 1000).toISOString();

function metricText({ __name__: name = "", ...labels }: Metric): string {
  const pairs = Object.entries(labels).map(([label, value]) => `${label}=${JSON.stringify(value)}`);
  return pairs.length === 0 && name !== "" ? name : `${name}{${pairs.join(", ")}}`;
}
