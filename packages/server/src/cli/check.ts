import { Command } from "commander";
import { formatAddress } from "../config/quantities.ts";
import { readConfig } from "./read-config.ts";

/** `sightglass check [FILE]`: is the configuration right, and what does it come to? */
export function checkCommand(): Command {
  return new Command("check")
    .description("check a configuration file and its rule files; every fault is printed with its position")
    .argument("[file]", "the file", "sightglass.yaml")
    .option("--json", "print the whole configuration, defaults filled in")
    .addHelpText("after", "\nExample:\n  $ sightglass check sightglass.yaml\n\nExit code: 0 right, 78 wrong")
    .action(async (file: string, options: { json?: boolean }) => {
      const config = readConfig(file, {});
      const [{ ruleGroupsOf }, { checkTlsFiles }] = await Promise.all([
        import("../compose/rules.ts"),
        import("../compose/tls.ts"),
      ]);
      checkTlsFiles(config);
      const groups = ruleGroupsOf(config);
      if (options.json) {
        const { store, ...shown } = config;
        const masked = { ...store, password: store.password === "" ? "" : "***" };
        process.stdout.write(`${withoutPasswords(JSON.stringify({ ...shown, store: masked }, undefined, 2))}\n`);
        return;
      }
      const store = config.store.url ?? `embedded in ${config.data}`;
      process.stdout.write(
        `${file} is right: page on ${formatAddress(config.listen)}, store ${withoutPasswords(store)}, ${groups.length} rule groups\n`,
      );
    });
}

/** Passwords in URLs; those of their own settings are masked there. */
function withoutPasswords(text: string): string {
  return text.replaceAll(/(\b[a-z][a-z0-9+.-]*:\/\/[^\s/:@"]*):[^\s/@"]+@/gi, "$1:***@");
}
