import { formatAddress } from "../config/quantities.ts";
import { Deriver } from "../derive/deriver.ts";
import { Folder } from "../fold/folder.ts";
import type { Store } from "../store/store.ts";
import type { Context } from "./context.ts";

export async function startFolder({ clock, log, running }: Context, store: Store): Promise<Folder> {
  const folder = new Folder({
    store,
    clock,
    onFault: (error) => log.error({ error }, "fold failed; it is tried again"),
  });
  await folder.start();
  running.add("fold", () => folder.stop());
  return folder;
}

/** Before anything is received, so that what comes is growth. */
export async function startDeriver({ config, clock, log, running, metrics }: Context, store: Store): Promise<void> {
  const { span_metrics: names, service_graph: serviceGraph } = config.derived;
  const deriver = new Deriver({
    store,
    clock,
    spanMetrics: { tempo: names.includes("tempo"), collector: names.includes("collector") },
    serviceGraph,
    self: { collect: () => metrics.collect(), instance: formatAddress(config.listen) },
    onFault: (error) => log.error({ error }, "derived series were not sampled; the next time makes up for it"),
  });
  await deriver.start();
  running.add("derived series", () => deriver.stop());
}
