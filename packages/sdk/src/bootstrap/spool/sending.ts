import type { Clock } from "../../clock.ts";
import type { Settings } from "../environment.ts";
import { OtlpHttp } from "../otlp-http.ts";
import { SpoolChannel } from "./channel.ts";
import type { SpoolFolder } from "./folder.ts";

/** Sends what waits in `folder` to where this process sends the same signal; what it does not send at all is left there. */
export function spoolChannel(
  folder: SpoolFolder,
  settings: Settings,
  clock: Clock,
  complain: (text: string) => void,
): SpoolChannel {
  const senders = new Map<string, OtlpHttp>();
  return new SpoolChannel({
    folder,
    clock,
    complain,
    senderFor({ signal, encoding }) {
      if (settings[signal].exporter !== "otlp") return undefined;
      const key = `${signal} ${encoding}`;
      const sender = senders.get(key) ?? new OtlpHttp({ ...settings[signal], encoding }, clock);
      senders.set(key, sender);
      return sender;
    },
  });
}
