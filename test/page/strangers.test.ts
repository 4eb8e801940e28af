import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage, request, type Server as HttpServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Server, until } from "../app/server.ts";
import { launchBrowser, noChromium, skipReason } from "./browser.ts";

const span = { traceId: "5b8efff798038103d269b633813fc60c", spanId: "eee19b7ec3c1b174", name: "sent" };
const spans = JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans: [span] }] }] });

/** What the sites of others can have a browser do to a server on loopback that asks for no token. */
describe("pages of strangers", () => {
  const folder = mkdtempSync(join(tmpdir(), "sightglass-strangers-"));
  const config = join(folder, "sightglass.yaml");
  let server: Server;
  /** The stranger's site: pages without anything on them, from which tests send. */
  let site: HttpServer;
  let sitePort: number;
  beforeAll(async () => {
    site = createServer((_request, response) => {
      response.writeHead(200, { "content-type": "text/html" }).end("<title>a stranger</title>");
    }).listen(0, "127.0.0.1");
    await once(site, "listening");
    ({ port: sitePort } = site.address() as AddressInfo);
    writeFileSync(config, JSON.stringify({ cors: { origins: [`http://app.example:${sitePort}`] } }));
    server = await Server.start({ args: ["--config", config] });
  });
  afterAll(async () => {
    await server?.dispose();
    site?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const ask = async (port: number, path: string, headers: Record<string, string>, method = "GET") => {
    const body = method === "POST" ? (path.startsWith("/v1/") ? spans : "a 1\n") : "";
    const sent = request({ host: "127.0.0.1", port, path, method, headers, agent: false });
    sent.end(body);
    const [response] = (await once(sent, "response")) as [IncomingMessage];
    let text = "";
    for await (const chunk of response) text += String(chunk);
    return { status: response.statusCode, text };
  };
  const json = { "content-type": "application/json" };

  it.each<["page" | "http", string, string]>([
    ["page", "GET", "/"],
    ["page", "GET", "/api/status"],
    ["page", "GET", "/api/live"],
    ["page", "GET", "/api/v1/query?query=up"],
    ["page", "GET", "/metrics"],
    ["page", "GET", "/api/v1/metrics"],
    ["page", "GET", "/jaeger/api/services"],
    ["page", "POST", "/-/reload"],
    ["page", "POST", "/metrics/job/a"],
    ["page", "POST", "/api/v1/write"],
    ["page", "POST", "/v1/traces"],
    ["http", "POST", "/v1/traces"],
  ])("on %s, %s %s is refused for a name that is not the server's", async (port, method, path) => {
    const { status, text } = await ask(server.ports[port], path, { ...json, host: "evil.example" }, method);
    expect({ status, text }).toEqual({ status: 403, text: expect.stringContaining("allowed_hosts") });
  });

  it.each(["/health", "/health/live", "/health/ready", "/-/healthy", "/-/ready"])(
    "%s answers orchestrators by any name",
    async (path) => {
      expect((await ask(server.ports.page, path, { host: "pod-7.sightglass.svc" })).status).toBe(200);
    },
  );

  it("may not post where programs may", async () => {
    const evil = { origin: "https://evil.example", "sec-fetch-site": "cross-site" };
    for (const [port, path] of [
      [server.ports.page, "/-/reload"],
      [server.ports.page, "/metrics/job/a"],
      [server.ports.page, "/api/v1/write"],
      [server.ports.page, "/api/v1/query"],
      [server.ports.page, "/v1/traces"],
      [server.ports.http, "/v1/traces"],
    ] as const) {
      expect((await ask(port, path, { ...json, ...evil }, "POST")).status, path).toBe(403);
    }
    expect((await ask(server.ports.page, "/-/reload", {}, "POST")).status).toBe(200);
    expect((await ask(server.ports.page, "/metrics/job/a", {}, "POST")).status).toBe(200);
  });

  describe.skipIf(noChromium)(`in a real browser${skipReason}`, () => {
    let browser: Browser;
    beforeAll(async () => {
      // The stranger's DNS has turned to this machine.
      browser = await launchBrowser("MAP *.example 127.0.0.1");
    });
    afterAll(() => browser?.close());

    it("read nothing by DNS rebinding", async () => {
      const page = await browser.newPage();
      const answer = await page.goto(`http://evil.example:${server.ports.page}/api/status`);
      expect(answer?.status()).toBe(403);
      await page.close();
    });

    it("change nothing across sites, and configured ones send spans, by sendBeacon too", async () => {
      const before = (await server.get<{ receivers: { refusals: object }[] }>("/api/status")).receivers;
      const evil = await browser.newPage();
      await evil.goto(`http://evil.example:${sitePort}/`);
      const { page: port, http } = server.ports;
      await evil.evaluate(async (port) => {
        const at = `http://127.0.0.1:${port}`;
        // The browser sends these without asking, and hides the answer.
        await fetch(`${at}/metrics/job/evil`, { method: "POST", mode: "no-cors", body: "evil 1\n" });
        await fetch(`${at}/-/reload`, { method: "POST", mode: "no-cors" });
      }, port);
      expect((await ask(port, "/api/v1/metrics", {})).text).not.toContain("evil");
      const after = (await server.get<{ receivers: { refusals: object }[] }>("/api/status")).receivers;
      expect(after).not.toEqual(before);
      await evil.close();

      const app = await browser.newPage();
      await app.goto(`http://app.example:${sitePort}/`);
      const sent = await app.evaluate(
        async ({ port, spans }) => {
          const url = `http://127.0.0.1:${port}/v1/traces`;
          const beacon = new Blob([spans.replace("eee19b7ec3c1b174", "eee19b7ec3c1b175")], {
            type: "application/json",
          });
          return {
            beacon: navigator.sendBeacon(url, beacon),
            status: (await fetch(url, { method: "POST", body: spans, headers: { "content-type": "application/json" } }))
              .status,
          };
        },
        { port: http, spans },
      );
      expect(sent).toEqual({ beacon: true, status: 200 });
      await until(
        async () => {
          const { text } = await ask(port, `/api/traces/${span.traceId}`, {});
          return text.includes("eee19b7ec3c1b174") && text.includes("eee19b7ec3c1b175");
        },
        { what: () => server.output },
      );
      await app.close();
    });
  });

  it("are let in by a name that is configured, and Host means nothing where tokens are", async () => {
    const host = "sight.example";
    writeFileSync(config, JSON.stringify({ allowed_hosts: [host] }));
    expect((await ask(server.ports.page, "/-/reload", {}, "POST")).status).toBe(200);
    expect((await ask(server.ports.page, "/api/status", { host })).status).toBe(200);
    const sha256 = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";
    writeFileSync(config, JSON.stringify({ auth: { tokens: [{ name: "a", scopes: ["admin"], sha256 }] } }));
    expect((await ask(server.ports.page, "/-/reload", {}, "POST")).status).toBe(200);
    expect((await ask(server.ports.page, "/api/status", { host })).status).toBe(401);
    expect((await ask(server.ports.page, "/api/status", { host, authorization: "Bearer test" })).status).toBe(200);
  });
});
