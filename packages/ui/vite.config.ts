import react from "@vitejs/plugin-react";
import { defaultClientConditions, defineConfig } from "vite";

/** The server to develop against: `npm run mock` here, or a real one. */
const target = "http://127.0.0.1:4319";

export default defineConfig({
  plugins: [react()],
  // The query language from its source, and one copy of its grammar for the editor and for the checks.
  resolve: {
    conditions: ["sightglass-source", ...defaultClientConditions],
    dedupe: ["@prometheus-io/lezer-promql", "@lezer/common", "@lezer/lr", "@lezer/highlight"],
  },
  root: import.meta.dirname,
  build: {
    outDir: "../server/dist/ui",
    emptyOutDir: true,
    target: "es2022",
    // The server's policy allows no data: URLs for scripts, and small files cost nothing on loopback.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 600,
    // On a busy machine it would tell of its own plugins what nobody here can mend.
    rolldownOptions: { checks: { bundlerTimings: false } },
  },
  server: { proxy: { "/api": target, "/health": target } },
});
