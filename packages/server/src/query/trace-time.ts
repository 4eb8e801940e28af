/** Nanoseconds since the Unix epoch (decimal) as ISO 8601 in UTC, to the microsecond where there is one. */
export function isoOfNs(ns: string | bigint): string {
  const total = BigInt(ns);
  const milliseconds = new Date(Number(total / 1_000_000n)).toISOString();
  const microseconds = Number((total / 1000n) % 1000n);
  return microseconds === 0 ? milliseconds : milliseconds.replace("Z", `${String(microseconds).padStart(3, "0")}Z`);
}
