import { isAbsolute, join } from "node:path";
import { z } from "zod";
import type { TlsSettings } from "../listen/tls-files.ts";
import { objectWithout } from "./scrape-http.ts";

const clientAuths = ["NoClientCert", "VerifyClientCertIfGiven", "RequireAndVerifyClientCert"] as const;

const versionReason = "broken (RFC 8996); use TLS12 or TLS13";
const version = z.enum(["TLS12", "TLS13"], {
  error: ({ input }) => (/^TLS1[01]$/.test(String(input)) ? `${String(input)} is ${versionReason}` : undefined),
});

const cipherReason =
  "ciphers and curves are those of Node's OpenSSL; change them with --tls-cipher-list in NODE_OPTIONS";
const fileReason = "name a file; it is read again when it changes";
const reasons = {
  cert: fileReason,
  key: fileReason,
  client_ca: fileReason,
  client_allowed_sans: "use authorities of its own for the clients, or tokens",
  cipher_suites: cipherReason,
  curve_preferences: cipherReason,
  prefer_server_cipher_suites: cipherReason,
};

/** Prometheus' block of this name (web configuration of exporter-toolkit), for all listeners. */
export const tlsServerConfig = objectWithout(
  {
    cert_file: z.string().min(1).describe("the certificate, and those that lead to its authority, in PEM"),
    key_file: z.string().min(1).describe("its private key, in PEM without a passphrase"),
    client_auth_type: z
      .enum(clientAuths, {
        error: `expected ${clientAuths.join(", ")}; other ways would take certificates that nobody has checked`,
      })
      .default("NoClientCert")
      .describe(
        "whether clients need a certificate: NoClientCert, VerifyClientCertIfGiven, RequireAndVerifyClientCert",
      ),
    client_ca_file: z.string().min(1).optional().describe("authorities that have signed the certificates of clients"),
    min_version: version.default("TLS12").describe("TLS12 or TLS13"),
    max_version: version.default("TLS13").describe("TLS12 or TLS13"),
  },
  reasons,
).superRefine(({ client_auth_type, client_ca_file, min_version, max_version }, context) => {
  const fault = (key: string, message: string) => context.addIssue({ code: "custom", path: [key], message });
  const isAsked = client_auth_type !== "NoClientCert";
  if (isAsked && client_ca_file === undefined) fault("client_auth_type", `${client_auth_type} needs client_ca_file`);
  if (!isAsked && client_ca_file !== undefined)
    fault("client_ca_file", "needs a client_auth_type that asks for certificates");
  if (min_version > max_version) fault("min_version", `is above max_version ${max_version}`);
});

const versions = { TLS12: "TLSv1.2", TLS13: "TLSv1.3" } as const;

/** The block as the listeners take it. @param folder where relative paths start */
export function tlsSettings(config: z.output<typeof tlsServerConfig>, folder: string): TlsSettings {
  const path = (file: string) => (isAbsolute(file) ? file : join(folder, file));
  return {
    certFile: path(config.cert_file),
    keyFile: path(config.key_file),
    clientAuth: config.client_auth_type,
    clientCaFile: config.client_ca_file === undefined ? undefined : path(config.client_ca_file),
    minVersion: versions[config.min_version],
    maxVersion: versions[config.max_version],
  };
}
