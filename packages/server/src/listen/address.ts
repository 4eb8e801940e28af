import { SightglassError } from "../model/errors.ts";

export interface ListenAddress {
  readonly host: string;
  /** 0: any free port. */
  readonly port: number;
}

/** `host:port`, an IPv6 host in brackets. */
export function formatAddress({ host, port }: ListenAddress): string {
  return host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
}

/** What a failed listen means. `flag` is the option that chooses another address. */
export function listenError(cause: unknown, address: ListenAddress, flag: string): SightglassError {
  const text = cause instanceof Error ? cause.message : String(cause);
  const at = formatAddress(address);
  if (/EADDRINUSE/.test(text)) {
    return new SightglassError("port_taken", `${at} is already in use`, {
      hint: `stop the other program or choose another address with ${flag}`,
      cause,
    });
  }
  return new SightglassError("config_invalid", `cannot listen on ${at}: ${text}`, {
    hint: `choose an address of this machine with ${flag}`,
    cause,
  });
}
