import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Server, until } from "./server.ts";

const secrets = { email: "ann.secret@example.com", card: "4111 1111 1111 1111", password: "hunter2-hunter2" };
let sent = 0;

/** Personal data that programs without the SDK send. */
describe("redaction before the disk", () => {
  const folder = mkdtempSync(join(tmpdir(), "sightglass-redaction-"));
  const config = join(folder, "sightglass.yaml");
  let server: Server;
  beforeAll(async () => {
    writeFileSync(config, "redaction:\n  blocked_values: ['KD-[0-9]+']\n");
    server = await Server.start({ args: ["--config", config] });
  });
  afterAll(async () => {
    await server?.dispose();
    rmSync(folder, { recursive: true, force: true });
  });

  /** @returns the trace as the page's API has it */
  const send = async (attributes: Record<string, string>) => {
    const traceId = (++sent).toString(16).padStart(32, "0");
    const span = {
      traceId,
      spanId: "eee19b7ec3c1b174",
      name: "load",
      attributes: Object.entries(attributes).map(([key, stringValue]) => ({ key, value: { stringValue } })),
    };
    const answer = await fetch(`${server.otlpHttp}/v1/traces`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans: [span] }] }] }),
    });
    expect(answer.status).toBe(200);
    let trace = "";
    await until(
      async () => {
        const found = await fetch(`${server.url}/api/traces/${traceId}`);
        trace = await found.text();
        return found.ok;
      },
      { what: () => server.output },
    );
    return trace;
  };
  const reload = () => fetch(`${server.url}/-/reload`, { method: "POST" });
  const metrics = async () => (await fetch(`${server.url}/metrics`)).text();

  it("leaves markers, counts what there was, and writes none of it anywhere", async () => {
    const trace = await send({
      note: `to ${secrets.email} with ${secrets.card} of KD-7`,
      db_password: secrets.password,
      "server.address": "203.0.113.7",
    });
    expect(trace).toContain("to [email] with [card] of [redacted]");
    expect(trace).toContain("203.0.113.7");
    for (const secret of Object.values(secrets)) {
      expect(trace).not.toContain(secret);
      expect(server.output).not.toContain(secret);
    }
    const text = await metrics();
    for (const kind of ["email", "card", "name", "blocked_value"])
      expect(text).toContain(`sightglass_redacted_values_total{kind="${kind}"} 1\n`);
    await server.stop();
    const [email = ""] = Object.values(secrets);
    const files = ["-r", "-l", "-a", "-F", "-e", email, "-e", secrets.password, server.data];
    expect(() => execFileSync("grep", files, { stdio: "pipe" })).toThrow(expect.objectContaining({ status: 1 }));
    server = await Server.start({ args: ["--config", config], data: server.data });
  });

  it("follows a reload, and a fault in its expressions has a place", async () => {
    writeFileSync(config, "redaction:\n  patterns: [ip]\n  blocked_values: ['(']\n");
    const refused = await (await reload()).text();
    expect(refused).toContain(`${config}:3:20: redaction.blocked_values.0: `);
    writeFileSync(config, "redaction:\n  patterns: [ip]\n  keys: [customer_no]\n");
    expect((await reload()).status).toBe(200);
    expect(await send({ note: `${secrets.email} at 203.0.113.7`, customerNo: "12" })).toMatch(
      /(?=.*ann\.secret@example\.com at \[ip\])(?=.*\[redacted\])/,
    );
    writeFileSync(config, "redaction:\n  enabled: false\n");
    expect((await reload()).status).toBe(200);
    expect(await send({ db_password: secrets.password })).toContain(secrets.password);
  });
});
