/**
 * One side of a boundary, in a process of its own: `node main.mjs BOUNDARY produce|consume|gather`.
 *
 * Each program beside this file exports `produce()`, which sends from within a stage, and `consume(ready)`, which returns the
 * context that arrived; some export `gather(count)`, which returns the links of that many messages. What both sides call the
 * topic, queue, table or file is in NAME; where the peer is, in variables of the peer's.
 */
import { bootstrap } from "@sightglass/sdk/bootstrap";
import { pipeline } from "@sightglass/sdk";

const [boundary, role] = process.argv.slice(2);
const telemetry = bootstrap({ service: `${boundary}-${role}` });
const { produce, consume, gather } = await import(`./${boundary}.mjs`);
const { NAME: name } = process.env;

const roles = {
  produce: () =>
    pipeline("producer", (run) =>
      run.stage(`${name} send`, async (stage) => {
        await produce();
        const { traceId, spanId } = stage.span.spanContext();
        console.log(JSON.stringify({ traceId, spanId }));
      }),
    ),
  consume: async () => {
    const parent = await consume(() => console.log("ready"));
    await pipeline(`${name} receive`, { parent }, (run) => run.stage("work", () => {}));
  },
  gather: () =>
    pipeline("consumer", async (run) => {
      const { links, rows } = await gather(Number(process.env.COUNT));
      await run.stage(`${name} gather`, { links }, (stage) => {
        stage.read(rows);
        const { traceId, spanId } = stage.span.spanContext();
        console.log(JSON.stringify({ traceId, spanId }));
      });
    }),
};
await roles[role]();
await telemetry.shutdown();
// Clients that keep connections open must not hold up the test.
process.exit(0);
