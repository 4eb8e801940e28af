/** Instants of spans, from nanoseconds since the epoch: a Date holds milliseconds only. */

/** `02:10:07.412 345` in the viewer's zone, to the microsecond. */
export function formatInstant(unixNano: bigint): string {
  const at = new Date(Number(unixNano / 1_000_000n));
  const parts = [at.getHours(), at.getMinutes(), at.getSeconds()].map((part) => String(part).padStart(2, "0"));
  const micros = String((unixNano % 1_000_000_000n) / 1_000n).padStart(6, "0");
  return `${parts.join(":")}.${micros.slice(0, 3)} ${micros.slice(3)}`;
}

/** ISO 8601 in UTC with all nine digits, as it was sent. */
export function formatInstantExact(unixNano: bigint): string {
  const seconds = new Date(Number(unixNano / 1_000_000_000n) * 1000).toISOString().slice(0, 19);
  return `${seconds}.${String(unixNano % 1_000_000_000n).padStart(9, "0")}Z`;
}
