import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { posix } from "node:path";
import { describe, expect, it } from "vitest";

/** The house rules. Each ban names what to use instead. */

const files = execFileSync("git", ["ls-files", "-co", "--exclude-standard"], { encoding: "utf8" })
  .split("\n")
  .filter((path) => /^(packages|demo|test|benchmarks|scripts)\/.*\.(ts|tsx|mjs|css)$/.test(path));
const source = files.filter((path) => /^(packages|demo)\/.*src\/.*\.tsx?$/.test(path));
const production = source.filter((path) => !/\.(test|suite)\.tsx?$|\/testing\//.test(path));
const read = (path: string) => readFileSync(path, "utf8");

const linesMax = 500;
/** Pure tables and generated files may be longer. */
const longFiles = new Map<string, string>([]);

interface Ban {
  pattern: RegExp;
  instead: string;
  /** Where the banned thing is at home. */
  except: RegExp;
}

const bans: Ban[] = [
  {
    pattern: /\bDate\.now\(|new Date\(\)|performance\.now\(/,
    instead: "a Clock that is passed in (model/clock.ts)",
    except: /clock\.ts$|^packages\/ui\/|^demo\//,
  },
  {
    pattern: /\bMath\.random\(|randomUUID\(\)/,
    instead: "a random source that is passed in",
    except: /random\.ts$|^packages\/ui\//,
  },
  {
    pattern: /\bconsole\.(log|error|warn|info)\(/,
    instead: "the logger in self/log.ts, or cli/output.ts",
    except: /cli\/|self\/|^demo\//,
  },
  { pattern: /process\.env\b/, instead: "the configuration", except: /config|environment|main\.ts$|^demo\/|cli\// },
  { pattern: /\bTODO\b|\bFIXME\b|\bXXX\b/, instead: "an issue, or the work itself", except: /^$/ },
  {
    pattern: /IN \(arrayMap\(/,
    instead: "traceIdSet or spanIdSet of store/id-sets.ts: the engine reads every row for an array",
    except: /^$/,
  },
  {
    pattern: /from "\.\.?\/(utils|common|shared|helpers|core)(\.ts|\/)/,
    instead: "a file named after the thing",
    except: /^$/,
  },
];

/** What makes a test find other things in each run, by the paths of tests and their helpers where it must not be. */
const chances: { pattern: RegExp; instead: string; where: RegExp }[] = [
  // Ports may be any, as long as they are free.
  {
    pattern: /\bMath\.random\(/,
    instead: "a seed",
    where: /^(?!test\/app\/server\.ts|test\/engines\/cluster\/nodes\.ts)/,
  },
  { pattern: /"fast-check"(?![^]*\bseed: \d)/, instead: "a seed", where: /\.test\.ts$/ },
  {
    pattern: /\bDate\.now\(|new Date\(\)/,
    instead: "now() of test/page/moment.ts",
    where: /^test\/page\/(?!moment|real-server)/,
  },
];

/** server/src/<folder>: what it may import besides itself and model/. */
const mayImport: Record<string, string[]> = {
  model: [],
  self: [],
  decode: [],
  listen: [],
  receive: ["decode", "listen"],
  spool: [],
  store: [],
  fold: ["decode", "store"],
  derive: ["store"],
  query: ["decode", "fold", "store"],
  evaluate: [],
  http: ["listen", "query"],
};

describe("house rules", () => {
  it("keeps files short", () => {
    const long = source
      .filter((path) => !longFiles.has(path))
      .filter((path) => read(path).split("\n").length > linesMax);
    expect(long).toEqual([]);
  });

  it.each(bans)("bans $pattern in favour of $instead", ({ pattern, except }) => {
    const found = production.filter((path) => !except.test(path) && pattern.test(read(path)));
    expect(found).toEqual([]);
  });

  it.each(chances)("bans $pattern in tests in favour of $instead", ({ pattern, where }) => {
    const tests = files.filter((path) => /^test\/|\.(test|suite)\.tsx?$|\/testing\//.test(path) && where.test(path));
    expect(tests.length).toBeGreaterThan(0);
    expect(tests.filter((path) => path !== "test/tidy.test.ts" && pattern.test(read(path)))).toEqual([]);
  });

  it("imports only leaves and the stage before", () => {
    const wrong: string[] = [];
    for (const path of production) {
      const folder = /^packages\/server\/src\/([^/]+)\//.exec(path)?.[1];
      const allowed = folder === undefined ? undefined : mayImport[folder];
      if (folder === undefined || allowed === undefined) continue;
      for (const [, target, file] of read(path).matchAll(/from "(?:\.\.\/)+([a-z-]+)\/([^"]+)"/g)) {
        if (target === undefined || target === folder || target === "model" || allowed.includes(target)) continue;
        // The contract is types only: what the page, the routes and the queries all speak.
        if (target === "http" && file === "contract.ts") continue;
        if (mayImport[target] !== undefined || ["cli", "compose", "config"].includes(target))
          wrong.push(`${path} -> ${target}`);
      }
    }
    expect(wrong).toEqual([]);
  });

  it("has no files that import each other, types included", () => {
    const imports = new Map(production.map((path) => [path, importsOf(path)]));
    const inCircles = production.filter((path) => reaches(imports, path, path));
    expect(inCircles).toEqual([]);
  });

  it("names no grab-bag files", () => {
    expect(files.filter((path) => /\/(utils?|helpers?|common|shared|misc)\.(ts|tsx|mjs)$/.test(path))).toEqual([]);
  });

  it("keeps the page apart from the server but for the contract's types", () => {
    const wrong = source
      .filter((path) => path.startsWith("packages/ui/"))
      .filter(
        (path) =>
          /from "sightglass(?!\/contract")/.test(read(path)) || /^import (?!type).*from "sightglass/m.test(read(path)),
      );
    expect(wrong).toEqual([]);
  });
});

function importsOf(path: string): string[] {
  return [...read(path).matchAll(/^(?:import|export)\b[^;]*? from "(\.[^"]+)";/gm)].map(([, target = ""]) =>
    posix.join(posix.dirname(path), target),
  );
}

function reaches(imports: ReadonlyMap<string, readonly string[]>, from: string, to: string): boolean {
  const seen = new Set<string>();
  const next = [...(imports.get(from) ?? [])];
  for (let path = next.pop(); path !== undefined; path = next.pop()) {
    if (path === to) return true;
    if (seen.has(path)) continue;
    seen.add(path);
    next.push(...(imports.get(path) ?? []));
  }
  return false;
}
