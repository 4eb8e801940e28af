import { spawn } from "node:child_process";
import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { build } from "vite";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openEmbeddedStore } from "../store/embedded/store.ts";
import { steps } from "./steps.ts";
import { rowsInRequest, type Acknowledged, type Found } from "./testing/crash-child-protocol.ts";

const packageDir = fileURLToPath(new URL("../../", import.meta.url));

interface Death {
  at: string;
  after: number;
  /** Killed from outside after so many acknowledgements. */
  acknowledgements?: number;
}

/** At each step, early and later; and from outside at moments that differ from run to run. */
const deaths: Death[] = [
  ...steps
    .filter((step) => step !== "undo")
    .flatMap((step) => [
      { at: step, after: 0 },
      { at: step, after: 3 },
    ]),
  ...[1, 10, 35, 80, 150, 400].map((acknowledgements) => ({ at: "-", after: 0, acknowledgements })),
];

describe("kill -9", { timeout: 120_000 }, () => {
  const root = mkdtempSync(join(tmpdir(), "sightglass-crash-"));
  const outDir = join(packageDir, "node_modules", `.crash-child-${process.pid}`);
  const program = "spool/child.mjs";
  const acknowledged = new Set<number>();
  let firstRequest = 0;
  beforeAll(async () => {
    // As the build does: migrate reads the schema beside the program's folder.
    cpSync(fileURLToPath(new URL("../store/schema/", import.meta.url)), join(outDir, "store/schema"), {
      recursive: true,
    });
    await build({
      configFile: false,
      logLevel: "error",
      root: packageDir,
      build: {
        ssr: fileURLToPath(new URL("./testing/crash-child.ts", import.meta.url)),
        outDir,
        emptyOutDir: false,
        target: "node20",
        rolldownOptions: { output: { entryFileNames: program } },
      },
    });
  });
  afterAll(() => {
    rmSync(outDir, { recursive: true, force: true });
    rmSync(root, { recursive: true, force: true });
  });

  /** One life on the same data folder: what it found at its start. */
  async function live(
    { at, after, acknowledgements }: Death,
    meanwhile: (pid: number | undefined) => Promise<void> = async () => {},
  ): Promise<Found> {
    const child = spawn(process.execPath, [join(outDir, program), root, String(firstRequest), at, String(after)], {
      stdio: ["ignore", "pipe", "pipe"],
    });
    const errors: Buffer[] = [];
    child.stderr.on("data", (chunk: Buffer) => errors.push(chunk));
    const ended = new Promise<string>((resolve) => {
      child.on("exit", (code, signal) => resolve(signal ?? `exit code ${code}: ${Buffer.concat(errors).toString()}`));
    });
    let found: Found | undefined;
    let answers = 0;
    for await (const line of createInterface({ input: child.stdout })) {
      const message = JSON.parse(line) as Found | Acknowledged;
      if (message.type === "found") {
        found = message;
        await meanwhile(child.pid);
        continue;
      }
      acknowledged.add(message.request);
      answers += 1;
      if (answers === acknowledgements) child.kill("SIGKILL");
    }
    expect(await ended).toBe("SIGKILL");
    // Requests that were not acknowledged may have been stored: their numbers are not used again.
    firstRequest += 1_000_000;
    if (found === undefined) throw new Error("the child died before it told what it found");
    return found;
  }

  function check(found: Found, acknowledgedBefore: readonly number[]): void {
    const stored = new Set(found.traces.map((id) => Number.parseInt(id, 16)));
    expect(acknowledgedBefore.filter((request) => !stored.has(request))).toEqual([]);
    const spans = stored.size * rowsInRequest;
    expect(found).toMatchObject({ uneven: 0, tracesViewSpans: spans, facts: stored.size });
    expect(found.ledger).toEqual({ received: spans, refused: 0, spooled: 0, stored: spans });
  }

  it.each(deaths)("leaves every acknowledged span exactly once: at $at after $after", async (death) => {
    const acknowledgedBefore = [...acknowledged];
    check(await live(death), acknowledgedBefore);
  });

  it("keeps a second process from the folder while the first lives", async () => {
    let refusal: unknown;
    await live({ at: "-", after: 0, acknowledgements: 5 }, async (pid) => {
      refusal = await openEmbeddedStore({ dataDir: root }).catch((thrown: unknown) => thrown);
      expect(refusal).toMatchObject({
        code: "data_folder_in_use",
        message: `the data folder ${root} is in use by process ${pid}`,
      });
    });
    expect(refusal).toBeDefined();
  });

  it("leaves nothing undone after the last death", async () => {
    const acknowledgedBefore = [...acknowledged];
    expect(acknowledgedBefore.length).toBeGreaterThan(deaths.length);
    check(await live({ at: "-", after: 0, acknowledgements: 1 }), acknowledgedBefore);
  });
});
