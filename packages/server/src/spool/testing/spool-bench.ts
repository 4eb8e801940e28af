import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { systemClock } from "../../model/clock.ts";
import { SightglassError } from "../../model/errors.ts";
import { openEmbeddedStore } from "../../store/embedded/store.ts";
import { readStoredCounts } from "../../store/ledger-counts.ts";
import { migrate } from "../../store/migrate.ts";
import type { Store } from "../../store/store.ts";
import type { LedgerCounts } from "../ledger.ts";
import { openSpool } from "../open.ts";
import type { OpenSpoolOptions, SpoolEvent, Spools } from "../options.ts";
import { SpanRows } from "./span-rows.ts";

type Tables = { spans: SpanRows };

/** A real store whose inserts can be stopped, and spools on it. Each request has a trace of its own. */
export class SpoolBench {
  readonly root: string;
  readonly store: Store;
  readonly events: SpoolEvent[] = [];
  /** While set, the store refuses every insert with it. */
  failure: SightglassError | undefined;
  #requests = 0;
  #folders = 0;

  private constructor(root: string, store: Store) {
    this.root = root;
    this.store = store;
  }

  static async open(): Promise<SpoolBench> {
    const root = mkdtempSync(join(tmpdir(), "sightglass-spool-"));
    const store = await openEmbeddedStore({ dataDir: join(root, "store") });
    await migrate(store, { clock: systemClock });
    return new SpoolBench(root, store);
  }

  async close(): Promise<void> {
    await this.store.close();
    rmSync(this.root, { recursive: true, force: true });
  }

  /** An empty store and no events: for the next test. */
  async reset(): Promise<void> {
    this.failure = undefined;
    this.events.length = 0;
    for (const table of ["spans", "traces", "operations", "run_facts", "ledger", "span_calls"]) {
      await this.store.execute(`TRUNCATE TABLE ${table}`);
    }
  }

  newFolder(): string {
    return join(this.root, `data-${(this.#folders += 1)}`);
  }

  spool(changes: Partial<OpenSpoolOptions<Tables>> = {}): Promise<Spools<Tables>> {
    return openSpool<Tables>({
      dataDir: this.newFolder(),
      clock: systemClock,
      randomHex: (bytes) => randomBytes(bytes).toString("hex"),
      newBlock: { spans: () => new SpanRows() },
      insert: async (segment) => {
        if (this.failure !== undefined) throw this.failure;
        await this.store.insertSegment(segment);
      },
      storedCounts: () => readStoredCounts(this.store),
      log: (event) => this.events.push(event),
      ...changes,
    });
  }

  /** One request of so many spans. */
  async send(spools: Spools<Tables>, spans = 10): Promise<number> {
    const request = (this.#requests += 1);
    await spools.tables.spans.append((block) => {
      for (let row = 0; row < spans; row += 1) block.push({ traceId: request, spanId: row });
      return { accepted: spans, rejected: 0 };
    });
    return request;
  }

  /** Requests that are in the store, each with its number of spans. */
  async stored(): Promise<Map<number, number>> {
    const rows = await this.store.query<{ request: number; spans: number }>(
      "SELECT reinterpretAsUInt64(reverse(trace_id)) AS request, count() AS spans FROM spans GROUP BY trace_id ORDER BY request",
    );
    return new Map(rows.map(({ request, spans }) => [request, spans]));
  }
}

export function isBalanced({ received, refused, spooled, stored }: LedgerCounts): boolean {
  return received === stored + refused + spooled;
}

export const storeIsDown = new SightglassError("store_unavailable", "the store is stopped for this test");
export const contentIsRefused = new SightglassError("invalid_argument", "the store refuses the rows in this test");
