import type { IncomingMessage } from "node:http";
import { type Address, isLoopback } from "../config/quantities.ts";
import { type Asked, checkHost, checkOrigin } from "../listen/asked.ts";
import type { Context } from "./context.ts";

/**
 * What every request over HTTP must pass. Its Host is looked at where nothing else keeps a stranger's page out: tokens do,
 * other addresses have them, and over TLS a browser finds that the certificate is not for the stranger's name.
 * @param trustedOrigins pages that may send, beside the server's own
 */
export function createDoor(
  { config, reload }: Context,
  address: Address,
  trustedOrigins: () => readonly string[] = () => [],
): (asked: Asked) => void {
  const isOpen = isLoopback(address) && config.tls_server_config === undefined;
  return (asked) => {
    const { auth, allowed_hosts } = reload.current;
    if (isOpen && auth.tokens.length === 0) checkHost(asked, allowed_hosts);
    checkOrigin(asked, trustedOrigins());
  };
}

export function askedBy({ method, headers }: IncomingMessage): Asked {
  return {
    method,
    header: (name) => {
      const value = headers[name];
      return typeof value === "string" ? value : undefined;
    },
  };
}
