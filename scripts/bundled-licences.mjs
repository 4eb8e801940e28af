import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

/**
 * Name, version and licence of each package that is bundled, with its text: the licences ask for it.
 * @param modules paths of the modules that are in the bundle
 * @returns Markdown
 */
export function bundledLicences(modules) {
  const packages = new Map();
  for (const module of modules) {
    const found = /^(.*\/node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(module)?.[1];
    if (found !== undefined) packages.set(found, JSON.parse(readFileSync(join(found, "package.json"), "utf8")));
  }
  const texts = new Map();
  for (const [path, { name, version, license }] of packages) {
    const file = ["LICENSE", "LICENSE.md", "LICENSE.txt"].map((base) => join(path, base)).find(existsSync);
    const text = file === undefined ? license : readFileSync(file, "utf8").trim();
    texts.set(text, [...(texts.get(text) ?? []), `${name} ${version} (${license})`]);
  }
  const parts = [...texts].map(([text, names]) => `## ${names.toSorted().join(", ")}\n\n\`\`\`\n${text}\n\`\`\`\n`);
  return `# Bundled packages\n\n${parts.join("\n")}`;
}
