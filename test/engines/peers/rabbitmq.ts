import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { freePort } from "../../app/server.ts";
import { accepts, Command, isOnPath, TemporaryFolder } from "../command.ts";
import { type PeerKind, ready } from "./peer.ts";

export const rabbitmq: PeerKind = {
  name: "rabbitmq-server",
  isInstalled: () => isOnPath("rabbitmq-server"),
  async start() {
    const folder = new TemporaryFolder("rabbitmq", { isUnprivileged: true });
    const [port, nodesPort, mapperPort] = [await freePort(), await freePort(), await freePort()];
    const configuration = join(folder.path, "rabbitmq.conf");
    writeFileSync(configuration, `listeners.tcp.1 = 127.0.0.1:${port}\n`);
    const environment = {
      HOME: folder.path,
      RABBITMQ_NODENAME: `sightglass-${port}@localhost`,
      RABBITMQ_CONFIG_FILE: configuration,
      RABBITMQ_DIST_PORT: String(nodesPort),
      RABBITMQ_MNESIA_BASE: join(folder.path, "data"),
      RABBITMQ_LOG_BASE: join(folder.path, "log"),
      RABBITMQ_PID_FILE: join(folder.path, "pid"),
      RABBITMQ_ENABLED_PLUGINS_FILE: join(folder.path, "plugins"),
      RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS: "+S 1:1 +sbwt none",
      ERL_EPMD_PORT: String(mapperPort),
      ERL_EPMD_ADDRESS: "127.0.0.1",
    };
    // Where the tests run, nobody may not be allowed to look.
    const as = { isUnprivileged: true, folder: folder.path };
    // Erlang's name server would be started as a daemon that outlives the test.
    const mapper = new Command("epmd", ["-port", String(mapperPort), "-address", "127.0.0.1"], as);
    await ready(mapper, () => accepts(mapperPort));
    // The start script on the path changes to the user rabbitmq; this is what it starts.
    const program = ["/usr/lib/rabbitmq/bin/rabbitmq-server"].find(isOnPath) ?? "rabbitmq-server";
    const command = new Command(program, [], { environment, ...as });
    await ready(command, () => accepts(port));
    return {
      variables: { RABBITMQ_URL: `amqp://127.0.0.1:${port}` },
      async stop() {
        await command.end();
        await mapper.end();
        folder.remove();
      },
    };
  },
};
