import { freePort } from "../../app/server.ts";
import { Command, installedEngine, isOnPath, TemporaryFolder } from "../command.ts";
import { answers, type PeerKind, ready } from "./peer.ts";

const program = () => installedEngine("prefect/bin/prefect") ?? "prefect";

/** Prefect's server with its own SQLite. */
export const prefect: PeerKind = {
  name: "prefect",
  isInstalled: () => isOnPath(program()),
  async start() {
    const folder = new TemporaryFolder("prefect");
    const port = await freePort();
    const args = ["server", "start", "--host", "127.0.0.1", "--port", String(port), "--no-ui", "--no-services"];
    const environment = { PREFECT_HOME: folder.path, PREFECT_SERVER_ANALYTICS_ENABLED: "false" };
    const command = new Command(program(), args, { environment });
    const url = `http://127.0.0.1:${port}`;
    await ready(command, () => answers(`${url}/api/health`));
    return {
      variables: { PREFECT_URL: url },
      async stop() {
        await command.end();
        folder.remove();
      },
    };
  },
};
