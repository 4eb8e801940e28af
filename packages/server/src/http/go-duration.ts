import { SightglassError } from "../model/errors.ts";

const unitMs: Record<string, number> = { ns: 1e-6, us: 1e-3, µs: 1e-3, μs: 1e-3, ms: 1, s: 1e3, m: 60e3, h: 3600e3 };

/**
 * A length of time as Go writes it (`100ms`, `1m30s`), which is what Jaeger and Tempo take, in milliseconds.
 * @throws SightglassError invalid_argument
 */
export function parseGoDurationMs(name: string, text: string): number {
  if (!/^(?:\d+(?:\.\d*)?(?:ns|us|µs|μs|ms|s|m|h))+$/.test(text))
    throw new SightglassError("invalid_argument", `parameter ${name}: "${text.slice(0, 100)}" is not a duration`, {
      hint: "write it as 100ms, 1.5s or 1m30s",
    });
  let total = 0;
  for (const [, count, unit = ""] of text.matchAll(/(\d+(?:\.\d*)?)(ns|us|µs|μs|ms|s|m|h)/g))
    total += Number(count) * (unitMs[unit] ?? 0);
  return total;
}
