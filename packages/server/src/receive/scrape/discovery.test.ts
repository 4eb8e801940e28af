import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { FileDiscovery } from "./discovery.ts";
import type { TargetGroup } from "./job.ts";
import { ManualClock } from "./testing/manual-clock.ts";

const folder = mkdtempSync(join(tmpdir(), "sightglass-discovery-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it("reads every scalar of a file as a text, as it is written", async () => {
  const file = join(folder, "t.yaml");
  writeFileSync(file, "- targets: ['h:1']\n  labels: {shard: 01, canary: true, ratio: 1.50, env: }\n");
  const faults: string[] = [];
  const discovery = new FileDiscovery({
    clock: new ManualClock(),
    refreshMs: 60_000,
    files: [file],
    onFault: (error) => faults.push(error.message),
  });
  const groups = await new Promise<readonly TargetGroup[]>((resolve) => discovery.start(resolve));
  discovery.stop();
  const labels = { shard: "01", canary: "true", ratio: "1.50", env: "", __meta_filepath: file };
  expect(groups).toEqual([{ targets: ["h:1"], labels }]);
  expect(faults).toEqual([]);
});
