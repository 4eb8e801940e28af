import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { expect, it } from "vitest";

/** What the documents of this repository point to is there. */

const documents = execFileSync("git", ["ls-files", "-co", "--exclude-standard", "*.md"], { encoding: "utf8" })
  .split("\n")
  .filter((path) => path !== "" && existsSync(path));

const textOf = (path: string) => readFileSync(path, "utf8");
const withoutCode = (text: string) => text.replaceAll(/^```.*?^```/gms, "");

/** As GitHub makes them. */
function anchorsOf(path: string): Set<string> {
  const headings = withoutCode(textOf(path)).matchAll(/^#+ (.*)$/gm);
  return new Set(
    Array.from(headings, ([, heading = ""]) =>
      heading
        .toLowerCase()
        .replaceAll(/[^\p{L}\p{N}\p{M}_\- ]/gu, "")
        .replaceAll(" ", "-"),
    ),
  );
}

function linksOf(path: string): { link: string; target: string; anchor: string }[] {
  const links = withoutCode(textOf(path)).matchAll(/\]\(([^)\s]+)\)/g);
  return Array.from(links, ([, link = ""]) => link)
    .filter((link) => !/^(https?|mailto):/.test(link))
    .map((link) => {
      const [file = "", anchor = ""] = link.split("#");
      return { link, target: file === "" ? path : normalize(join(dirname(path), file)), anchor };
    });
}

it("has no dead link", () => {
  const dead = documents.flatMap((path) =>
    linksOf(path)
      .filter(({ target, anchor }) => {
        if (!existsSync(target)) return true;
        return anchor !== "" && target.endsWith(".md") && !anchorsOf(target).has(anchor);
      })
      .map(({ link }) => `${path}: ${link}`),
  );
  expect(dead).toEqual([]);
});

it("lists every guide and every reference", () => {
  const listed = new Set(linksOf("docs/guides/README.md").map(({ target }) => target));
  const written = documents.filter((path) => /^docs\/(guides|reference)\/[^/]+\.md$/.test(path));
  expect(written.filter((path) => path !== "docs/guides/README.md" && !listed.has(path))).toEqual([]);
});
