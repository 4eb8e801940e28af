import { expect, it } from "vitest";
import { useReceiver, useWorkshop } from "../testing/hooks.ts";

/** The packed package, with a profile in each of two threads at the same time. */
const workshop = useWorkshop();
const receiver = useReceiver();

const source = `
  import { Worker, isMainThread } from "node:worker_threads";
  import { bootstrap } from "@sightglass/sdk/bootstrap";
  import { pipeline } from "@sightglass/sdk";
  import { profile } from "@sightglass/sdk/profile";
  bootstrap();
  const isBusy = (before) => process.cpuUsage(before).user < 600_000;
  function inMain() { const before = process.cpuUsage(); while (isBusy(before)); }
  function inWorker() { const before = process.cpuUsage(); while (isBusy(before)); }
  const worker = isMainThread ? new Worker(new URL(import.meta.url)) : undefined;
  const ended = worker && new Promise((resolve) => worker.once("exit", resolve));
  await pipeline(isMainThread ? "main" : "worker", (run) =>
    run.stage("burn", () => profile(async () => { isMainThread ? inMain() : inWorker(); await ended; })));
`;

it("each thread has its own", async () => {
  const result = await workshop.run("threads.mjs", source, { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.endpoint });
  expect(result).toMatchObject({ code: 0, stderr: "" });
  const stacks = receiver.spans
    .filter((span) => span.name === "burn")
    .map((span) => span.events.filter(({ name }) => name === "pipeline.profile.stacks"))
    .map((parts) => parts.map(({ attributes }) => attributes["pipeline.profile.folded"] as string).join(""));
  expect(stacks.filter((text) => text.includes("inMain") !== text.includes("inWorker"))).toHaveLength(2);
});
