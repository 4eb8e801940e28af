import { join } from "node:path";
import { freePort } from "../../app/server.ts";
import { accepts, Command, isInstalled, runToEnd, TemporaryFolder } from "../command.ts";
import { type PeerKind, ready } from "./peer.ts";

/** Debian puts it beside the path. */
const folders = ["/usr/lib/postgresql/15/bin/", ""];
const program = (name: string) => (folders.find((folder) => isInstalled(folder + name)) ?? "") + name;

export const postgresql: PeerKind = {
  name: "postgresql",
  isInstalled: () => isInstalled(program("postgres")),
  async start() {
    const folder = new TemporaryFolder("postgresql", { isUnprivileged: true });
    const data = join(folder.path, "data");
    const port = await freePort();
    // Where the tests run, nobody may not be allowed to look.
    const as = { isUnprivileged: true, folder: folder.path };
    const encoding = ["--encoding", "UTF8", "--locale", "C"];
    await runToEnd(program("initdb"), ["-D", data, "-U", "test", "-A", "trust", "--no-sync", ...encoding], as);
    const settings = [
      `unix_socket_directories=${folder.path}`,
      "fsync=off",
      // What the statements' log holds is a boundary of its own.
      "logging_collector=on",
      "log_statement=all",
    ];
    const args = ["-D", data, "-p", String(port), "-h", "127.0.0.1", ...settings.flatMap((one) => ["-c", one])];
    const command = new Command(program("postgres"), args, as);
    await ready(command, () => accepts(port));
    return {
      variables: { POSTGRESQL_URL: `postgresql://test@127.0.0.1:${port}/postgres` },
      async stop() {
        await command.end();
        folder.remove();
      },
    };
  },
};
