#!/usr/bin/env node
"use strict";

// Queries of the embedded engine and the spool's fsyncs run on libuv's pool; its default of 4 threads lets slow queries hold
// up acknowledgements. It must be set before anything uses the pool, which an ES module's loader already does.
process.env.UV_THREADPOOL_SIZE ??= "12";

// Node 22 and later keep what they compiled for the next start.
require("node:module").enableCompileCache?.();

void import("../dist/bundle/cli.js").then(async ({ runCli }) => {
  process.exitCode = await runCli(process.argv.slice(2));
});
