/** A transform stage that does hardly anything: the worst case for whoever counts each row. */

const lines = Array.from(
  { length: 10_000 },
  (_, i) => `${i},2001-01-${String((i % 31) + 1).padStart(2, "0")},SFO,JFK,${(i * 37) % 400},${(i * 13) % 900}`,
);

/** Parses, checks and sums a million rows: little work for each, so that the overhead is not flattered. */
export async function transform(counts) {
  const delays = new Map();
  for (let i = 0; i < 1_000_000; i++) {
    counts.read(1);
    const [, day, from, to, delay, distance] = lines[i % lines.length].split(",");
    if (Number(distance) < 50) {
      counts.filtered(1);
      continue;
    }
    if (Number(delay) === 399) {
      counts.failed(1, "delay_out_of_range");
      continue;
    }
    const key = `${day} ${from} ${to}`;
    delays.set(key, (delays.get(key) ?? 0) + Number(delay));
    counts.written(1);
    // Real stages wait for their input now and then.
    if (i % 10_000 === 0) await new Promise(setImmediate);
  }
  return delays;
}
