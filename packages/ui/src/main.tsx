import "./theme/tokens.css";
import "./theme/base.css";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { isPassing } from "./api/errors.ts";
import { startLive } from "./api/live.ts";
import { makeRouter } from "./routes.tsx";
import { reloadWhenOutdated } from "./shell/parts.ts";

const queries = new QueryClient({
  defaultOptions: {
    queries: {
      // Live events say when something changed; a view opened again shows what is known and reads anew.
      staleTime: 2_000,
      retry: (failures, error) => failures < 2 && isPassing(error),
      retryDelay: (failures) => 400 * 2 ** failures,
      // The browser's own idea of being offline says nothing about a server on loopback.
      networkMode: "always",
    },
  },
});
reloadWhenOutdated();
const router = makeRouter(queries);
const stopLive = startLive(queries);
import.meta.hot?.dispose(stopLive);

const element = document.getElementById("root");
if (element === null) throw new Error("index.html has no #root");
createRoot(element).render(
  <StrictMode>
    <QueryClientProvider client={queries}>
      <RouterProvider router={router} />
    </QueryClientProvider>
  </StrictMode>,
);
