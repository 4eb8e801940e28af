import { freePort } from "../../app/server.ts";
import { accepts, Command, installedEngine } from "../command.ts";
import { type PeerKind, ready } from "./peer.ts";
import { postgresql } from "./postgresql.ts";

const program = () => installedEngine("ferretdb/ferretdb");

/** A MongoDB server that keeps its documents in PostgreSQL; MongoDB's own is in no registry. */
export const ferretdb: PeerKind = {
  name: "ferretdb",
  isInstalled: () => program() !== undefined && postgresql.isInstalled(),
  async start() {
    const store = await postgresql.start();
    const port = await freePort();
    const address = `127.0.0.1:${port}`;
    const command = new Command(program() ?? "", [address, store.variables["POSTGRESQL_URL"] ?? ""]);
    await ready(command, () => accepts(port));
    return {
      variables: { MONGODB_URL: `mongodb://${address}/` },
      async stop() {
        await command.end();
        await store.stop();
      },
    };
  },
};
