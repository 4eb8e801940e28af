import { describe, expect, it } from "vitest";
import { loadConfig } from "./load.ts";
import { tlsSettings } from "./tls-server.ts";

const load = (block: string) =>
  loadConfig({ source: { file: "/etc/sightglass.yaml", text: `tls_server_config:\n  ${block}` }, environment: {} });

describe("tls_server_config", () => {
  it("is that of Prometheus, with paths that start where the file lies", () => {
    const { tls_server_config: tls, folder } = load("cert_file: tls/a.crt\n  key_file: /keys/a.key");
    expect(tls && tlsSettings(tls, folder)).toEqual({
      certFile: "/etc/tls/a.crt",
      keyFile: "/keys/a.key",
      clientAuth: "NoClientCert",
      clientCaFile: undefined,
      minVersion: "TLSv1.2",
      maxVersion: "TLSv1.3",
    });
  });

  it.each([
    ["cert_file: a", "2:3: tls_server_config.key_file: is missing"],
    ["{cert_file: a, key_file: b, min_version: TLS10}", "tls_server_config.min_version: TLS10 is broken (RFC 8996)"],
    ["{cert_file: a, key_file: b, min_version: TLS13, max_version: TLS12}", "is above max_version TLS12"],
    [
      "{cert_file: a, key_file: b, client_auth_type: RequireAnyClientCert}",
      "client_auth_type: expected NoClientCert, VerifyClientCertIfGiven, RequireAndVerifyClientCert; other ways",
    ],
    ["{cert_file: a, key_file: b, client_auth_type: VerifyClientCertIfGiven}", "needs client_ca_file"],
    ["{cert_file: a, key_file: b, client_ca_file: c}", "client_ca_file: needs a client_auth_type"],
    ["{cert_file: a, key_file: b, cipher_suites: [x]}", "cipher_suites is not supported: ciphers and curves are those"],
    ["{cert_file: a, key_file: b, cert: x}", "2:31: tls_server_config: cert is not supported: name a file"],
  ])("%s is refused with its place", (block, message) => {
    expect(() => load(block)).toThrow(message);
  });
});
