import { once } from "node:events";
import { copyFileSync, cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import type { Server } from "node:http";
import { request } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TLSSocket } from "node:tls";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { Clock } from "../model/clock.ts";
import { ServerTls } from "./server-tls.ts";
import { type Certificates, certificatesIn, hasOpenssl, makeCertificates } from "./testing/certificates.ts";
import { readTlsFiles, type TlsSettings } from "./tls-files.ts";
import { createWebServer } from "./web-server.ts";

const dayMs = 24 * 60 * 60 * 1000;

/** Time that goes on when it is told to. */
class Time implements Clock {
  now = Date.parse("2026-11-26T00:00:00Z");
  due: (() => void)[] = [];
  nowMs = () => this.now;
  monotonicMs = () => this.now;
  after = (_delayMs: number, run: () => void) => {
    this.due.push(run);
    return () => {};
  };
  /** Runs what waits, and what that has begun. */
  async pass() {
    for (const run of this.due.splice(0)) run();
    await new Promise(setImmediate);
  }
}

describe.skipIf(!hasOpenssl)("TLS of the listeners (needs openssl)", () => {
  let made: string;
  let folder: string;
  let files: Certificates;
  let other: Certificates;
  let time: Time;
  let warnings: string[];
  let renewed: number;
  let refused: number;
  let tls: ServerTls;
  let server: Server;
  beforeAll(() => {
    made = mkdtempSync(join(tmpdir(), "sightglass-tls-made-"));
    for (const name of ["one", "other"]) makeCertificates(join(made, name));
  });
  afterAll(() => rmSync(made, { recursive: true, force: true }));
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "sightglass-tls-"));
    cpSync(made, folder, { recursive: true });
    files = certificatesIn(join(folder, "one"));
    other = certificatesIn(join(folder, "other"));
    time = new Time();
    time.now = readTlsFiles(settings()).notBeforeMs + dayMs;
    warnings = [];
    renewed = 0;
    refused = 0;
  });
  afterEach(async () => {
    server?.closeAllConnections();
    server?.close();
    await tls?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  const settings = (more: Partial<TlsSettings> = {}): TlsSettings => ({
    certFile: files.cert,
    keyFile: files.key,
    clientAuth: "NoClientCert",
    clientCaFile: undefined,
    minVersion: "TLSv1.2",
    maxVersion: "TLSv1.3",
    ...more,
  });
  const create = (more: Partial<TlsSettings> = {}) => {
    tls = new ServerTls({
      settings: settings(more),
      clock: time,
      onWarning: (warning) => warnings.push(warning),
      onRenewed: () => renewed++,
      onRefused: () => refused++,
    });
    return tls;
  };
  const serve = async (more: Partial<TlsSettings> = {}) => {
    create(more);
    server = createWebServer({ tls, listener: "listen" }, {}, (_request, response) => response.end("hello"));
    await once(server.listen(0, "127.0.0.1"), "listening");
  };
  /** @returns the serial of the certificate that the server showed */
  const get = (
    by: Certificates,
    { cert, key, maxVersion }: { cert?: string; key?: string; maxVersion?: "TLSv1.2" } = {},
  ) =>
    new Promise<string>((resolve, reject) => {
      const options = {
        port: (server.address() as AddressInfo).port,
        agent: false as const,
        ca: readFileSync(by.ca),
        ...(cert === undefined || key === undefined ? {} : { cert: readFileSync(cert), key: readFileSync(key) }),
        ...(maxVersion === undefined ? {} : { maxVersion }),
      };
      const sent = request({ host: "localhost", ...options }, (response) => {
        const { serialNumber } = (response.socket as TLSSocket).getPeerCertificate();
        response.resume().once("end", () => resolve(serialNumber));
      });
      sent.once("error", reject);
      sent.end();
    });

  it("serves, and gives new connections the renewed certificate without a restart", async () => {
    await serve();
    const before = await get(files);
    tls.start();
    copyFileSync(other.cert, files.cert);
    copyFileSync(other.key, files.key);
    await time.pass();
    expect(renewed).toBe(1);
    expect(await get(other)).not.toBe(before);
    await expect(get(files)).rejects.toThrow();
    await time.pass();
    expect(renewed).toBe(1);
  });

  it("keeps the certificate that works when the new one does not, says so once, and takes it when it is whole", async () => {
    await serve();
    tls.start();
    copyFileSync(other.cert, files.cert);
    await time.pass();
    await time.pass();
    expect(warnings).toEqual([expect.stringContaining(`key_file: ${files.key} is not the key of the certificate in`)]);
    expect(tls.health()).toContain("the certificate from before is used");
    await get(files);
    expect(() => tls.reload()).toThrow(expect.objectContaining({ code: "config_invalid" }));
    copyFileSync(other.key, files.key);
    await time.pass();
    expect(tls.health()).toBeNull();
    await get(other);
  });

  it("warns once a day of a certificate that will end, and of one that has", async () => {
    create().start();
    expect(warnings).toEqual([]);
    time.now = tls.notAfterMs - 2.5 * dayMs;
    await time.pass();
    await time.pass();
    expect(warnings).toEqual([expect.stringMatching(/server\.pem expires in 2 days$/)]);
    expect(tls.health()).toBeNull();
    time.now += dayMs;
    await time.pass();
    expect(warnings).toHaveLength(2);
    time.now = tls.notAfterMs;
    await time.pass();
    expect(warnings.at(-1)).toContain(`expired at ${new Date(tls.notAfterMs).toISOString()}`);
    expect(tls.health()).toBe(warnings.at(-1));
  });

  it("says of one that is not valid yet from when on it is", async () => {
    create();
    time.now -= 30 * dayMs;
    expect(tls.health()).toContain("is valid from");
  });

  it("wants a certificate of clients where it is told to", async () => {
    await serve({ clientAuth: "RequireAndVerifyClientCert", clientCaFile: files.ca });
    await get(files, { cert: files.clientCert, key: files.clientKey });
    await expect(get(files)).rejects.toThrow();
    await expect(get(files, { cert: other.clientCert, key: other.clientKey })).rejects.toThrow();
    expect(refused).toBe(2);
    expect(tls.handshakeFailures).toEqual(new Map([["listen", 2]]));
  });

  it("takes clients without one where they need not have it, but none that it does not know", async () => {
    await serve({ clientAuth: "VerifyClientCertIfGiven", clientCaFile: files.ca });
    await get(files, { cert: files.clientCert, key: files.clientKey });
    await get(files);
    await expect(get(files, { cert: other.clientCert, key: other.clientKey })).rejects.toThrow();
    expect(refused).toBe(1);
  });

  it("speaks no older version than it may", async () => {
    await serve({ minVersion: "TLSv1.3" });
    await get(files);
    await expect(get(files, { maxVersion: "TLSv1.2" })).rejects.toThrow();
  });

  it.each<[string, (folder: Certificates) => Partial<TlsSettings>, RegExp]>([
    [
      "no certificate",
      () => ({ certFile: "/no/such.pem" }),
      /^tls_server_config\.cert_file: \/no\/such\.pem cannot be read/,
    ],
    ["no key", () => ({ keyFile: "/no/such.key" }), /^tls_server_config\.key_file: \/no\/such\.key cannot be read/],
    ["a key as certificate", ({ key }) => ({ certFile: key }), /cert_file: .*server\.key is no certificate in PEM/],
    ["a certificate as key", ({ cert }) => ({ keyFile: cert }), /key_file: .*server\.pem is no private key in PEM/],
    ["another key", ({ clientKey }) => ({ keyFile: clientKey }), /key_file: .*client\.key is not the key of/],
    ["a key as authority", ({ key }) => ({ clientCaFile: key }), /client_ca_file: .*server\.key is no certificate/],
  ])("refuses %s, naming setting and file", (_name, change, message) => {
    expect(() => create(change(files))).toThrow(expect.objectContaining({ message: expect.stringMatching(message) }));
  });

  it("takes a certificate with those that lead to its authority", () => {
    writeFileSync(files.cert, readFileSync(files.cert, "utf8") + readFileSync(files.ca, "utf8"));
    create();
  });
});
