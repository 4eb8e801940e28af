import type { IncomingMessage } from "node:http";
import type { Clock } from "../model/clock.ts";
import { limits } from "../model/limits.ts";

/**
 * What is left of a refused body is read and dropped (node does so), since closing at once would lose the answer on its
 * way to a client that is still sending; but not for ever.
 */
export function endUnread(request: IncomingMessage, clock: Clock): void {
  if (request.complete) return;
  const cancel = clock.after(limits.refusedBodyDrainMs.value, () => request.destroy());
  request.once("close", cancel);
  request.once("end", cancel);
}
