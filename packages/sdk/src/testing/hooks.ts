import { afterAll, afterEach, beforeEach } from "vitest";
import { Workshop } from "./program.ts";
import { Receiver } from "./receiver.ts";

/** The packed SDK with these packages beside it, for all tests of a file. */
export function useWorkshop(packages: readonly string[] = []): Workshop {
  const workshop = new Workshop();
  afterAll(() => workshop.remove());
  for (const name of packages) workshop.link(name);
  return workshop;
}

/** A receiver that each test finds empty. */
export function useReceiver(): Receiver {
  const receiver = new Receiver();
  beforeEach(() => receiver.open());
  afterEach(() => receiver.stop());
  return receiver;
}
