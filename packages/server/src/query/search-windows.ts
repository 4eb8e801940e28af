const hourNs = 3_600_000_000_000n;
const growth = 8n;
const longestNs = 90n * 24n * hourNs;

/**
 * Where the next window of a backward search begins, its end given: at a full hour (the table's granularity in time),
 * each eight times as long as the one before, so that a search for what is frequent reads an hour, and one for what is
 * rare reads all there is in few queries.
 * @param step how many windows came before
 */
export function windowStartNs(endNs: bigint, step: number, range: { startNs: bigint }): bigint {
  const lengthNs = hourNs * growth ** BigInt(step);
  if (lengthNs > longestNs) return range.startNs;
  const from = endNs - lengthNs + 1n;
  const fullHour = step === 0 ? endNs - (endNs % hourNs) : from - (from % hourNs);
  return fullHour > range.startNs ? fullHour : range.startNs;
}
