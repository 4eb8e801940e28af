import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { freePort } from "../../app/server.ts";
import { accepts, Command, installedEngine, isOnPath, runToEnd, TemporaryFolder } from "../command.ts";
import { type PeerKind, ready } from "./peer.ts";

/** Sixteen bytes in URL-safe base64. */
const clusterId = "c2lnaHRnbGFzcy10ZXN0cw";

const jars = () => installedEngine("kafka/jars");

/** One broker that is its own controller (KRaft), from the jars of Maven Central. */
export const kafka: PeerKind = {
  name: "kafka",
  isInstalled: () => jars() !== undefined && isOnPath("java"),
  async start() {
    const folder = new TemporaryFolder("kafka");
    const [port, controllerPort] = [await freePort(), await freePort()];
    const properties = join(folder.path, "server.properties");
    const settings = [
      "process.roles=broker,controller",
      "node.id=1",
      `listeners=PLAINTEXT://127.0.0.1:${port},CONTROLLER://127.0.0.1:${controllerPort}`,
      "controller.listener.names=CONTROLLER",
      `controller.quorum.bootstrap.servers=127.0.0.1:${controllerPort}`,
      `log.dirs=${join(folder.path, "data")}`,
      "offsets.topic.replication.factor=1",
      "offsets.topic.num.partitions=1",
      "group.initial.rebalance.delay.ms=0",
    ];
    writeFileSync(properties, settings.join("\n"));
    // Short-lived: compiling much would cost more than it gains.
    const java = ["-Xmx256m", "-XX:TieredStopAtLevel=1", "-cp", `${jars() ?? ""}/*`];
    await runToEnd("java", [
      ...java,
      "kafka.tools.StorageTool",
      "format",
      "--standalone",
      "-t",
      clusterId,
      "-c",
      properties,
    ]);
    const command = new Command("java", [...java, "kafka.Kafka", properties]);
    await ready(command, () => accepts(port));
    return {
      variables: { KAFKA_BROKER: `127.0.0.1:${port}` },
      async stop() {
        await command.end();
        folder.remove();
      },
    };
  },
};
