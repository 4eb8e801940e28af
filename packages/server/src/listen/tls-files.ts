import { createPrivateKey, type KeyObject, X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import { createSecureContext, type SecureContextOptions, type SecureVersion } from "node:tls";
import { SightglassError } from "../model/errors.ts";

/** `tls_server_config` of the configuration, with paths that can be opened. */
export interface TlsSettings {
  readonly certFile: string;
  readonly keyFile: string;
  readonly clientAuth: "NoClientCert" | "VerifyClientCertIfGiven" | "RequireAndVerifyClientCert";
  /** Who signs the certificates of clients; set unless they are not asked for. */
  readonly clientCaFile: string | undefined;
  readonly minVersion: SecureVersion;
  readonly maxVersion: SecureVersion;
}

/** What the files hold, tried out. */
export interface TlsMaterial {
  /** What `tls.createSecureContext` takes. */
  readonly context: SecureContextOptions;
  readonly subject: string;
  readonly notBeforeMs: number;
  readonly notAfterMs: number;
}

/**
 * Reads certificate, key and authorities, and tries whether they can be used.
 * @throws SightglassError config_invalid, which names the setting and the file
 */
export function readTlsFiles(settings: TlsSettings): TlsMaterial {
  const { certFile, keyFile, clientCaFile, minVersion, maxVersion } = settings;
  const cert = readSetting("cert_file", certFile);
  const certificate = attempt("cert_file", certFile, "is no certificate in PEM", () => new X509Certificate(cert));
  const key = readSetting("key_file", keyFile);
  const privateKey = attempt("key_file", keyFile, "is no private key in PEM without a passphrase", () =>
    createPrivateKey(key),
  );
  requirePair(certificate, privateKey, settings);
  const ca = clientCaFile === undefined ? undefined : readSetting("client_ca_file", clientCaFile);
  if (ca !== undefined && clientCaFile !== undefined)
    attempt("client_ca_file", clientCaFile, "is no certificate in PEM", () => new X509Certificate(ca));
  const context = { cert, key, minVersion, maxVersion, ...(ca === undefined ? {} : { ca }) };
  attempt("cert_file", certFile, "cannot be used", () => createSecureContext(context));
  return {
    context,
    subject: certificate.subject.replaceAll("\n", ", "),
    notBeforeMs: Date.parse(certificate.validFrom),
    notAfterMs: Date.parse(certificate.validTo),
  };
}

function requirePair(certificate: X509Certificate, key: KeyObject, { certFile, keyFile }: TlsSettings): void {
  if (certificate.checkPrivateKey(key)) return;
  throw fault("key_file", keyFile, `is not the key of the certificate in ${certFile}`);
}

type Setting = "cert_file" | "key_file" | "client_ca_file";

function readSetting(setting: Setting, file: string): Buffer {
  return attempt(setting, file, "cannot be read", () => readFileSync(file));
}

function attempt<T>(setting: Setting, file: string, what: string, run: () => T): T {
  try {
    return run();
  } catch (cause) {
    throw fault(setting, file, `${what} (${cause instanceof Error ? cause.message : String(cause)})`, cause);
  }
}

function fault(setting: Setting, file: string, what: string, cause?: unknown): SightglassError {
  return new SightglassError("config_invalid", `tls_server_config.${setting}: ${file} ${what}`, { cause });
}
