import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { join } from "node:path";

export const hasOpenssl = spawnSync("openssl", ["version"]).status === 0;

/** PEM files of an authority and of whom it has signed for. They are valid from now on for a long time. */
export interface Certificates {
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
  readonly clientCert: string;
  readonly clientKey: string;
}

/** An authority of its own each time. The server's certificate is for `localhost`, `127.0.0.1` and `sightglass.test`. */
export function makeCertificates(folder: string): Certificates {
  mkdirSync(folder, { recursive: true });
  const path = (name: string) => join(folder, name);
  const ca = ["-CA", path("ca.pem"), "-CAkey", path("ca.key")];
  make(path("ca"), "/CN=Test authority", ["-addext", "keyUsage=critical,keyCertSign"]);
  const names = "subjectAltName=DNS:localhost,DNS:sightglass.test,IP:127.0.0.1";
  const isLeaf = ["-addext", "basicConstraints=critical,CA:FALSE"];
  make(path("server"), "/CN=sightglass.test", [...ca, ...isLeaf, "-addext", names]);
  make(path("client"), "/CN=a client", [...ca, ...isLeaf]);
  return certificatesIn(folder);
}

/** The files that were made there. */
export function certificatesIn(folder: string): Certificates {
  const path = (name: string) => join(folder, name);
  return {
    ca: path("ca.pem"),
    cert: path("server.pem"),
    key: path("server.key"),
    clientCert: path("client.pem"),
    clientKey: path("client.key"),
  };
}

function make(name: string, subject: string, more: string[]): void {
  const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", `${name}.key`];
  execFileSync("openssl", ["req", "-x509", "-days", "3650", "-subj", subject, ...key, "-out", `${name}.pem`, ...more], {
    stdio: "ignore",
  });
}
