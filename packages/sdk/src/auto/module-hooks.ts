// oxlint-disable no-underscore-dangle -- the names of Node's CommonJS loader
import Module, { createRequire, register } from "node:module";
import { isAbsolute } from "node:path";

interface CommonJsLoader {
  _load?: (request: string, parent: object | undefined, isMain: boolean) => unknown;
}

/**
 * Lets the instrumentations see these libraries, however they are loaded. `require` is hooked by each instrumentation itself;
 * `import` needs a hook in the loader.
 */
export function hookModules(libraries: readonly string[]): void {
  register("@opentelemetry/instrumentation/hook.mjs", import.meta.url, { data: { include: libraries } });
  requireWhatIsImported(libraries);
}

/**
 * The files that an ES module imports are looked up before the first of them runs, so the loader's hook is too late for
 * `import "@sightglass/sdk/auto"; import { Kafka } from "kafkajs";`. But a CommonJS library runs later, when Node's CommonJS
 * loader is asked for it by nobody; asked by `require` instead, the instrumentation sees it.
 */
function requireWhatIsImported(libraries: readonly string[]): void {
  const loader = Module as CommonJsLoader;
  const load = loader._load;
  if (load === undefined) return;
  const isOneOf = new RegExp(String.raw`[\\/]node_modules[\\/](?:${libraries.join("|")})[\\/]`);
  loader._load = function (request, parent, isMain) {
    if (parent === undefined && isAbsolute(request) && isOneOf.test(request)) return createRequire(request)(request);
    return load.call(this, request, parent, isMain);
  };
}
