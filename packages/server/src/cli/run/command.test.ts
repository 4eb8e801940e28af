import { EventEmitter } from "node:events";
import { Writable } from "node:stream";
import { Command } from "commander";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { systemClock } from "../../model/clock.ts";
import { runCommandDefinition } from "./command.ts";
import { randomIds } from "./random.ts";
import { type Receiver, startReceiver } from "./testing/receiver.ts";

let receiver: Receiver;
let output: string;
beforeEach(async () => {
  receiver = await startReceiver();
  output = "";
});
afterEach(() => receiver.stop());

async function sightglass(...args: string[]): Promise<number | undefined> {
  let code: number | undefined;
  const sink = new Writable({
    write(chunk: Buffer, _encoding, done) {
      output += chunk.toString();
      done();
    },
  });
  const definition = runCommandDefinition((exitCode) => (code = exitCode), {
    stdout: sink,
    stderr: sink,
    environment: { PATH: process.env["PATH"], OTEL_EXPORTER_OTLP_ENDPOINT: receiver.endpoint },
    clock: systemClock,
    send: fetch,
    signals: new EventEmitter(),
    isOnTerminal: false,
    hostName: "test-host",
    ids: randomIds,
  });
  const program = new Command("sightglass").enablePositionalOptions().exitOverride();
  program.addCommand(definition.exitOverride().configureOutput({ writeErr: (text) => (output += text) }));
  await program.parseAsync(["node", "sightglass", "run", ...args]);
  return code;
}

describe("the command line", () => {
  it("reads the flags before -- and leaves those after it to the command", async () => {
    const flags = "--pipeline p --stage s --partition d --run-id r --source csv:in --sink csv".split(" ");
    const code = await sightglass(...flags, "--", "sh", "-c", 'echo "$@"; exit 2', "x", "--pipeline", "q");
    expect(code).toBe(2);
    expect(output).toBe("--pipeline q\n");
    expect(receiver.spans[0]?.attributes).toMatchObject({
      "pipeline.name": "p",
      "pipeline.stage": "s",
      "pipeline.partition.key": "d",
      "pipeline.run.id": "r",
      "pipeline.source.table": "in",
      "pipeline.sink.system": "csv",
    });
  });

  it("needs no -- when the command's flags come after its name", async () => {
    expect(await sightglass("sh", "-c", "exit 6")).toBe(6);
  });

  it("keeps no output with --no-output", async () => {
    expect(await sightglass("--no-output", "--", "sh", "-c", "exit 0")).toBe(0);
    expect(receiver.logs.filter((log) => log.body !== undefined)).toEqual([]);
  });

  it.each([
    ["", "true"],
    ["  ", "true"],
    ["--", "true"],
  ])("refuses the name %j", async (name, command) => {
    for (const flag of ["--pipeline", "--stage", "--partition", "--run-id"])
      await expect(sightglass(flag, name, command)).rejects.toThrow(`${flag} has no value`);
    expect(receiver.spans).toEqual([]);
  });

  it("says what is missing", async () => {
    await expect(sightglass("--pipeline", "p")).rejects.toThrow("missing required argument 'command'");
  });
});
