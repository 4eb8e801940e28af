import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { useReceiver, useWorkshop } from "../../testing/hooks.ts";

/** The packed package: what one process could not send, the next one sends. */
const workshop = useWorkshop();
const receiver = useReceiver();
const folder = join(workshop.folder, "spool");
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const start = `
  import { bootstrap } from "@sightglass/sdk/bootstrap";
  import { pipeline } from "@sightglass/sdk";
  const telemetry = bootstrap({ service: "s", exitTimeoutMs: 60_000 });
`;
const nobody = "http://127.0.0.1:1";
const run = (source: string, endpoint = receiver.endpoint, file = "main.mjs") =>
  workshop.run(file, start + source, { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint, SIGHTGLASS_SPOOL: folder });
const files = () => (existsSync(folder) ? readdirSync(folder) : []);
const names = () => receiver.spans.map((span) => span.name);

const done = `await pipeline("done", { partition: "2001-01-13" }, () => {});`;
const ends: [string, string][] = [
  ["ends by itself", done],
  ["exits", `${done} process.exit(0);`],
  ["shuts down", `${done} await telemetry.shutdown(200);`],
  ["throws", `${done} setTimeout(() => { throw new Error("uncaught"); }, 1);`],
  [
    "is ended by a signal",
    `${done} process.kill(process.pid, "SIGTERM"); await new Promise((resolve) => setTimeout(resolve, 60_000));`,
  ],
];

describe("a process without a server that", () => {
  it.each(ends)("%s leaves what it had to say to the next one", async (_how, source) => {
    const { stderr } = await run(source, nobody);
    expect(stderr.split("\n").filter((line) => line.startsWith("sightglass"))).toHaveLength(1);
    expect(files().length).toBeGreaterThan(0);
    const next = await run("");
    expect(next).toMatchObject({ code: 0, stderr: "" });
    expect(files()).toEqual([]);
    expect(receiver.span("done").attributes["pipeline.partition.key"]).toBe("2001-01-13");
    expect(receiver.logs.map((log) => log.eventName)).toEqual(["pipeline.run.start"]);
  });

  it("cannot write to the folder says so, and ends as it would", async () => {
    writeFileSync(folder, "a file");
    const result = await run(done, nobody);
    expect(result).toMatchObject({ code: 0, stdout: "" });
    expect(result.stderr).toMatch(/requests are lost \(ENOTDIR|requests are lost \(EEXIST/);
    expect(result.stderr.split("\n").filter((line) => line !== "")).toHaveLength(2);
  });
});

describe("a folder that several share", () => {
  it("loses nothing and sends nothing twice", async () => {
    const each = [0, 1, 2, 3];
    await Promise.all(each.map((i) => run(`await pipeline("p${i}", () => {});`, nobody, `lost${i}.mjs`)));
    expect(names()).toEqual([]);
    await Promise.all(each.map((i) => run("", receiver.endpoint, `next${i}.mjs`)));
    expect(names().toSorted()).toEqual(each.map((i) => `p${i}`));
    expect(files()).toEqual([]);
  });

  it("is not harmed by what a killed process has half written, nor by damage", async () => {
    await run(done, nobody);
    const [whole] = files().filter((name) => name.includes(".traces."));
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, `${whole}.partial`), "half");
    writeFileSync(join(folder, (whole ?? "").replace(/^\d/, "1")), "garbage");
    const { code, stderr } = await run("");
    expect([code, names()]).toEqual([0, ["done"]]);
    expect(stderr).toMatch(/^sightglass: .*it is set aside as \.corrupt\n$/);
  });

  it("is left alone while the server is away", async () => {
    await run(done, nobody);
    const before = files().length;
    await run("", nobody);
    expect(files()).toHaveLength(before);
  });
});
