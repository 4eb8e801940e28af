import { spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { packedServer } from "./packed.ts";
import { freePorts, Server } from "./server.ts";

const started: Server[] = [];
const track = (server: Server) => {
  started.push(server);
  return server;
};

afterEach(async () => {
  await Promise.all(started.splice(0).map((server) => server.dispose()));
});

describe("sightglass serve", () => {
  it("answers on its ports, and ends with 0 on SIGINT and SIGTERM", async () => {
    for (const signal of ["SIGINT", "SIGTERM"] as const) {
      const server = track(await Server.start());
      const health = await server.get<{ status: string; parts: Record<string, { status: string }> }>("/health");
      expect(health.status).toBe("ok");
      expect(Object.keys(health.parts)).toEqual(expect.arrayContaining(["store", "spool"]));
      expect((await fetch(server.url)).headers.get("content-type")).toContain("text/html");
      expect(await server.stop(signal), server.output).toBe(0);
    }
  });

  it.each([
    ["page", "--listen"],
    ["grpc", "--otlp-grpc"],
    ["http", "--otlp-http"],
  ] as const)("says which port is taken and which flag moves it (%s)", async (which, flag) => {
    const ports = await freePorts();
    const squatter = createServer().listen(ports[which], "127.0.0.1");
    await once(squatter, "listening");
    try {
      const server = track(await Server.spawn({ ports }));
      expect(await server.exited()).toBe(69);
      expect(server.output).toContain(String(ports[which]));
      expect(server.output).toContain(flag);
    } finally {
      squatter.close();
    }
  });

  it("refuses a data folder that another server uses, and names it", async () => {
    const first = track(await Server.start());
    const second = track(await Server.spawn({ data: first.data }));
    expect(await second.exited()).toBe(73);
    expect(second.output).toContain(first.data);
    expect((await fetch(`${first.url}/health`)).ok).toBe(true);
  });

  it.skipIf(!existsSync("/proc/self"))("refuses a data folder that cannot be made (needs /proc)", async () => {
    const server = track(await Server.spawn({ data: "/proc/sightglass/data" }));
    expect(await server.exited()).toBe(73);
    expect(server.output).toContain("the data folder /proc/sightglass/data cannot be written");
    expect(server.output).toContain("--data");
  });

  it("says that an address is not of this machine", async () => {
    const server = track(await Server.spawn({ args: ["--listen", "192.0.2.1:4319", "--insecure"] }));
    expect(await server.exited()).toBe(78);
    expect(server.output).toContain("choose an address of this machine with --listen");
  });

  it("refuses to be reachable from elsewhere without a token", async () => {
    const server = track(await Server.spawn({ args: ["--listen", "0.0.0.0:0"] }));
    expect(await server.exited()).toBe(78);
    expect(server.output).toContain("--insecure");
  });
});

describe("the command line", () => {
  it.each([["bogus"], ["serve --bogus"], ["serve more"], ["run"], ["query"], ["check --bogus"]])(
    "says what is wrong with %j, and how to get help",
    (args) => {
      const { status, stderr } = spawnSync(process.execPath, [packedServer(), ...args.split(" ")], {
        encoding: "utf8",
      });
      expect(stderr).toMatch(/^error: .*\n\(add --help for the options and examples\)\n$/);
      expect(status).toBe(64);
    },
  );

  it.each([[[]], [["--json"]]])("checks a configuration with %j, and shows no secret", (flags) => {
    const folder = mkdtempSync(join(tmpdir(), "sightglass-check-"));
    const file = join(folder, "sightglass.yaml");
    writeFileSync(
      file,
      `store: {url: "http://u:hidden1@h:8123", password: hidden2}
scrape_configs:
  - {job_name: a, basic_auth: {username: u, password: hidden3}}
  - {job_name: b, authorization: {credentials: hidden4}, http_sd_configs: [{url: "http://u:hidden5@h/x"}]}
`,
    );
    try {
      const { status, stdout } = spawnSync(process.execPath, [packedServer(), "check", ...flags, file], {
        encoding: "utf8",
      });
      expect(status).toBe(0);
      expect(stdout).toContain("http://u:***@h:8123");
      expect(stdout).not.toContain("hidden");
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
