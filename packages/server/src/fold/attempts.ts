import type { Execution } from "./execution.ts";

/** An execution, and which attempt of what encloses it it ran in: 0 for the first. */
export interface Try {
  execution: Execution;
  generation: number;
}

/** The attempts at one thing, in order. The last one decides; the earlier ones are kept to be shown. */
export type Attempts = [Try, ...Try[]];

/**
 * Sorts executions of the same name at the same place into attempts: a retry is another attempt at the same stage, but a
 * stage that is run again for other rows (a file after a file) is another stage of that name.
 *
 * `next` is another attempt at what `last` tried when
 * - it ran in a later attempt of what encloses it, or
 * - it has a higher number (`pipeline.attempt`, Airflow's try number), or
 * - without numbers: the last one did not succeed, and it began after that one's end.
 */
export function attemptsOf(tries: readonly Try[]): Attempts[] {
  const chains: Attempts[] = [];
  const ordered = tries.toSorted(
    (a, b) =>
      a.generation - b.generation ||
      (a.execution.sighting.attempt ?? 0) - (b.execution.sighting.attempt ?? 0) ||
      a.execution.startMs - b.execution.startMs ||
      (a.execution.key < b.execution.key ? -1 : 1),
  );
  const candidates = new Map<string | undefined, Candidates>();
  for (const next of ordered) {
    const { partition } = next.execution.sighting;
    let ofPartition = candidates.get(partition);
    if (ofPartition === undefined) candidates.set(partition, (ofPartition = new Candidates()));
    const chain = ofPartition.retriedBy(next);
    if (chain !== undefined) {
      chain.push(next);
      continue;
    }
    const added: Attempts = [next];
    chains.push(added);
    ofPartition.add(added);
  }
  return chains;
}

/**
 * The chains of one partition that the next try may continue, the oldest first. Tries come in groups of one generation and
 * number; what cannot be continued by the rest of its group is not looked at again in it. Thousands of tries that succeeded
 * would otherwise each be compared with all before them.
 */
class Candidates {
  readonly #all: Attempts[] = [];
  #open: (Attempts | undefined)[] = [];
  #from = 0;
  #group = "";

  add(chain: Attempts): void {
    this.#all.push(chain);
    this.#open.push(chain);
  }

  retriedBy(next: Try): Attempts | undefined {
    const group = `${next.generation}/${next.execution.sighting.attempt}`;
    if (group !== this.#group) {
      this.#group = group;
      this.#open = [...this.#all];
      this.#from = 0;
    }
    for (let at = this.#from; at < this.#open.length; at++) {
      const chain = this.#open[at];
      if (chain !== undefined) {
        const last = chain.at(-1) ?? chain[0];
        if (isRetry(last, next)) return chain;
        if (!mayBeRetriedLater(last, next)) this.#open[at] = undefined;
      }
      if (at === this.#from && this.#open[at] === undefined) this.#from++;
    }
    return undefined;
  }
}

/** By a try of the same group that begins after `next`. */
function mayBeRetriedLater({ execution }: Try, next: Try): boolean {
  return (
    next.execution.sighting.attempt === undefined && execution.sighting.attempt === undefined && hasFailed(execution)
  );
}

/** Of two tries of one partition. */
function isRetry(last: Try, next: Try): boolean {
  if (next.generation > last.generation) return true;
  const number = next.execution.sighting.attempt;
  const lastNumber = last.execution.sighting.attempt;
  // The first attempt may not be numbered yet.
  if (number !== undefined && number > 1) return number > (lastNumber ?? 1);
  if (number !== undefined || lastNumber !== undefined) return false;
  const { endMs } = last.execution;
  return hasFailed(last.execution) && endMs !== null && next.execution.startMs >= endMs;
}

const hasFailed = ({ status }: Execution) => status === "failed" || status === "cancelled";
