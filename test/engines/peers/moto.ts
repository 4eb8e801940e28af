import { freePort } from "../../app/server.ts";
import { Command, installedEngine, isOnPath } from "../command.ts";
import { answers, type PeerKind, ready } from "./peer.ts";

const program = () => installedEngine("moto/bin/moto_server") ?? "moto_server";

/** Moto's S3. */
export const moto: PeerKind = {
  name: "moto",
  isInstalled: () => isOnPath(program()),
  async start() {
    const port = await freePort();
    const command = new Command(program(), ["-H", "127.0.0.1", "-p", String(port)]);
    const url = `http://127.0.0.1:${port}`;
    await ready(command, () => answers(`${url}/moto-api/`));
    return { variables: { S3_ENDPOINT: url }, stop: () => command.end() };
  },
};
