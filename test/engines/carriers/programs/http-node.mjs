import { once } from "node:events";
import { request } from "node:http";
import { http } from "@sightglass/sdk/carriers";
import { url } from "./http-server.mjs";

export const produce = () => once(request(url, { headers: http.inject({ accept: "*/*" }) }).end(), "response");

export { consume } from "./http-server.mjs";
