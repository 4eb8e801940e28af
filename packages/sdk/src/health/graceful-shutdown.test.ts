import { describe, expect, it } from "vitest";
import { useReceiver, useWorkshop } from "../testing/hooks.ts";
import { type Program } from "../testing/program.ts";

/** Processes that are told to end. */
const workshop = useWorkshop();
const receiver = useReceiver();

/** A delay that is over when the process gets SIGUSR2. */
const delayMs = 600_000;

/** A service with a run under way, which its worker's step waits for. */
const service = (shutdownOptions: string) => `
  const { setTimeout } = globalThis;
  globalThis.setTimeout = (run, ms, ...args) =>
    ms === ${delayMs} ? process.once("SIGUSR2", run) : setTimeout(run, ms, ...args);
  import { bootstrap } from "@sightglass/sdk/bootstrap";
  import { gracefulShutdown, health } from "@sightglass/sdk/health";
  import { pipeline } from "@sightglass/sdk";
  bootstrap({ service: "s" });
  const checked = health();
  const server = await checked.listen();
  let finish;
  const working = pipeline("work", () => new Promise((resolve) => (finish = resolve)));
  gracefulShutdown(
    checked,
    [
      () => { console.log("worker"); finish(); return working; },
      () => { throw new Error("no pool"); },
      () => { console.log("server"); return server.close(); },
      ...(process.env.HANGS ? [() => new Promise(() => {})] : []),
    ],
    ${shutdownOptions},
  );
  setInterval(() => {}, 1000);
  console.log("port", server.port, ".");`;

let count = 0;
async function started(shutdownOptions: string, environment = {}): Promise<{ program: Program; url: string }> {
  const program = workshop.start(`service-${(count += 1)}.mjs`, service(shutdownOptions), {
    OTEL_EXPORTER_OTLP_ENDPOINT: receiver.endpoint,
    ...environment,
  });
  await program.printed(".");
  return { program, url: `http://127.0.0.1:${/port (\d+)/.exec(program.stdout)?.[1]}/health` };
}

const statusOf = async (url: string) => (await fetch(url)).status;

describe("a graceful shutdown", () => {
  it.each(["SIGTERM", "SIGINT"] as const)("by %s: first not ready, then the steps, then the signal", async (signal) => {
    const { program, url } = await started(`{ delayMs: ${delayMs} }`);
    expect(await statusOf(`${url}/ready`)).toBe(200);
    program.child.kill(signal);
    while ((await statusOf(`${url}/ready`)) !== 503) await new Promise((resolve) => void setTimeout(resolve, 5));
    expect(await statusOf(`${url}/live`)).toBe(200);
    expect(await (await fetch(url)).json()).toMatchObject({ parts: { shutdown: { reason: signal } } });
    program.child.kill("SIGUSR2");
    expect(await program.ended).toMatchObject({ code: null, signal });
    expect(program.stdout).toMatch(/^port \d+ \.\nworker\nserver\n$/);
    // The run that was under way ended well, and was sent.
    expect(receiver.span("work").statusCode).toBe(1);
  });

  it("ends all the same when a step never ends", async () => {
    const { program } = await started("{ delayMs: 0, timeoutMs: 200 }", { HANGS: "1" });
    program.child.kill("SIGTERM");
    expect(await program.ended).toMatchObject({ code: null, signal: "SIGTERM" });
    expect(program.stdout).toContain("server");
  });

  it("ends at once when it is told twice", async () => {
    const { program, url } = await started(`{ delayMs: ${delayMs} }`);
    program.child.kill("SIGTERM");
    while ((await statusOf(`${url}/ready`)) !== 503) await new Promise((resolve) => void setTimeout(resolve, 5));
    program.child.kill("SIGTERM");
    expect(await program.ended).toMatchObject({ code: null, signal: "SIGTERM" });
    expect(program.stdout).not.toContain("worker");
  });
});
