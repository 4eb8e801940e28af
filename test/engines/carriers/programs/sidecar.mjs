import { readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { sidecar } from "@sightglass/sdk/carriers";

const { FOLDER, NAME: name } = process.env;

export async function produce() {
  const file = join(FOLDER, `${name}-${process.pid}.csv`);
  writeFileSync(file, "1\n2\n");
  await sidecar.inject(file);
}

export const consume = () => sidecar.extract(files()[0]);

export async function gather() {
  const batch = files();
  return { links: await sidecar.links(batch, () => 2), rows: batch.length * 2 };
}

/** The data, as a reader that leaves out names with an underscore sees it. */
function files() {
  return readdirSync(FOLDER)
    .filter((file) => file.startsWith(name))
    .map((file) => join(FOLDER, file));
}
