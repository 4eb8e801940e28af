import { join } from "node:path";
import { freePort } from "../../app/server.ts";
import { accepts, Command, isInstalled, runToEnd, TemporaryFolder } from "../command.ts";
import { type PeerKind, ready } from "./peer.ts";

/** MariaDB without accounts: anyone may do anything, from this machine. */
export const mariadb: PeerKind = {
  name: "mariadb-server",
  isInstalled: () => isInstalled("mariadbd"),
  async start() {
    const folder = new TemporaryFolder("mariadb", { isUnprivileged: true });
    const data = join(folder.path, "data");
    const port = await freePort();
    const plain = { isUnprivileged: true, folder: folder.path };
    await runToEnd("mariadb-install-db", ["--no-defaults", `--datadir=${data}`, "--skip-test-db"], plain);
    const args = [`--datadir=${data}`, `--socket=${join(folder.path, "socket")}`, `--port=${port}`];
    const settings = ["--bind-address=127.0.0.1", "--skip-grant-tables", "--innodb-flush-log-at-trx-commit=0"];
    const command = new Command("mariadbd", ["--no-defaults", ...args, ...settings], plain);
    await ready(command, () => accepts(port));
    return {
      variables: { MYSQL_URL: `mysql://test@127.0.0.1:${port}/mysql` },
      async stop() {
        await command.end();
        folder.remove();
      },
    };
  },
};
