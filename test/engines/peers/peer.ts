import { until } from "../../app/server.ts";
import type { Command } from "../command.ts";

/** A real server of another project, started for the tests. */
export interface Peer {
  /** Where it is, for the programs. */
  variables: Record<string, string>;
  stop(): Promise<void>;
}

export interface PeerKind {
  /** As people know it; also what is to be installed. */
  name: string;
  isInstalled(): boolean;
  start(): Promise<Peer>;
}

/** Waits until `check` holds; throws what the server said when it ended before, or time is up. */
export async function ready(command: Command, check: () => Promise<boolean>): Promise<void> {
  await until(
    async () => {
      if (command.hasEnded) throw new Error(`it ended: ${command.output}`);
      return check();
    },
    { what: () => `the server to be ready; it said: ${command.output}`, timeoutMs: 120_000 },
  );
}

/** Whether a GET is answered with a success. */
export async function answers(url: string): Promise<boolean> {
  const answer = await fetch(url).catch(() => undefined);
  return answer?.ok === true;
}
