import { useSyncExternalStore } from "react";

/** One clock for the whole page, so that ages and growing bars move together. */

interface Ticker {
  subscribe: (listener: () => void) => () => void;
  read: () => number;
}

const tickers = new Map<number, Ticker>();

/**
 * The time now, renewed every `everyMs` while something looks.
 *
 * @returns milliseconds since the epoch, rounded down to the interval so that it is stable within a render
 */
export function useNow(everyMs: number): number {
  const ticker = tickerFor(everyMs);
  return useSyncExternalStore(ticker.subscribe, ticker.read);
}

function tickerFor(everyMs: number): Ticker {
  const kept = tickers.get(everyMs);
  if (kept !== undefined) return kept;
  const listeners = new Set<() => void>();
  let timer: ReturnType<typeof setInterval> | undefined;
  const ticker: Ticker = {
    subscribe: (listener) => {
      listeners.add(listener);
      timer ??= setInterval(() => {
        for (const each of listeners) each();
      }, everyMs);
      return () => {
        listeners.delete(listener);
        if (listeners.size > 0) return;
        clearInterval(timer);
        timer = undefined;
      };
    },
    read: () => Math.floor(Date.now() / everyMs) * everyMs,
  };
  tickers.set(everyMs, ticker);
  return ticker;
}
