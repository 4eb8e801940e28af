import type { KeyValue } from "sightglass/contract";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { freePort, Server } from "../../app/server.ts";
import { TemporaryFolder } from "../command.ts";
import { type Boundary, boundaries, formats } from "./boundaries.ts";
import type { Peer, PeerKind } from "../peers/peer.ts";
import { type Setting, Side, type SpanIds } from "./sides.ts";
import { spanNamed } from "./stored.ts";

/**
 * Two real processes with a real server of another project between them: what one sends and what the other takes are one trace on
 * a real Sightglass, in each format; and a batch links to all that have sent some of it.
 */

const hookTimeoutMs = 240_000;

let server: Server;
let folder: TemporaryFolder;
/** Begun together: the slow ones start while the quick ones are tested. */
const peers = new Map<PeerKind, Promise<Peer>>();
beforeAll(async () => {
  folder = new TemporaryFolder("carriers");
  server = await Server.start();
  for (const { peer } of boundaries)
    if (peer?.isInstalled() === true && !peers.has(peer)) {
      const started = peer.start();
      // Whoever needs it sees that it failed.
      started.catch(() => {});
      peers.set(peer, started);
    }
}, hookTimeoutMs);
afterAll(async () => {
  await Promise.allSettled([...peers.values()].map(async (peer) => (await peer).stop()));
  await server?.dispose();
  folder?.remove();
}, hookTimeoutMs);

describe.each(boundaries)("$name", (boundary) => {
  const needs = boundary.peer === undefined ? "" : ` (needs ${boundary.peer.name})`;
  describe.skipIf(boundary.peer?.isInstalled() === false)(`between two processes${needs}`, () => {
    it.each(formats)("in the format %s", async (format) => {
      const setting = await settingOf(boundary, format);
      const sent = await crossed(boundary, setting);
      const received = await spanNamed(server, sent.traceId, `${setting.name} receive`);
      expect(received.parentSpanId).toBe(sent.spanId);
    });

    const { rowsPerProducer } = boundary;
    if (rowsPerProducer === undefined) return;
    it("as a batch of two producers", async () => {
      const setting = await settingOf(boundary, "tracecontext,baggage");
      const producers = [await produced(setting), await produced(setting)];
      const gathered = await new Side("gather", setting).done();
      const { links } = await spanNamed(server, gathered?.traceId ?? "", `${setting.name} gather`);
      const linked = links.map(({ traceId, spanId, attributes }) => ({ traceId, spanId, rows: rowsOf(attributes) }));
      const expected = producers.map((producer) => ({ ...producer, rows: rowsPerProducer }));
      expect(linked.sort(byTrace)).toEqual(expected.sort(byTrace));
    });
  });
});

const byTrace = (a: SpanIds, b: SpanIds) => (a.traceId < b.traceId ? -1 : 1);

let count = 0;
async function settingOf({ name, peer }: Boundary, format: string): Promise<Setting> {
  const variables = peer === undefined ? {} : (await peers.get(peer))?.variables;
  return {
    boundary: name,
    name: `${name}-${(count += 1)}`,
    variables: {
      ...variables,
      OTEL_EXPORTER_OTLP_ENDPOINT: server.otlpHttp,
      OTEL_PROPAGATORS: format,
      FOLDER: folder.path,
      PORT: String(await freePort()),
      COUNT: "2",
    },
  };
}

async function produced(setting: Setting): Promise<SpanIds> {
  const sent = await new Side("produce", setting).done();
  if (sent === undefined) throw new Error(`${setting.boundary}: the producer told no span`);
  return sent;
}

/** The boundary is crossed once; the span that sent. */
async function crossed({ order }: Boundary, setting: Setting): Promise<SpanIds> {
  const listener = order === "listening" ? new Side("consume", setting) : undefined;
  await listener?.listening();
  const sent = await produced(setting);
  const consumer = order === "stored" ? new Side("consume", setting) : listener;
  await consumer?.done();
  return sent;
}

function rowsOf(attributes: readonly KeyValue[]): number {
  const rows = attributes.find(({ key }) => key === "pipeline.records.read")?.value;
  return rows !== undefined && "intValue" in rows ? Number(rows.intValue) : Number.NaN;
}
