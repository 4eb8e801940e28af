import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { get as httpGet } from "node:http";
import { get as httpsGet } from "node:https";
import { createServer } from "node:net";
import { parseArgs } from "node:util";
import { build } from "./build.mjs";
import { fail, installIfNeeded, step } from "./install.mjs";

/** `npm start [-- --port N --data DIR --no-demo]`: install, build, serve, and a real pipeline on real data. */
const usage = `npm start [-- OPTIONS]

  --port N       page, queries and every other receiver   (SIGHTGLASS_PORT, default 4319)
  --otlp-grpc N  OTLP over gRPC                           (SIGHTGLASS_OTLP_GRPC_PORT, default 4317)
  --otlp-http N  OTLP over HTTP                           (SIGHTGLASS_OTLP_HTTP_PORT, default 4318)
  --data DIR     data folder                              (SIGHTGLASS_DATA, default .sightglass)
  --no-demo      do not run the demo pipeline             (SIGHTGLASS_NO_DEMO=1)
  --help
`;
const options = readOptions();
await requireFreePorts();
const children = [];
const preparing = new AbortController();
let stopping = false;
for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => void stop(0));
await installIfNeeded(preparing);
await build(preparing);

const program = "packages/server/bin/sightglass.cjs";
const scheme = hasTls() ? "https" : "http";
const address = `${scheme}://127.0.0.1:${options.port}`;
const server = start("server", program, [
  "serve",
  "--data",
  options.data,
  "--listen",
  `127.0.0.1:${options.port}`,
  "--otlp-grpc",
  `127.0.0.1:${options.otlpGrpcPort}`,
  "--otlp-http",
  `127.0.0.1:${options.otlpHttpPort}`,
]);
await ready();
if (options.demo) {
  start("demo", "demo/dist/main.js", [
    "--state",
    `${options.data}/demo`,
    "--endpoint",
    `${scheme}://127.0.0.1:${options.otlpHttpPort}`,
  ]);
}
process.stdout.write(`\n  Sightglass is at ${address}\n  Ctrl-C stops it.\n\n`);

function readOptions() {
  const env = process.env;
  let values;
  try {
    ({ values } = parseArgs({
      options: {
        port: { type: "string", default: env.SIGHTGLASS_PORT ?? "4319" },
        "otlp-grpc": { type: "string", default: env.SIGHTGLASS_OTLP_GRPC_PORT ?? "4317" },
        "otlp-http": { type: "string", default: env.SIGHTGLASS_OTLP_HTTP_PORT ?? "4318" },
        data: { type: "string", default: env.SIGHTGLASS_DATA ?? ".sightglass" },
        "no-demo": { type: "boolean", default: env.SIGHTGLASS_NO_DEMO === "1" },
        help: { type: "boolean", default: false },
      },
    }));
  } catch (error) {
    fail(`${error.message}\n\n${usage}`, 2);
  }
  if (values.help) {
    process.stdout.write(usage);
    process.exit(0);
  }
  const port = (flag) => {
    const value = Number(values[flag]);
    if (!Number.isInteger(value) || value < 1 || value > 65_535) {
      fail(`--${flag} ${values[flag]}: expected a number from 1 to 65535`, 2);
    }
    return value;
  };
  return {
    port: port("port"),
    otlpGrpcPort: port("otlp-grpc"),
    otlpHttpPort: port("otlp-http"),
    data: values.data,
    demo: !values["no-demo"],
  };
}

/** Before anything is installed or built, and before another server on the port could be taken for ours. */
async function requireFreePorts() {
  for (const [flag, port] of [
    ["port", options.port],
    ["otlp-grpc", options.otlpGrpcPort],
    ["otlp-http", options.otlpHttpPort],
  ]) {
    const probe = createServer();
    try {
      await once(probe.listen(port, "127.0.0.1"), "listening");
      probe.close();
      await once(probe, "close");
    } catch (error) {
      const why = error.code === "EADDRINUSE" ? "is already in use" : `cannot be used (${error.code})`;
      fail(`Port ${port} ${why}: stop the other program, or choose another port with npm start -- --${flag} N`, 69);
    }
  }
}

/** Whether the sightglass.yaml that the server will read says so; what is wrong in it the server tells itself. */
function hasTls() {
  if (!existsSync("sightglass.yaml")) return false;
  try {
    const read = execFileSync(process.execPath, [program, "check", "--json"], { stdio: ["ignore", "pipe", "ignore"] });
    return JSON.parse(read).tls_server_config !== undefined;
  } catch {
    return false;
  }
}

/** The certificate need not be for 127.0.0.1: it is our own server that is asked. */
function isReady() {
  return new Promise((resolve) => {
    const get = scheme === "https" ? httpsGet : httpGet;
    const request = get(`${address}/health/ready`, { rejectUnauthorized: false }, (answer) => {
      answer.resume();
      resolve(answer.statusCode === 200);
    });
    request.once("error", () => resolve(false));
  });
}

function start(name, script, args) {
  // In its own process group, so that Ctrl-C reaches it through us, in order, and once.
  const child = spawn(process.execPath, [script, ...args], { stdio: "inherit", detached: true });
  children.push(child);
  child.once("exit", (code, signal) => {
    if (stopping) return;
    process.stderr.write(`The ${name} ended with ${signal ?? `exit code ${code}`}.\n`);
    // What the demo has shown stays worth looking at.
    if (name === "server") void stop(code || 1);
  });
  return child;
}

async function ready() {
  step("Starting the server");
  for (let attempt = 0; attempt < 600; attempt++) {
    if (server.exitCode !== null) return new Promise(() => {});
    if (await isReady()) return undefined;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  process.stderr.write(`The server did not become ready within 60 s; its log is above.\n`);
  return stop(1);
}

/** Stops what was started, last first: the demo must be able to flush to the server. */
async function stop(code) {
  if (stopping) return;
  stopping = true;
  preparing.abort();
  for (const child of children.toReversed()) {
    if (child.exitCode !== null || child.signalCode !== null) continue;
    const ended = new Promise((resolve) => child.once("exit", resolve));
    child.kill("SIGTERM");
    const kill = setTimeout(() => child.kill("SIGKILL"), 15_000);
    await ended;
    clearTimeout(kill);
  }
  process.exit(code);
}
