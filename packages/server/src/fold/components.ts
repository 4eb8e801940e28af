import { limits } from "../model/limits.ts";
import type { Fact } from "./fact.ts";
import type { FactsReader } from "./facts-reader.ts";

/** Traces that must be folded together, because they name the same run. */
export interface Component {
  traceIds: string[];
  runIds: string[];
  facts: number;
}

/** The components that the traces belong to; each trace is in one of them, unless it has no facts. */
export async function componentsOf(reader: FactsReader, traceIds: readonly string[]): Promise<Component[]> {
  const traces = new Map<string, { runIds: string[]; facts: number }>();
  const askedRuns = new Set<string>();
  let pending = [...new Set(traceIds)];
  while (pending.length > 0) {
    for (const row of await reader.runIdsOf(pending)) traces.set(row.traceId, row);
    const newRuns = [...new Set([...traces.values()].flatMap(({ runIds }) => runIds))].filter(
      (id) => !askedRuns.has(id),
    );
    for (const id of newRuns) askedRuns.add(id);
    pending = (await reader.tracesOf(newRuns)).filter((traceId) => !traces.has(traceId));
    if (traces.size > traceIds.length + limits.foldTracesMax.value) break;
  }
  return joined(traces);
}

function joined(traces: Map<string, { runIds: string[]; facts: number }>): Component[] {
  const ofRun = new Map<string, Component>();
  const components = new Set<Component>();
  for (const [traceId, { runIds, facts }] of traces) {
    const component: Component = { traceIds: [traceId], runIds: [...runIds], facts };
    for (const other of new Set(runIds.map((id) => ofRun.get(id)))) {
      if (other === undefined) continue;
      components.delete(other);
      component.traceIds.push(...other.traceIds);
      component.runIds = [...new Set([...component.runIds, ...other.runIds])];
      component.facts += other.facts;
    }
    for (const id of component.runIds) ofRun.set(id, component);
    components.add(component);
  }
  return [...components];
}

/** In batches of so many facts; a component is never torn apart. */
export function* batchesOf(components: readonly Component[], factsMax: number): Generator<Component[]> {
  let batch: Component[] = [];
  let facts = 0;
  for (const component of components) {
    if (batch.length > 0 && facts + component.facts > factsMax) {
      yield batch;
      batch = [];
      facts = 0;
    }
    batch.push(component);
    facts += component.facts;
  }
  if (batch.length > 0) yield batch;
}

/** The facts of each component. */
export function byComponent(components: readonly Component[], facts: readonly Fact[]): Fact[][] {
  const groups = components.map((): Fact[] => []);
  const indexOf = new Map(components.flatMap(({ traceIds }, index) => traceIds.map((traceId) => [traceId, index])));
  for (const fact of facts) groups[indexOf.get(fact.traceId) ?? -1]?.push(fact);
  return groups;
}
