import { execFile, spawnSync } from "node:child_process";
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  type Certificates,
  hasOpenssl,
  makeCertificates,
} from "../../packages/server/src/listen/testing/certificates.ts";
import { Server, until } from "./server.ts";

const execute = promisify(execFile);
const hasCurl = spawnSync("curl", ["--version"]).status === 0;

/** What it printed, whatever its exit code. */
async function say(program: string, args: string[], environment: Record<string, string> = {}): Promise<string> {
  const running = execute(program, args, { env: { ...process.env, ...environment } });
  running.child.stdin?.end();
  try {
    const { stdout, stderr } = await running;
    return stdout + stderr;
  } catch (error) {
    const { stdout, stderr } = error as { stdout: string; stderr: string };
    return stdout + stderr;
  }
}

describe.skipIf(!hasOpenssl || !hasCurl)("TLS on every listener (needs openssl and curl)", () => {
  const folder = mkdtempSync(join(tmpdir(), "sightglass-tls-"));
  let files: Certificates;
  let other: Certificates;
  let server: Server;
  let page: string;
  let otlp: string;
  beforeAll(async () => {
    files = makeCertificates(join(folder, "one"));
    other = makeCertificates(join(folder, "other"));
    const config = join(folder, "sightglass.yaml");
    writeFileSync(
      config,
      "tls_server_config:\n  cert_file: one/server.pem\n  key_file: one/server.key\n  min_version: TLS13\n",
    );
    server = await Server.spawn({ args: ["--config", config] });
    page = `https://localhost:${server.ports.page}`;
    otlp = `https://localhost:${server.ports.http}`;
    await until(() => server.output.includes('"ready"'), { what: () => server.output });
  });
  afterAll(async () => {
    await server?.dispose();
    rmSync(folder, { recursive: true, force: true });
  });

  const curl = (ca: string, ...args: string[]) => execute("curl", ["-sS", "--fail-with-body", "--cacert", ca, ...args]);
  const spanNames = async () => {
    const { stdout } = await curl(files.ca, `${page}/api/traces?limit=50`);
    return stdout;
  };

  it("tells the page's address, and answers curl", async () => {
    expect(server.output).toContain(`"page":"https://127.0.0.1:${server.ports.page}"`);
    expect((await curl(files.ca, `${page}/health`)).stdout).toContain('"tls":{"status":"ok"}');
    await expect(curl(other.ca, `${page}/health`)).rejects.toThrow("certificate");
    await expect(curl(files.ca, `http://localhost:${server.ports.page}/health`)).rejects.toThrow();
    expect((await curl(files.ca, `${page}/metrics`)).stdout).toMatch(
      /^sightglass_tls_certificate_not_after_timestamp_seconds \d{10}$/m,
    );
  });

  it("takes spans of the official exporters and of the SDK, which know the authority by the standard variable", async () => {
    await execute(process.execPath, [join(import.meta.dirname, "tls-exporters.mjs")], {
      env: {
        ...process.env,
        OTEL_EXPORTER_OTLP_CERTIFICATE: files.ca,
        OTEL_EXPORTER_OTLP_ENDPOINT: otlp,
        GRPC_ENDPOINT: `https://localhost:${server.ports.grpc}`,
      },
    });
    await until(
      async () => {
        const names = await spanNames();
        return ["over grpc", "over json", "over protobuf", "over sdk"].every((name) => names.includes(name));
      },
      { what: () => `spans; the server said ${server.output}` },
    );
  });

  it("is spoken to by the command line", async () => {
    const program = (...args: string[]) =>
      say(process.execPath, [server.program, ...args], {
        OTEL_EXPORTER_OTLP_CERTIFICATE: files.ca,
        OTEL_EXPORTER_OTLP_ENDPOINT: otlp,
      });
    expect(await program("query", "vector(7)", "--url", page, "--ca-file", files.ca)).toBe("{} 7\n");
    expect(await program("query", "vector(7)", "--url", page)).toMatch(/certificate.*\n.*--ca-file/);
    expect(await program("run", "--pipeline", "over-tls", "--", process.execPath, "-e", "")).toBe("");
    await until(async () => (await spanNames()).includes("over-tls"), { what: () => server.output });
    expect(await program("check", join(folder, "sightglass.yaml"))).toContain("is right");
  });

  it("speaks h2 on the port of gRPC by ALPN, and no TLS below min_version", async () => {
    const connect = (port: number, ...args: string[]) =>
      say("openssl", ["s_client", "-connect", `127.0.0.1:${port}`, "-CAfile", files.ca, ...args]);
    const { grpc, http, page } = server.ports;
    expect(await connect(grpc, "-alpn", "h2,http/1.1")).toContain("ALPN protocol: h2");
    for (const port of [grpc, http, page]) {
      const today = await connect(port, "-tls1_3");
      expect(today).toContain("Verify return code: 0 (ok)");
      expect(today).toContain("New, TLSv1.3");
      expect(await connect(port, "-tls1_2")).toContain("alert protocol version");
    }
  });

  it("goes over to renewed files at a reload, and stays with the old ones when the new ones are broken", async () => {
    copyFileSync(other.cert, files.cert);
    const broken = await say("curl", ["-sS", "--cacert", files.ca, "-X", "POST", `${page}/-/reload`]);
    expect(broken).toContain("tls_server_config.key_file");
    expect(broken).toContain("is not the key of the certificate");
    expect(await say("curl", ["-sS", "--cacert", files.ca, `${page}/health`])).toContain("the certificate from before");
    copyFileSync(other.key, files.key);
    await curl(files.ca, "-X", "POST", `${page}/-/reload`);
    for (const port of [server.ports.page, server.ports.http, server.ports.grpc]) {
      const shown = await say("openssl", ["s_client", "-connect", `127.0.0.1:${port}`, "-CAfile", other.ca]);
      expect(shown).toContain("Verify return code: 0 (ok)");
    }
    expect(server.output).toContain("the certificate was renewed");
    expect(server.output).not.toContain(readFileSync(files.key, "utf8").slice(30, 80));
  });
});

it("a server whose configuration of TLS is wrong does not start, and says where", async () => {
  const folder = mkdtempSync(join(tmpdir(), "sightglass-tls-"));
  const config = join(folder, "sightglass.yaml");
  writeFileSync(config, "tls_server_config:\n  cert_file: a.pem\n  key_file: a.key\n  min_version: TLS10\n");
  const server = await Server.spawn({ args: ["--config", config] });
  try {
    expect(await server.exited()).toBe(78);
    expect(server.output).toContain(`${config}:4:16: tls_server_config.min_version: TLS10 is broken`);
  } finally {
    await server.dispose();
    rmSync(folder, { recursive: true, force: true });
  }
});
