import { Command } from "commander";
import type { ConfigFlags } from "../config/load.ts";
import type { Server } from "../main.ts";
import { readConfig } from "./read-config.ts";

interface ServeOptions {
  config?: string;
  data?: string;
  listen?: string;
  otlpGrpc?: string;
  otlpHttp?: string;
  insecure?: boolean;
}

/** `sightglass serve`: runs until SIGINT or SIGTERM; a second one ends it at once. SIGHUP reads the configuration again. */
export function serveCommand(): Command {
  return new Command("serve")
    .description("start the server")
    .option("--data <dir>", "folder of the embedded engine and the spool")
    .option("--listen <host:port>", "page, queries and every other receiver (default 127.0.0.1:4319)")
    .option("--otlp-grpc <host:port>", "OTLP over gRPC (default 127.0.0.1:4317)")
    .option("--otlp-http <host:port>", "OTLP over HTTP (default 127.0.0.1:4318)")
    .option("--config <file>", "configuration (default sightglass.yaml, if it is there)")
    .option("--insecure", "allow addresses beyond loopback without a token")
    .addHelpText(
      "after",
      "\nExamples:\n  $ sightglass serve\n  $ sightglass serve --data /var/lib/sightglass --listen 127.0.0.1:8080\n  $ sightglass serve --config sightglass.yaml",
    )
    .action(async (options: ServeOptions) => {
      const reread = () => readConfig(options.config, flagsOf(options));
      const config = reread();
      const stopped = nextSignal();
      // Loaded here, so that the other commands do not carry the engine: it is 160 MB of memory.
      const { createServer } = await import("../main.ts");
      const server = createServer(config, { reread });
      await server.start();
      process.on("SIGHUP", () => void reload(server));
      await stopped;
      await server.stop();
    });
}

/** On SIGHUP, as Prometheus does: with a fault in the file, everything stays as it is. */
async function reload(server: Server): Promise<void> {
  try {
    const waiting = await server.reload();
    if (waiting.length > 0) process.stderr.write(`these settings wait for the next start: ${waiting.join(", ")}\n`);
  } catch (error) {
    process.stderr.write(`the configuration was not read again: ${(error as Error).message}\n`);
  }
}

function flagsOf(options: ServeOptions): ConfigFlags {
  const flags: ConfigFlags = {};
  if (options.data !== undefined) flags.data = options.data;
  if (options.listen !== undefined) flags.listen = options.listen;
  if (options.otlpGrpc !== undefined) flags.otlp_grpc = options.otlpGrpc;
  if (options.otlpHttp !== undefined) flags.otlp_http = options.otlpHttp;
  if (options.insecure !== undefined) flags.insecure = options.insecure;
  return flags;
}

function nextSignal(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM"] as const) {
      process.once(signal, () => {
        process.once(signal, () => process.exit(130));
        resolve();
      });
    }
  });
}
