import { execFileSync, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TLSSocket } from "node:tls";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { systemClock } from "../../model/clock.ts";
import { HttpClient } from "./http-client.ts";
import type { TlsSettings } from "./job.ts";

const hasOpenssl = spawnSync("openssl", ["version"]).status === 0;

describe.skipIf(!hasOpenssl)("HTTPS (needs openssl)", () => {
  let folder: string;
  let server: Server;
  let port: number;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "sightglass-tls-"));
    const files = ["-keyout", join(folder, "key.pem"), "-out", join(folder, "cert.pem")];
    const subject = ["-subj", "/CN=target.test", "-addext", "subjectAltName=DNS:target.test"];
    execFileSync("openssl", ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", ...files, ...subject], {
      stdio: "ignore",
    });
    const [key, cert] = ["key.pem", "cert.pem"].map((name) => readFileSync(join(folder, name)));
    server = createServer({ key, cert, ca: cert, requestCert: true, rejectUnauthorized: false }, (request, response) =>
      response.end((request.socket as TLSSocket).authorized ? "known" : "anonymous"),
    ).listen(0, "127.0.0.1");
    await once(server, "listening");
    ({ port } = server.address() as AddressInfo);
  });
  afterAll(() => {
    server?.closeAllConnections();
    server?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const get = async (tls: Partial<TlsSettings>) => {
    const settings = { tls: { insecureSkipVerify: false, ...tls }, followRedirects: true, headers: {} };
    const client = new HttpClient(settings, systemClock);
    try {
      const url = `https://127.0.0.1:${port}/`;
      const { body } = await client.get({ url, headers: {}, timeoutMs: 5000, bodyBytesMax: 1000 });
      return body.toString();
    } finally {
      client.close();
    }
  };
  const caFile = () => join(folder, "cert.pem");

  it("refuses a certificate of nobody known", () => expect(get({})).rejects.toThrow(/self.signed certificate/));
  it("refuses one for another name", () =>
    expect(get({ caFile: caFile() })).rejects.toThrow(/does not match certificate/));
  it("takes one that ca_file and server_name vouch for", () =>
    expect(get({ caFile: caFile(), serverName: "target.test" })).resolves.toBe("anonymous"));
  it("takes any with insecure_skip_verify", () => expect(get({ insecureSkipVerify: true })).resolves.toBe("anonymous"));
  it("shows its own certificate", () =>
    expect(get({ insecureSkipVerify: true, certFile: caFile(), keyFile: join(folder, "key.pem") })).resolves.toBe(
      "known",
    ));
  it("speaks no newer version than max_version", () =>
    expect(get({ insecureSkipVerify: true, minVersion: "TLSv1.3", maxVersion: "TLSv1.2" })).rejects.toThrow(
      /protocol/i,
    ));
  it("says which file is missing", () =>
    expect(get({ caFile: join(folder, "none.pem") })).rejects.toThrow(/ENOENT.*none\.pem/));
});
