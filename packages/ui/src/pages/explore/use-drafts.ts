import { useState } from "react";
import { type ExploreQuery, type ExploreSearch, queriesOf, searchOfQueries } from "../../url/explore-search.ts";

/** A query as it stands in its editor. */
export interface Draft extends ExploreQuery {
  id: number;
}

export interface Drafts {
  drafts: readonly Draft[];
  /** The ids of the queries of the URL, in their order. */
  askedIds: readonly number[];
  change: (id: number, change: Partial<ExploreQuery>) => void;
  add: (expr?: string) => void;
  /** Puts these into the URL. */
  ask: (drafts: readonly Draft[]) => void;
}

interface State {
  /** The queries of the URL that were last seen. */
  seen: string;
  drafts: Draft[];
  askedIds: number[];
  nextId: number;
}

/** The queries being written. They follow the URL when it changes otherwise, and are put into it when asked. */
export function useDrafts(search: ExploreSearch, onAsk: (keys: ReturnType<typeof searchOfQueries>) => void): Drafts {
  const seen = keyOf(queriesOf(search));
  const [state, setState] = useState<State>(() => fromUrl(search, 0));
  let current = state;
  if (seen !== state.seen) {
    // Our own writing needs no reading; Back and links do.
    const isOwn = keyOf(state.drafts) === seen;
    current = isOwn ? { ...state, seen, askedIds: idsOf(state.drafts) } : fromUrl(search, state.nextId);
    setState(current);
  }
  return {
    drafts: current.drafts,
    askedIds: current.askedIds,
    change: (id, change) =>
      setState((before) => ({
        ...before,
        drafts: before.drafts.map((each) => (each.id === id ? { ...each, ...change } : each)),
      })),
    add: (expr = "") =>
      setState((before) => ({
        ...before,
        drafts: [...before.drafts, { expr, legend: "", isHidden: false, id: before.nextId }],
        nextId: before.nextId + 1,
      })),
    ask: (drafts) => {
      const kept = drafts.length > 0 ? [...drafts] : [{ ...empty, id: current.nextId }];
      setState((before) => ({ ...before, drafts: kept, nextId: before.nextId + 1 }));
      onAsk(searchOfQueries(kept));
    },
  };
}

const empty: ExploreQuery = { expr: "", legend: "", isHidden: false };

const keyOf = (queries: readonly ExploreQuery[]) => JSON.stringify(searchOfQueries(queries));

const idsOf = (drafts: readonly Draft[]) => drafts.filter(({ expr }) => expr.trim() !== "").map(({ id }) => id);

function fromUrl(search: ExploreSearch, firstId: number): State {
  const asked = queriesOf(search);
  const drafts = (asked.length > 0 ? asked : [empty]).map((query, index) => ({ ...query, id: firstId + index }));
  return { seen: keyOf(asked), drafts, askedIds: idsOf(drafts), nextId: firstId + drafts.length };
}
