import { freePort } from "../../app/server.ts";
import { accepts, Command, isInstalled } from "../command.ts";
import { type PeerKind, ready } from "./peer.ts";

export const nats: PeerKind = {
  name: "nats-server",
  isInstalled: () => isInstalled("nats-server"),
  async start() {
    const port = await freePort();
    const command = new Command("nats-server", ["-a", "127.0.0.1", "-p", String(port)]);
    await ready(command, () => accepts(port));
    return { variables: { NATS_URL: `nats://127.0.0.1:${port}` }, stop: () => command.end() };
  },
};
