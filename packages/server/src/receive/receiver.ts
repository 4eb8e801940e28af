import type { ListenAddress } from "../listen/address.ts";
import type { ReceiverStats } from "./receiver-stats.ts";

/** A door of the server. */
export interface Receiver {
  readonly stats: ReceiverStats;
  /** @returns where it listens: the port that was free for port 0. @throws SightglassError port_taken, config_invalid */
  start(): Promise<ListenAddress>;
  /** Takes nothing new, lets what is under way end within limits.stopGraceMs, and then cuts it off. */
  stop(): Promise<void>;
}
