/** `toStartOfHour`, which the spans are sorted by, is a DateTime: 32 bits of seconds, so its last full hour begins in February 2106. */
const lastHourNs = 4_294_965_600_000_000_000n;

/** A range without what lies outside of the store's clock: who asks for "until 9999" wants all there is. */
export function storedRange({ startNs, endNs }: { startNs: bigint; endNs: bigint }): {
  startNs: bigint;
  endNs: bigint;
} {
  return { startNs: startNs < 0n ? 0n : startNs, endNs: endNs > lastHourNs ? lastHourNs : endNs };
}
