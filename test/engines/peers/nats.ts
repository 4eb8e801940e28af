import { freePort } from "../../app/server.ts";
import { accepts, Command, isInstalled, TemporaryFolder } from "../command.ts";
import { type PeerKind, ready } from "./peer.ts";

/** With JetStream, whose streams lie in a temporary folder. */
export const nats: PeerKind = {
  name: "nats-server",
  isInstalled: () => isInstalled("nats-server"),
  async start() {
    const folder = new TemporaryFolder("nats");
    const port = await freePort();
    const args = ["-a", "127.0.0.1", "-p", String(port), "-js", "-sd", folder.path];
    const command = new Command("nats-server", args);
    await ready(command, () => accepts(port));
    return {
      variables: { NATS_URL: `nats://127.0.0.1:${port}` },
      async stop() {
        await command.end();
        folder.remove();
      },
    };
  },
};
