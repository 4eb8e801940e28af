import { freePort } from "../../app/server.ts";
import { accepts, Command, isInstalled } from "../command.ts";
import { type PeerKind, ready } from "./peer.ts";

export const redis: PeerKind = {
  name: "redis-server",
  isInstalled: () => isInstalled("redis-server"),
  async start() {
    const port = await freePort();
    const command = new Command("redis-server", ["--port", String(port), "--bind", "127.0.0.1", "--save", ""]);
    await ready(command, () => accepts(port));
    return { variables: { REDIS_URL: `redis://127.0.0.1:${port}` }, stop: () => command.end() };
  },
};
