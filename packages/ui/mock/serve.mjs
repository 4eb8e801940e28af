// node mock/serve.mjs [--port 4319] [--empty]: the mock backend, with the page as it was last built.
import { parseArgs } from "node:util";
import { runnerImport } from "vite";

const { values } = parseArgs({
  options: { port: { type: "string", default: "4319" }, empty: { type: "boolean", default: false } },
});
const { module } = await runnerImport(new URL("./run-mock.ts", import.meta.url).pathname);
const pageDir = new URL("../../server/dist/ui", import.meta.url).pathname;
const url = await module.runMock({ port: Number(values.port), isEmpty: values.empty, pageDir });
console.log(`The page with made-up runs: ${url}`);
