import type { Clock } from "../model/clock.ts";
import { RecentSamples } from "../query/recent-samples.ts";
import type { Store } from "../store/store.ts";
import { watchedStore } from "../store/watched-store.ts";

/** Recent samples are kept in memory where no other process writes to the store. */
export function watchForRecent(store: Store, clock: Clock): { store: Store; recent?: RecentSamples } {
  if (store.kind !== "embedded") return { store };
  const recent = new RecentSamples({ clock });
  return { store: watchedStore(store, recent), recent };
}
