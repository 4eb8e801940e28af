import type { StatusResponse } from "sightglass/contract";
import { useState } from "react";

/** Items per second by signal, from two answers of the server; undefined until there are two. */
export type Rates = Readonly<Record<string, number>>;

interface Sample {
  atMs: number;
  received: Record<string, number>;
}

/** Over at least this long, so that the numbers can be read. */
const spanMinMs = 4_000;
const spanMaxMs = 20_000;

/** How fast items arrive now, by the server's own clock. */
export function useRates(status: StatusResponse | undefined): Rates | undefined {
  const [samples, setSamples] = useState<readonly Sample[]>([]);
  const latest = status === undefined ? undefined : sampleOf(status);
  if (latest !== undefined && latest.atMs !== samples.at(-1)?.atMs) setSamples(withSample(samples, latest));
  return ratesOf(samples);
}

function sampleOf({ now, ledger }: StatusResponse): Sample {
  const received = Object.fromEntries(Object.entries(ledger).map(([signal, counts]) => [signal, counts.received]));
  return { atMs: Date.parse(now), received };
}

/** Begins again when a clock or a count goes back: another server, or a data folder made anew. */
export function withSample(samples: readonly Sample[], latest: Sample): Sample[] {
  const isBack = samples.some(
    (sample) =>
      sample.atMs >= latest.atMs ||
      Object.entries(sample.received).some(([signal, count]) => (latest.received[signal] ?? 0) < count),
  );
  if (isBack) return [latest];
  return [...samples.filter((sample) => latest.atMs - sample.atMs <= spanMaxMs), latest];
}

export function ratesOf(samples: readonly Sample[]): Rates | undefined {
  const [first, last] = [samples[0], samples.at(-1)];
  if (first === undefined || last === undefined || last.atMs - first.atMs < spanMinMs) return undefined;
  const seconds = (last.atMs - first.atMs) / 1000;
  return Object.fromEntries(
    Object.entries(last.received).map(([signal, count]) => [signal, (count - (first.received[signal] ?? 0)) / seconds]),
  );
}
