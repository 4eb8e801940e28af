import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { useReceiver, useWorkshop } from "../packages/sdk/src/testing/hooks.ts";
import { isProgram, snippetsOf } from "./snippets/snippets.ts";

/**
 * The TypeScript of guides and READMEs, with the packed SDK: all of it compiles as a reader's strict program, and what is a whole
 * program runs. What a block leaves out stands in a comment before it, `<!--given ... -->`: declarations, or what can be run.
 */
const pages = execFileSync("git", ["ls-files", "-co", "--exclude-standard", "*README.md", "docs/guides"], {
  encoding: "utf8",
});
const snippets = pages
  .split("\n")
  .filter((page) => page.endsWith(".md"))
  .flatMap((page) => snippetsOf(page, readFileSync(page, "utf8")))
  .map((snippet, at) => ({ ...snippet, name: `snippet-${at}` }));

const clients = [
  "@aws-sdk",
  "@smithy",
  "@nats-io",
  "@sightglass/promql",
  "amqplib",
  "bullmq",
  "ioredis",
  "kafkajs",
  "pg",
  "pg-types",
  "pg-protocol",
  "zod",
];
const workshop = useWorkshop(clients);
const receiver = useReceiver();
for (const { name, given, code } of snippets) workshop.write(`${name}.mts`, `${given}${code}\nexport {};\n`);
const files = snippets.map(({ name }) => `${name}.mts`);
// The clients' own types are theirs.
const told = workshop.compile(files, ["--skipLibCheck"]);

/** A complaint by its line in the page, not in the file. */
function placed(_all: string, name: string, line: string): string {
  const { place = "", given = "" } = snippets.find((snippet) => snippet.name === name) ?? {};
  const [page, first] = place.split(":");
  const lineInBlock = Number(line) - given.split("\n").length + 1;
  return lineInBlock > 0 ? `${page}:${Number(first) + lineInBlock}` : `what is given to ${place}`;
}

describe("the snippets of guides and READMEs", () => {
  it("are found", () => expect(snippets.length).toBeGreaterThan(50));

  it("compile", () => expect(told.replaceAll(/^(snippet-\d+)\.mts\((\d+),\d+\)/gm, placed)).toBe(""));

  it.each(snippets.filter(isProgram))("run: $place", async ({ name }) => {
    const program = workshop.startFile(`${name}.mjs`, { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.endpoint });
    expect(await program.ended).toMatchObject({ code: 0, stderr: "" });
  });
});
