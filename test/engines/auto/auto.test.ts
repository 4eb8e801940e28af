import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { useReceiver } from "../../../packages/sdk/src/testing/hooks.ts";
import { Workshop } from "../../../packages/sdk/src/testing/program.ts";
import type { Peer, PeerKind } from "../peers/peer.ts";
import { libraries, type Library, secret } from "./libraries.ts";

/** `@sightglass/sdk/auto`, packed, with each library and a real server: its spans lie below the stage and hold no values. */

let workshop: Workshop;
const receiver = useReceiver();
/** Begun together. */
const peers = new Map<PeerKind, Promise<Peer>>();
beforeAll(() => {
  workshop = new Workshop();
  for (const { peer, packages } of libraries) {
    for (const name of packages) workshop.link(name);
    if (!peer.isInstalled() || peers.has(peer)) continue;
    const started = peer.start();
    // Whoever needs it sees that it failed.
    started.catch(() => {});
    peers.set(peer, started);
  }
});
afterAll(async () => {
  await Promise.allSettled([...peers.values()].map(async (peer) => (await peer).stop()));
  workshop?.remove();
});

const forms = {
  esm: {
    file: "main.mjs",
    load: (name: string, module: string) => `import ${name} from "${module}";`,
    first: `import "@sightglass/sdk/auto"; import { bootstrap } from "@sightglass/sdk/bootstrap"; import { pipeline } from "@sightglass/sdk";`,
  },
  cjs: {
    file: "main.cjs",
    load: (name: string, module: string) => `const ${name} = require("${module}");`,
    first: `require("@sightglass/sdk/auto"); const { bootstrap } = require("@sightglass/sdk/bootstrap"); const { pipeline } = require("@sightglass/sdk");`,
  },
} as const;

async function run({ module, work, peer }: Library, form: keyof typeof forms) {
  const { file, load, first } = forms[form];
  const source = `${first} ${load("library", module)}
    bootstrap({ metrics: { intervalMs: 600_000 } });
    pipeline("p", (run) => run.stage("s", async () => { ${work} }));`;
  const { variables } = (await peers.get(peer)) ?? expect.fail(`${peer.name} was not started`);
  const own = { FORM: form, OTEL_EXPORTER_OTLP_ENDPOINT: receiver.endpoint };
  // AWS' client warns that it will not support this Node for ever.
  return workshop.run(file, source, { ...variables, ...own, NODE_NO_WARNINGS: "1" });
}

describe.each(libraries)("$name", (library) => {
  it.skipIf(!library.peer.isInstalled()).each(["esm", "cjs"] as const)(
    `in %s makes spans of the stage, without values (needs ${library.peer.name})`,
    async (form) => {
      expect(await run(library, form)).toMatchObject({ code: 0, stderr: "" });
      const stage = receiver.span("s");
      const made = receiver.spans
        .filter(({ scope }) => scope === `@opentelemetry/instrumentation-${library.name}`)
        .toSorted((a, b) => Number(a.startNs - b.startNs));
      // A client says hello in ways of its own.
      const asked = made.filter((span) => library.spans.some(({ name }) => span.name.includes(name)));
      expect(asked).toMatchObject(
        library.spans.map(({ name, attributes, isError = false }) => ({
          name: expect.stringContaining(name) as string,
          traceId: stage.traceId,
          attributes,
          statusCode: isError ? 2 : 0,
        })),
      );
      const ids = new Set([stage.spanId, ...made.map(({ spanId }) => spanId)]);
      for (const { parentSpanId } of made) expect(ids).toContain(parentSpanId);
      const sent = JSON.stringify([receiver.spans, receiver.logs, receiver.points], (_key, value: unknown) =>
        typeof value === "bigint" ? String(value) : value,
      );
      expect(sent).not.toContain(secret);
    },
  );
});
