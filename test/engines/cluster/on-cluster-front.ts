import { once } from "node:events";
import { createServer, request, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { byShard, type ClickHouseNodes, type ClusterNode } from "./nodes.ts";

const onCluster = /ON CLUSTER `\w+`/;

/**
 * What stands before the nodes as a load balancer would, and does for `ON CLUSTER` what clickhouse-server's queue of
 * distributed DDL does: each node runs the statement; an ALTER of replicated tables, one replica of each shard.
 * As there, a node that is down makes it fail unless the statement is content with those that are up.
 */
export async function startOnClusterFront(nodes: ClickHouseNodes): Promise<{ url: string; close(): Promise<void> }> {
  const server = createServer((incoming, response) => {
    answer(nodes, incoming, response).catch((error: unknown) => response.destroy(error as Error));
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

async function answer(nodes: ClickHouseNodes, incoming: IncomingMessage, response: ServerResponse): Promise<void> {
  const { searchParams } = new URL(incoming.url ?? "/", "http://front");
  const [node] = nodes.all.filter(({ isUp }) => isUp);
  if (node === undefined) throw new Error("no node is up");
  if (searchParams.has("query")) return forward(node, incoming, response, incoming);
  const statement = await text(incoming);
  if (!onCluster.test(statement)) return forward(node, incoming, response, statement);
  const targets = /^ALTER TABLE \w+_local\b/.test(statement) ? leaders(nodes) : nodes.all;
  const isContent = searchParams.get("distributed_ddl_output_mode")?.endsWith("_only_active") === true;
  const up = targets.filter(({ isUp }) => isUp);
  if (up.length < targets.length && !isContent) {
    response.writeHead(500, { "X-ClickHouse-Exception-Code": "159" });
    response.end("Code: 159. DB::Exception: Distributed DDL task is not finished on some hosts (TIMEOUT_EXCEEDED)");
    return;
  }
  for (const target of up) {
    const url = `${target.url}${incoming.url ?? "/"}`;
    const result = await fetch(url, { method: "POST", body: statement.replace(onCluster, "") });
    const body = await result.text();
    if (!result.ok) {
      response.writeHead(500, {
        "X-ClickHouse-Exception-Code": result.headers.get("X-ClickHouse-Exception-Code") ?? "",
      });
      response.end(body);
      return;
    }
  }
  response.end();
}

/** The first replica of each shard that is up, else its first. */
function leaders(nodes: ClickHouseNodes): ClusterNode[] {
  return byShard(nodes.all).flatMap((replicas) => {
    const leader = replicas.find(({ isUp }) => isUp) ?? replicas[0];
    return leader === undefined ? [] : [leader];
  });
}

async function forward(
  node: ClusterNode,
  incoming: IncomingMessage,
  response: ServerResponse,
  body: string | IncomingMessage,
): Promise<void> {
  const { host: _host, connection: _connection, "content-length": _length, ...headers } = incoming.headers;
  // A connection for each request, read to its end: `clickhouse local` does not survive one that is reset.
  const outgoing = request(`${node.url}${incoming.url ?? "/"}`, { method: incoming.method, headers, agent: false });
  const answered = once(outgoing, "response") as Promise<[IncomingMessage]>;
  if (typeof body === "string") outgoing.end(body);
  else body.pipe(outgoing);
  const [upstream] = await answered;
  response.writeHead(upstream.statusCode ?? 502, upstream.headers);
  upstream.pipe(response);
  response.once("close", () => upstream.resume());
}
