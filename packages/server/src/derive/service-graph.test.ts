import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { limits } from "../model/limits.ts";
import type { Deriver } from "./deriver.ts";
import { gridMs } from "./grid.ts";
import { openDerivedTest, type DerivedTest } from "./testing/derived.ts";

let test: DerivedTest;
let deriver: Deriver;
beforeAll(async () => {
  test = await openDerivedTest();
  test.clock.toNow();
  deriver = test.deriver({ serviceGraph: true });
  await deriver.sampleNow();
});
afterAll(() => test.close());

const kinds = { server: 2, client: 3, producer: 4, consumer: 5 } as const;

interface Side {
  kind: keyof typeof kinds;
  service: string;
  trace: number;
  span: number;
  parent?: number;
  links?: number[];
  seconds?: number;
  isFailed?: boolean;
  attributes?: Record<string, string>;
}

async function store(sides: readonly Side[]): Promise<void> {
  const id = (digits: number, value = 0) => value.toString(16).padStart(digits, "0");
  const rows = sides.map((side) => ({
    kind: kinds[side.kind],
    service: side.service,
    trace: id(32, side.trace),
    span: id(16, side.span),
    parent: id(16, side.parent),
    links: (side.links ?? []).map((link) => id(16, link)),
    ns: Math.round((side.seconds ?? 0.05) * 1e9),
    status: side.isFailed === true ? 2 : 0,
    attributes: side.attributes ?? {},
  }));
  await test.store.execute(
    `INSERT INTO spans (received_at, start_time, duration_ns, trace_id, span_id, parent_span_id, link_span_ids, kind, status_code,
       service, attributes_string)
     SELECT now64(3), now64(9), row.7, toFixedString(unhex(row.3), 16), toFixedString(unhex(row.4), 8), toFixedString(unhex(row.5), 8),
       arrayMap(link -> toFixedString(unhex(link), 8), row.6), row.1, row.8, row.2, row.9
     FROM (SELECT arrayJoin(JSONExtract({rows:String}, 'Array(Tuple(kind UInt8, service String, trace String, span String,
       parent String, links Array(String), ns Int64, status UInt8, attributes Map(String, String)))')) AS row)`,
    { params: { rows: JSON.stringify(rows) } },
  );
}

/** Past the time that the sides of what is stored now may take to find each other. */
async function wait(): Promise<void> {
  test.clock.toNow();
  test.clock.atMs += limits.callSideWaitMs.value + gridMs;
  await test.next(deriver);
}

const edges = async (metric: string) =>
  (await test.ask(metric))
    .map(({ labels, value }) => [labels["client"], labels["server"], labels["connection_type"] ?? "", value] as const)
    .toSorted((a, b) => (String(a) < String(b) ? -1 : 1));

describe("the service graph", () => {
  it("pairs the sides of a call, in whichever order they come", async () => {
    await store([
      { kind: "client", service: "web", trace: 1, span: 11, seconds: 0.3 },
      { kind: "server", service: "api", trace: 2, span: 22, parent: 21, seconds: 0.15 },
      // Another trace with the same span id is another call.
      { kind: "server", service: "other", trace: 3, span: 31, parent: 11 },
    ]);
    await store([
      { kind: "server", service: "api", trace: 1, span: 12, parent: 11, seconds: 0.15, isFailed: true },
      { kind: "client", service: "web", trace: 2, span: 21, seconds: 0.3 },
    ]);
    await wait();
    expect(await edges("traces_service_graph_request_total")).toEqual([["web", "api", "", 2]]);
    expect(await edges("traces_service_graph_request_failed_total")).toEqual([["web", "api", "", 1]]);
    expect(await edges('traces_service_graph_request_client_seconds_bucket{le="0.2"}')).toEqual([
      ["web", "api", "", 0],
    ]);
    expect(await edges('traces_service_graph_request_client_seconds_bucket{le="0.4"}')).toEqual([
      ["web", "api", "", 2],
    ]);
    expect(await edges('traces_service_graph_request_server_seconds_bucket{le="0.2"}')).toEqual([
      ["web", "api", "", 2],
    ]);
    expect(await edges("traces_service_graph_request_server_seconds_sum")).toEqual([["web", "api", "", 0.3]]);
    expect(await edges("increase(traces_service_graph_request_total[1m]) > bool 0")).toEqual([["web", "api", "", 1]]);
  });

  it("counts nothing twice when nothing is new, also after a restart", async () => {
    const before = await edges("traces_service_graph_request_total");
    await test.next(deriver, 2);
    await deriver.stop();
    deriver = test.deriver({ serviceGraph: true });
    await test.next(deriver);
    expect(await edges("traces_service_graph_request_total")).toEqual(before);
  });

  it("knows databases, peers without spans, users and messages", async () => {
    // The engine's clock, which says when a side came, is behind the test's by now.
    for (const table of ["call_sides", "call_increments"]) await test.store.execute(`TRUNCATE TABLE ${table}`);
    await store([
      {
        kind: "client",
        service: "api",
        trace: 4,
        span: 41,
        attributes: { "db.system.name": "postgresql", "db.namespace": "orders" },
      },
      { kind: "client", service: "api", trace: 4, span: 42, attributes: { "server.address": "example.org" } },
      { kind: "client", service: "api", trace: 4, span: 43 },
      { kind: "server", service: "front", trace: 5, span: 51 },
      { kind: "producer", service: "api", trace: 6, span: 61 },
      { kind: "producer", service: "api", trace: 6, span: 62 },
      { kind: "consumer", service: "loader", trace: 6, span: 63, parent: 61 },
      { kind: "consumer", service: "indexer", trace: 6, span: 64, links: [62] },
    ]);
    await wait();
    expect(await edges('traces_service_graph_request_total{client!="web"}')).toEqual([
      ["api", "example.org", "virtual_node", 1],
      ["api", "indexer", "messaging_system", 1],
      ["api", "loader", "messaging_system", 1],
      ["api", "orders", "database", 1],
      ["user", "front", "virtual_node", 1],
    ]);
  });
});
