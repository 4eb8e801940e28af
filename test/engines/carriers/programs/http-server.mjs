import { once } from "node:events";
import { createServer } from "node:http";
import { http } from "@sightglass/sdk/carriers";

/** Answers one request on the port in PORT. */
export async function consume(ready) {
  const server = createServer().listen(Number(process.env.PORT), "127.0.0.1", ready);
  const [request, response] = await once(server, "request");
  response.setHeader("connection", "close").end();
  server.close();
  return http.extract(request.headers);
}

export const url = `http://127.0.0.1:${process.env.PORT}/`;
