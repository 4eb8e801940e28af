import { startMock } from "./server.ts";
import { advanceRun, beginRun, emptyWorld, makeWorld } from "./world.ts";

/** Starts the mock with runs that go on. `serve.mjs` calls it. */
export async function runMock(options: { port: number; isEmpty: boolean; pageDir: string }): Promise<string> {
  const world = options.isEmpty ? emptyWorld() : makeWorld(Date.now());
  const mock = await startMock({ world, port: options.port, pageDir: options.pageDir, now: Date.now });
  setInterval(() => {
    for (const run of world.runs.filter((each) => each.status === "running")) {
      const after = advanceRun(world, run.id, Date.now());
      if (after !== null) mock.announce(after);
    }
  }, 2_000);
  setInterval(() => {
    const run = beginRun(world, "movies-clean", Date.now());
    if (run !== null) mock.announce(run);
  }, 45_000);
  return mock.url;
}
