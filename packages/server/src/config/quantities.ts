import { z } from "zod";

const durationUnitsMs: Record<string, number> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
  y: 31_536_000_000,
};
const byteUnits: Record<string, number> = {
  B: 1,
  KB: 1e3,
  MB: 1e6,
  GB: 1e9,
  TB: 1e12,
  KiB: 2 ** 10,
  MiB: 2 ** 20,
  GiB: 2 ** 30,
  TiB: 2 ** 40,
};

/**
 * A duration as Prometheus writes it (`90s`, `1h30m`, `14d`), in milliseconds; `0` is zero.
 * @returns undefined when the text is not one
 */
export function parseDurationMs(text: string): number | undefined {
  if (text === "0") return 0;
  if (!/^(\d+(ms|[smhdwy]))+$/.test(text)) return undefined;
  let totalMs = 0;
  for (const [, amount, unit] of text.matchAll(/(\d+)(ms|[smhdwy])/g))
    totalMs += Number(amount) * (durationUnitsMs[unit ?? ""] ?? 0);
  return totalMs;
}

/**
 * A size (`512MiB`, `20GB`, `0`), in bytes.
 * @returns undefined when the text is not one
 */
export function parseBytes(text: string): number | undefined {
  if (text === "0") return 0;
  const match = /^(\d+(?:\.\d+)?) ?(B|[KMGT]i?B)$/.exec(text);
  if (!match) return undefined;
  return Math.round(Number(match[1]) * (byteUnits[match[2] ?? ""] ?? 0));
}

export const durationMs = z.string().transform((text, context) => {
  const value = parseDurationMs(text);
  if (value !== undefined) return value;
  context.addIssue({
    code: "custom",
    message: `expected a duration such as 90s, 1h30m or 14d, got ${JSON.stringify(text)}`,
  });
  return z.NEVER;
});

export const bytes = z.string().transform((text, context) => {
  const value = parseBytes(text);
  if (value !== undefined) return value;
  context.addIssue({ code: "custom", message: `expected a size such as 512MiB or 20GB, got ${JSON.stringify(text)}` });
  return z.NEVER;
});

/** A size as Prometheus' `body_size_limit` has it, in which `10MB` is `10MiB`. */
export const base2Bytes = z
  .string()
  .transform((text) => text.replace(/([KMGT])B$/, "$1iB"))
  .pipe(bytes);

export interface Address {
  host: string;
  port: number;
}

/** `127.0.0.1:4319`, `[::1]:4319` or `:4319` (every interface). */
export const address = z.string().transform((text, context): Address => {
  const match = /^(?:\[([0-9a-fA-F:]+)\]|([^:[\]]*)):(\d{1,5})$/.exec(text);
  const port = Number(match?.[3]);
  if (match && port <= 65_535) return { host: match[1] ?? (match[2] || "0.0.0.0"), port };
  context.addIssue({
    code: "custom",
    message: `expected HOST:PORT such as 127.0.0.1:4319, got ${JSON.stringify(text)}`,
  });
  return z.NEVER;
});

/** Whether only this machine can reach the address. */
export function isLoopback({ host }: Address): boolean {
  return host === "localhost" || host === "::1" || host.startsWith("127.");
}

export function formatAddress({ host, port }: Address): string {
  return host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
}
