import { createHash, timingSafeEqual } from "node:crypto";
import { SightglassError } from "./errors.ts";

export type Scope = "ingest" | "read" | "admin";

export interface Token {
  name: string;
  scopes: readonly Scope[];
  /** Hex SHA-256 of the token. */
  sha256: string;
}

/** Throws unless the `Authorization` header grants the scope. */
export type Authorize = (authorization: string | undefined, scope: Scope) => void;

/**
 * Checks `Authorization: Bearer TOKEN`, and `Basic` with the token as the password, which is how a browser asks a person.
 * Without tokens everything is allowed: the configuration then only listens on loopback.
 * `admin` includes the other scopes.
 */
export function createAuthorize(tokens: readonly Token[]): Authorize {
  const known = tokens.map((token) => ({ ...token, digest: Buffer.from(token.sha256, "hex") }));
  return (authorization, scope) => {
    if (known.length === 0) return;
    const secret = secretOf(authorization);
    if (secret === undefined) {
      throw new SightglassError("unauthenticated", "a token is needed", { hint: "send Authorization: Bearer TOKEN" });
    }
    const digest = createHash("sha256").update(secret).digest();
    // Every token is compared, so that the time says nothing about which one was nearly right.
    const found = known.filter((token) => timingSafeEqual(token.digest, digest));
    if (found.length === 0) throw new SightglassError("unauthenticated", "the token is not known here");
    if (found.some(({ scopes }) => scopes.includes(scope) || scopes.includes("admin"))) return;
    throw new SightglassError("permission_denied", `the token ${found[0]?.name ?? ""} has no scope "${scope}"`);
  };
}

function secretOf(authorization: string | undefined): string | undefined {
  const match = /^(bearer|basic) +(\S+)$/i.exec(authorization ?? "");
  const value = match?.[2];
  if (match?.[1] === undefined || value === undefined) return undefined;
  if (match[1].toLowerCase() === "bearer") return value;
  const [, password] = /^[^:]*:(.*)$/.exec(Buffer.from(value, "base64").toString("utf8")) ?? [];
  return password;
}
