import { randomBytes } from "node:crypto";
import { createWriteStream, rmSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { pipeline } from "node:stream/promises";
import { type Lane, quoteString, toFault } from "../embedded/lane.ts";

/** Parameters of ClickHouse's HTTP interface that are not settings of the query. */
const notSettings = new Set(["query", "query_id", "database", "wait_end_of_query", "session_id", "role"]);

/**
 * ClickHouse's HTTP interface before an embedded engine, which has none: the real client on one side, the real engine on
 * the other.
 */
export async function startHttpFront(lane: Lane): Promise<{ url: string; close(): Promise<void> }> {
  let last: Promise<unknown> = Promise.resolve();
  const server = createServer((request, response) => {
    // One connection, one statement at a time.
    last = last.then(() => answer(lane, request, response));
  });
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => {
        server.close(resolve);
      });
      await last;
    },
  };
}

async function answer(lane: Lane, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { searchParams } = new URL(request.url ?? "/", "http://front");
  const uploaded = join(tmpdir(), `sightglass-front-${randomBytes(6).toString("hex")}.native`);
  try {
    const statementInUrl = searchParams.get("query");
    const sql = statementInUrl === null ? await text(request) : await fromUpload(statementInUrl, request, uploaded);
    const { settings, params } = readParameters(searchParams);
    const database = searchParams.get("database") ?? "default";
    await lane.run({ sql: `USE ${database}`, format: "Null", settings: {} });
    for (const [name, value] of params) {
      await lane.run({ sql: `SET param_${name} = ${quoteString(value)}`, format: "Null", settings: {} });
    }
    const bytes = await lane.run({ sql, format: "Null", settings });
    response.writeHead(200).end(bytes);
  } catch (cause) {
    const { clickhouseCode = 0, message } = toFault(cause);
    response.writeHead(500, { "X-ClickHouse-Exception-Code": String(clickhouseCode) }).end(message);
  } finally {
    rmSync(uploaded, { force: true });
  }
}

async function fromUpload(statement: string, body: IncomingMessage, path: string): Promise<string> {
  await pipeline(body, createWriteStream(path));
  return statement.replace(/FORMAT (\w+)\s*$/, `FROM INFILE ${quoteString(path)} COMPRESSION 'none' FORMAT $1`);
}

function readParameters(searchParams: URLSearchParams) {
  const settings: Record<string, string> = {};
  const params: [string, string][] = [];
  for (const [name, value] of searchParams) {
    if (name.startsWith("param_")) params.push([name.slice("param_".length), value]);
    else if (!notSettings.has(name)) settings[name] = value;
  }
  return { settings, params };
}
