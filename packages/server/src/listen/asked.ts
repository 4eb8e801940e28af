import { isIP } from "node:net";
import { SightglassError } from "../model/errors.ts";

/** What is looked at of a request before anything else. */
export interface Asked {
  readonly method: string | undefined;
  /** @param name in lower case */
  readonly header: (name: string) => string | undefined;
}

/**
 * Names that no stranger's DNS can lead to this machine: `localhost` is loopback by definition (RFC 6761), `.internal` is
 * delegated to nobody, and these of it are how containers call the machine they run on.
 */
const ownNames = [
  "localhost",
  ".localhost",
  "host.docker.internal",
  "gateway.docker.internal",
  "host.containers.internal",
];

/**
 * Refuses a request for a name that is not this server's. A page of a stranger can let its own name lead to 127.0.0.1
 * (DNS rebinding); then a browser takes what is here for that page's own. An IP address needs no DNS and cannot be turned.
 * @param allowedHosts more names; `.example.com` is also all below it, `*` any
 * @throws SightglassError permission_denied
 */
export function checkHost({ header }: Asked, allowedHosts: readonly string[]): void {
  const host = header("host");
  // Without it, no browser asks.
  if (host === undefined || host === "") return;
  const name = nameOf(host);
  if (isIP(name) !== 0) return;
  if ([...ownNames, ...allowedHosts].some((allowed) => covers(allowed.toLowerCase(), name))) return;
  throw new SightglassError("permission_denied", `this server is not known by the name ${JSON.stringify(host)}`, {
    hint: `if it is, list ${JSON.stringify(name)} under allowed_hosts in sightglass.yaml; or configure tokens`,
  });
}

function nameOf(host: string): string {
  const [, name = ""] = /^(\[[^\]]*\]|[^:]*)/.exec(host.toLowerCase()) ?? [];
  return name.replace(/^\[|\]$/g, "").replace(/\.$/, "");
}

function covers(allowed: string, name: string): boolean {
  if (allowed === "*" || allowed === name) return true;
  return allowed.startsWith(".") && (name.endsWith(allowed) || name === allowed.slice(1));
}

const readingMethods = new Set(["GET", "HEAD", "OPTIONS"]);

/**
 * Refuses what a browser sends on behalf of a page that is not the server's own: pages may post to anywhere without
 * asking, with the credentials that the browser remembers. Programs, which say neither `Sec-Fetch-Site` nor `Origin`, go
 * through. The rules are those of Go's http.CrossOriginProtection; a proxy may say in `X-Forwarded-Host`, which no page
 * can set, how the browser called it.
 * @param trustedOrigins pages that may send; `*` is any
 * @throws SightglassError permission_denied
 */
export function checkOrigin({ method = "GET", header }: Asked, trustedOrigins: readonly string[] = []): void {
  if (readingMethods.has(method)) return;
  const origin = header("origin");
  const site = header("sec-fetch-site");
  if (origin !== undefined && (trustedOrigins.includes(origin) || trustedOrigins.includes("*"))) return;
  if (site === undefined ? isOwn(origin, header) : site === "same-origin" || site === "none") return;
  throw new SightglassError("permission_denied", `${method} is not taken from a page of ${origin ?? "another site"}`, {
    hint: "pages may send OTLP when their origin is listed under cors.origins; a proxy must pass Host or X-Forwarded-Host on",
  });
}

function isOwn(origin: string | undefined, header: Asked["header"]): boolean {
  if (origin === undefined) return true;
  if (!URL.canParse(origin)) return false;
  const { host } = new URL(origin);
  return host !== "" && [header("host"), header("x-forwarded-host")].includes(host);
}
