import { SightglassError } from "../model/errors.ts";

/** What is answered where no route is: there is nothing to read at the path, or nothing can be written there. */
export function nothingAt({ method, path }: { method: string; path: string }): SightglassError {
  return method === "GET" || method === "HEAD"
    ? new SightglassError("not_found", `nothing is at ${path}`, { hint: "docs/reference/http.md lists the paths" })
    : new SightglassError("method_not_allowed", `${path} does not take ${method}`, { hint: "use GET" });
}
