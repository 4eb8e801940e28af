import { type Dirent, existsSync, readdirSync, readFileSync } from "node:fs";
import { extname, join, relative, sep } from "node:path";
import { gzipSync } from "node:zlib";
import { Hono } from "hono";

interface Asset {
  /** Undefined when the file is gone: another version was installed over the one that runs. */
  bytes: () => Buffer<ArrayBuffer> | undefined;
  gzipped: () => Buffer<ArrayBuffer> | undefined;
  type: string;
  /** Its name holds a hash of its content, so it may be kept for ever. */
  immutable: boolean;
}

const types: Record<string, string> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".svg": "image/svg+xml",
  ".png": "image/png",
  ".ico": "image/x-icon",
  ".json": "application/json",
  ".webmanifest": "application/manifest+json",
  ".woff2": "font/woff2",
  ".map": "application/json",
};

/**
 * The built page: each file is read and compressed when it is first asked for, and kept. Every path that is not a file and not an API's is a view
 * of the page, whose router knows it.
 * @param folder of the built page; absent in a tree that has not been built
 */
export function pageRoutes({ folder }: { folder: string }): Hono {
  const assets = readAssets(folder);
  const routes = new Hono();
  routes.get("*", async (context, next) => {
    const { path } = context.req;
    const asset = assets.get(path) ?? (isView(path) ? assets.get("/index.html") : undefined);
    if (asset === undefined) return next();
    const gzip = /\bgzip\b/.test(context.req.header("accept-encoding") ?? "");
    const bytes = gzip ? asset.gzipped() : asset.bytes();
    if (bytes === undefined) return next();
    return context.body(bytes, 200, {
      "content-type": asset.type,
      "cache-control": asset.immutable ? "public, max-age=31536000, immutable" : "no-cache",
      vary: "accept-encoding",
      ...(gzip ? { "content-encoding": "gzip" } : {}),
    });
  });
  return routes;
}

/** Paths of protocols answer 404 themselves; a view has no extension, but for the names and ids in it. */
function isView(path: string): boolean {
  if (/^\/(pipelines|runs|traces)\/./.test(path)) return true;
  return extname(path) === "" && !/^\/(api|v1|health|metrics|jaeger|tempo|loki|alertmanager|-)(\/|$)/.test(path);
}

function readAssets(folder: string): Map<string, Asset> {
  let entries: Dirent[];
  try {
    entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  } catch {
    return new Map();
  }
  const files = entries.filter((entry) => entry.isFile() && !entry.name.startsWith("."));
  return new Map(
    files.map((file) => {
      const path = join(file.parentPath, file.name);
      const url = `/${relative(folder, path).split(sep).join("/")}`;
      const bytes = once(() => (existsSync(path) ? readFileSync(path) : undefined));
      const gzipped = once(() => {
        const plain = bytes();
        return plain === undefined ? undefined : gzipSync(plain);
      });
      const type = types[extname(path)] ?? "application/octet-stream";
      return [url, { bytes, gzipped, type, immutable: url.startsWith("/assets/") }];
    }),
  );
}

function once<T>(make: () => T): () => T {
  let made: { value: T } | undefined;
  return () => (made ??= { value: make() }).value;
}
