import { http } from "@sightglass/sdk/carriers";
import { request } from "undici";
import { url } from "./http-server.mjs";

export const produce = () => request(url, { method: "POST", headers: http.inject({ accept: "*/*" }), body: "{}" });

export { consume } from "./http-server.mjs";
