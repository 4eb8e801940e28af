import { randomBytes } from "node:crypto";
import { LogBlock } from "../decode/log-block.ts";
import { ExemplarBlock } from "../decode/metrics/exemplar-block.ts";
import { HistogramBlock } from "../decode/metrics/histogram-block.ts";
import { MetadataBlock } from "../decode/metrics/metadata-block.ts";
import { SampleBlock } from "../decode/metrics/sample-block.ts";
import { SeriesBlock } from "../decode/metrics/series-block.ts";
import type { Redaction } from "../decode/redact/redaction.ts";
import { SpanBlock } from "../decode/span-block.ts";
import type { Folder } from "../fold/folder.ts";
import { openSpool } from "../spool/open.ts";
import { readStoredCounts } from "../store/ledger-counts.ts";
import type { Store } from "../store/store.ts";
import type { Context } from "./context.ts";

export type TableSpools = Awaited<ReturnType<typeof openSpools>>;

export async function openSpools(
  { config, clock, log, running }: Context,
  { store, folder, redaction }: { store: Store; folder: Folder; redaction: Redaction },
) {
  const spools = await openSpool({
    dataDir: config.data,
    clock,
    randomHex: (bytes) => randomBytes(bytes).toString("hex"),
    newBlock: {
      spans: () => new SpanBlock(redaction),
      logs: () => new LogBlock(redaction),
      series: () => new SeriesBlock(),
      metric_metadata: () => new MetadataBlock(),
      samples: () => new SampleBlock(),
      histogram_samples: () => new HistogramBlock(),
      exemplars: () => new ExemplarBlock(),
    },
    insert: (segment) => store.insertSegment(segment),
    storedCounts: () => readStoredCounts(store),
    onStored: () => folder.nudge(),
    log: (event) => log.info(event, `spool: ${event.type}`),
    settings: { spoolBytesMax: config.spool.bytes },
  });
  running.add("spool", () => spools.stop());
  return spools;
}
