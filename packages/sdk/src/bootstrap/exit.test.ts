import { describe, expect, it } from "vitest";
import { useReceiver, useWorkshop } from "../testing/hooks.ts";

/** Each way in which a process ends: nothing is lost, and it ends as it would without us. */
const workshop = useWorkshop();
const receiver = useReceiver();

const start = `
  import { bootstrap } from "@sightglass/sdk/bootstrap";
  import { pipeline } from "@sightglass/sdk";
  bootstrap({ service: "s", exitTimeoutMs: Number(process.env.EXIT_TIMEOUT_MS ?? 60_000) });
`;
const forever = "new Promise((resolve) => setTimeout(resolve, 60_000))";
const openRun = `
  const open = pipeline("open", (run) => run.stage("working", async (stage) => {
    stage.read(5);
    console.log("ready");
    await ${forever};
  }));
`;
const begin = (source: string, environment: Record<string, string> = {}) =>
  workshop.start("main.mjs", start + source, { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.endpoint, ...environment });
const run = (source: string, environment?: Record<string, string>) => begin(source, environment).ended;
/** So that only the limit of the process's end can end it. */
const neverTimesOut = { OTEL_EXPORTER_OTLP_TIMEOUT: "600000", EXIT_TIMEOUT_MS: "2000" };

describe("process.exit", () => {
  it("keeps its code and loses nothing", async () => {
    const result = await run(`await pipeline("done", () => {}); process.exit(7);`);
    expect(result).toMatchObject({ code: 7, stderr: "" });
    expect(receiver.span("done").statusCode).toBe(1);
  });

  it("ends open runs, which say so", async () => {
    const result = await run(`${openRun} setTimeout(() => process.exit(4), 50);`);
    expect(result.code).toBe(4);
    expect(receiver.span("open")).toMatchObject({
      statusCode: 2,
      statusMessage: "the process exited with code 4 before this ended",
    });
    expect(receiver.span("working").attributes["pipeline.records.read"]).toBe(5);
  });

  it("ends runs whose work can never finish", async () => {
    const result = await run(`await pipeline("stuck", () => new Promise(() => {}));`);
    // Node's own code for a top-level await that nothing can settle.
    expect(result.code).toBe(13);
    expect(receiver.span("stuck").statusCode).toBe(2);
  });
});

describe("errors that nobody catches", () => {
  it.each([
    ["an exception", `setTimeout(() => { throw new TypeError("boom"); }, 20);`],
    ["a rejection", `setTimeout(() => Promise.reject(new TypeError("boom")), 20);`],
  ])("%s ends open runs with it, and the process as always", async (_name, source) => {
    const result = await run(openRun + source);
    expect(result.code).toBe(1);
    expect(result.stderr).toContain("TypeError: boom");
    expect(receiver.span("open").events[0]?.attributes["exception.message"]).toBe("boom");
  });

  it("a pipeline that fails at the top is sent, and ends the process as always", async () => {
    const result = await run(`await pipeline("failing", () => { throw new Error("no rows"); });`);
    expect(result.code).toBe(1);
    expect(result.stderr).toContain("Error: no rows");
    expect(receiver.span("failing").statusMessage).toBe("no rows");
  });

  it("leaves the decision to a handler of the program", async () => {
    const result = await run(`
      process.on("uncaughtException", (error) => console.log("handled", error.message));
      await pipeline("goes on", async () => {
        setTimeout(() => { throw new Error("boom"); }, 1);
        await new Promise((resolve) => setTimeout(resolve, 50));
      });`);
    expect(result).toMatchObject({ code: 0, stdout: "handled boom\n" });
    expect(receiver.span("goes on").statusCode).toBe(1);
  });
});

describe("signals", () => {
  it.each(["SIGTERM", "SIGINT", "SIGHUP"] as const)("%s ends the process by that signal", async (signal) => {
    const program = begin(openRun);
    await program.printed("ready");
    program.child.kill(signal);
    expect(await program.ended).toMatchObject({ code: null, signal, stderr: "" });
    expect(receiver.span("open")).toMatchObject({
      statusCode: 2,
      statusMessage: `the process was ended by ${signal}`,
      attributes: { "pipeline.status": "cancelled" },
    });
    expect(receiver.span("working").attributes["pipeline.records.read"]).toBe(5);
  });

  it("leave a program's own handler in charge", async () => {
    const program = begin(`
      await pipeline("graceful", () => new Promise((resolve) => {
        const work = setInterval(() => {}, 1000);
        process.once("SIGTERM", () => setTimeout(() => { clearInterval(work); resolve(); }, 50));
        console.log("ready");
      }));
      process.exitCode = 9;`);
    await program.printed("ready");
    program.child.kill("SIGTERM");
    expect(await program.ended).toMatchObject({ code: 9, signal: null });
    expect(receiver.span("graceful").statusCode).toBe(1);
  });

  it("let a handler that exits at once keep its code", async () => {
    const program = begin(`process.on("SIGTERM", () => process.exit(5)); ${openRun}`);
    await program.printed("ready");
    program.child.kill("SIGTERM");
    expect(await program.ended).toMatchObject({ code: 5, signal: null });
    expect(receiver.span("open").statusMessage).toBe("the process exited with code 5 before this ended");
  });

  it("end the process within the limit when the server is silent", async () => {
    receiver.behaviour = () => true;
    const program = begin(openRun, neverTimesOut);
    await program.printed("ready");
    program.child.kill("SIGTERM");
    expect(await program.ended).toMatchObject({ signal: "SIGTERM" });
  });

  it("end the process at once the second time, whatever the limit", async () => {
    receiver.behaviour = () => true;
    const program = workshop.start(
      "patient.mjs",
      start.replace("{ service", "{ exitTimeoutMs: 600_000, service") + openRun,
      {
        OTEL_EXPORTER_OTLP_ENDPOINT: receiver.endpoint,
        ...neverTimesOut,
      },
    );
    await program.printed("ready");
    // Two that come before the process looks are one to it.
    const again = setInterval(() => program.child.kill("SIGTERM"), 100);
    expect(await program.ended).toMatchObject({ signal: "SIGTERM" });
    clearInterval(again);
  });
});

describe("the natural end", () => {
  it("is not delayed by timers or sockets of ours", async () => {
    const result = await run(`
      await pipeline("quick", () => {});
      console.log(process.getActiveResourcesInfo().filter((name) => /Timeout|TCP|Immediate/.test(name)).join());`);
    expect(result).toMatchObject({ code: 0, stdout: "\n" });
    expect(receiver.span("quick").statusCode).toBe(1);
  });

  it("waits no longer than the limit for a silent server", async () => {
    receiver.behaviour = () => true;
    const result = await run(`await pipeline("quick", () => {});`, neverTimesOut);
    expect(result.code).toBe(0);
  });
});
