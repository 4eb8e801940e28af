import { readFileSync } from "node:fs";
import { type ConfigFlags, loadConfig } from "../config/load.ts";
import type { Config } from "../config/schema.ts";
import { SightglassError } from "../model/errors.ts";

const defaultFile = "sightglass.yaml";

/**
 * The configuration of a command: `--config FILE`, else `sightglass.yaml` in the working folder if there is one.
 * @throws SightglassError config_invalid
 */
export function readConfig(file: string | undefined, flags: ConfigFlags): Config {
  const environment = process.env;
  try {
    const text = readFileSync(file ?? defaultFile, "utf8");
    return loadConfig({ source: { file: file ?? defaultFile, text }, flags, environment });
  } catch (error) {
    if (error instanceof SightglassError) throw error;
    if (file === undefined && (error as NodeJS.ErrnoException).code === "ENOENT")
      return loadConfig({ flags, environment });
    throw new SightglassError("config_invalid", `${file ?? defaultFile}: ${(error as Error).message}`, {
      hint: "name a readable file",
      cause: error,
    });
  }
}
