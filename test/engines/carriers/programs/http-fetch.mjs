import { http } from "@sightglass/sdk/carriers";
import { url } from "./http-server.mjs";

export const produce = () => fetch(url, { headers: http.inject({ accept: "*/*" }) });

export { consume } from "./http-server.mjs";
