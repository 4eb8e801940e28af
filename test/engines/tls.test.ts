import { execFile, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  type Certificates,
  hasOpenssl,
  makeCertificates,
} from "../../packages/server/src/listen/testing/certificates.ts";
import { Server, until } from "../app/server.ts";
import { isInstalled } from "./command.ts";

const execute = promisify(execFile);
const python = process.env.SIGHTGLASS_TEST_PYTHON ?? "python3";
const hasPython =
  spawnSync(python, ["-c", "import opentelemetry.exporter.otlp.proto.grpc, opentelemetry.exporter.otlp.proto.http"])
    .status === 0;

describe.skipIf(!hasOpenssl || !isInstalled("promtool"))("TLS (needs openssl and promtool)", () => {
  const folder = mkdtempSync(join(tmpdir(), "sightglass-tls-"));
  let files: Certificates;
  let server: Server;
  beforeAll(async () => {
    files = makeCertificates(folder);
    const config = join(folder, "sightglass.yaml");
    const asked = { client_auth_type: "VerifyClientCertIfGiven", client_ca_file: files.ca };
    writeFileSync(
      config,
      JSON.stringify({ tls_server_config: { cert_file: files.cert, key_file: files.key, ...asked } }),
    );
    server = await Server.spawn({ args: ["--config", config] });
    await until(() => server.output.includes('"ready"'), { what: () => server.output });
  });
  afterAll(async () => {
    await server?.dispose();
    rmSync(folder, { recursive: true, force: true });
  });

  const ask = async (query: string) => {
    const url = `https://localhost:${server.ports.page}`;
    const { stdout } = await execute("promtool", ["query", "instant", url, query], {
      env: { ...process.env, SSL_CERT_FILE: files.ca },
    });
    return stdout;
  };

  it("is asked by promtool", async () => {
    expect(await ask("vector(7)")).toMatch(/^\{\} => 7 @/);
  });

  it.skipIf(!hasPython).each(["grpc", "http"] as const)(
    "takes spans of Python's exporter over %s, with a certificate of the client (needs opentelemetry-exporter-otlp)",
    async (protocol) => {
      const { stdout } = await execute(
        python,
        [join(import.meta.dirname, "send.py"), protocol, `https://localhost:${server.ports[protocol]}`],
        {
          env: {
            ...process.env,
            OTEL_EXPORTER_OTLP_CERTIFICATE: files.ca,
            OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE: files.clientCert,
            OTEL_EXPORTER_OTLP_CLIENT_KEY: files.clientKey,
            // Where the machine has it, Python's requests lets it win over what the exporter says.
            REQUESTS_CA_BUNDLE: files.ca,
          },
        },
      );
      const [{ traceId }] = JSON.parse(stdout) as [{ traceId: string }];
      const find = ["-sS", "--cacert", files.ca, `https://localhost:${server.ports.page}/api/traces/${traceId}`];
      await until(async () => (await execute("curl", find)).stdout.includes('"parent"'), {
        what: () => `${traceId}: ${server.output}`,
      });
    },
  );
});
