import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { until } from "../../app/server.ts";

const python = process.env["SIGHTGLASS_TEST_PYTHON"] ?? "python3";
const zookeeperJar = "/usr/share/java/zookeeper.jar";

/** What is missing to run a cluster here; empty when nothing is. */
export function missingForCluster(): string[] {
  const succeeds = (program: string, ...args: string[]) => spawnSync(program, args).status === 0;
  return [
    ...(process.platform === "linux" && process.arch === "x64" ? [] : ["Linux on x64"]),
    ...(succeeds("test", "-e", zookeeperJar) ? [] : ["zookeeper"]),
    ...(succeeds("java", "-version") ? [] : ["java"]),
    ...(succeeds(python, "-c", "import clickhouse_cityhash.cityhash") ? [] : ["clickhouse-cityhash for Python"]),
  ];
}

/** The replicas of each shard. */
export function byShard<Of extends { shard: number }>(all: readonly Of[]): Of[][] {
  const shards = [...new Set(all.map(({ shard }) => shard))];
  return shards.map((shard) => all.filter((one) => one.shard === shard));
}

interface NodePorts {
  tcp: number;
  http: number;
  interserver: number;
}

/** A node of the cluster: a process with an engine of its own (node.py). */
export class ClusterNode {
  readonly shard: number;
  readonly replica: number;
  readonly url: string;
  /** Of ClickHouse's native protocol. */
  readonly tcpPort: number;
  readonly #folder: string;
  readonly #config: string;
  #process: ChildProcess | undefined;
  output = "";

  constructor(place: { shard: number; replica: number; ports: NodePorts; folder: string; config: string }) {
    this.shard = place.shard;
    this.replica = place.replica;
    this.tcpPort = place.ports.tcp;
    this.url = `http://127.0.0.1:${place.ports.http}`;
    this.#folder = place.folder;
    this.#config = place.config;
  }

  get isUp(): boolean {
    return this.#process !== undefined;
  }

  async start(): Promise<void> {
    mkdirSync(this.#folder, { recursive: true });
    const library = join(dirname(createRequire(import.meta.url).resolve("@chdb/lib-linux-x64-gnu")), "libchdb.so");
    const script = join(import.meta.dirname, "node.py");
    const node = spawn(python, [script, library, this.#folder, this.#config]);
    this.#process = node;
    for (const stream of [node.stdout, node.stderr])
      stream.on("data", (chunk: Buffer) => (this.output += chunk.toString()));
    await until(
      async () => {
        if (node.exitCode !== null) throw new Error(`the node ended: ${this.output}`);
        return (await fetch(`${this.url}/ping`).catch(() => undefined))?.ok === true;
      },
      { what: () => `the node to answer; it said: ${this.output}`, timeoutMs: 60_000 },
    );
  }

  /** As a machine that is gone. */
  async kill(): Promise<void> {
    const node = this.#process;
    this.#process = undefined;
    if (node === undefined || node.exitCode !== null) return;
    node.kill("SIGKILL");
    await once(node, "exit");
  }

  /** The result as text, in TSV. */
  async query(sql: string): Promise<string> {
    const answer = await fetch(this.url, { method: "POST", body: sql });
    const body = await answer.text();
    if (!answer.ok) throw new Error(`${sql}: ${body}`);
    return body.trim();
  }
}

/** ZooKeeper and the nodes of one cluster, each a process of its own. */
export class ClickHouseNodes {
  /** By shard, then by replica. */
  readonly all: readonly ClusterNode[];
  readonly #zookeeper: ChildProcess;
  readonly #folder: string;

  private constructor(all: readonly ClusterNode[], zookeeper: ChildProcess, folder: string) {
    this.all = all;
    this.#zookeeper = zookeeper;
    this.#folder = folder;
  }

  static async start(name: string, { shards, replicas }: { shards: number; replicas: number }) {
    const folder = mkdtempSync(join(tmpdir(), "sightglass-cluster-"));
    const places = await Promise.all(
      Array.from({ length: shards * replicas }, async (_, index) => {
        const ports = { tcp: await quietPort(), http: await quietPort(), interserver: await quietPort() };
        const place = { shard: Math.floor(index / replicas), replica: index % replicas };
        return { ...place, ports, folder: join(folder, `node-${index}`) };
      }),
    );
    const keeperPort = await quietPort();
    const zookeeper = await startZooKeeper(join(folder, "zookeeper"), keeperPort);
    const nodes = places.map((place, index) => {
      const config = join(folder, `node-${index}.xml`);
      writeFileSync(config, nodeConfig({ name, place, places, keeperPort }));
      return new ClusterNode({ ...place, config });
    });
    const cluster = new ClickHouseNodes(nodes, zookeeper, folder);
    try {
      await Promise.all(nodes.map((node) => node.start()));
    } catch (error) {
      await cluster.dispose();
      throw error;
    }
    return cluster;
  }

  async dispose(): Promise<void> {
    await Promise.all(this.all.map((node) => node.kill()));
    this.#zookeeper.kill("SIGKILL");
    if (this.#zookeeper.exitCode === null) await once(this.#zookeeper, "exit");
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

/** A free port below those that outgoing connections take, since a node that was killed must get its own back. */
async function quietPort(): Promise<number> {
  for (;;) {
    const port = 20_000 + Math.floor(Math.random() * 12_000);
    const server = createServer();
    const isFree = await new Promise<boolean>((resolve) => {
      server.once("error", () => resolve(false));
      server.listen(port, "127.0.0.1", () => server.close(() => resolve(true)));
    });
    if (isFree) return port;
  }
}

async function startZooKeeper(folder: string, port: number): Promise<ChildProcess> {
  mkdirSync(folder, { recursive: true });
  const config = { tickTime: 2000, dataDir: folder, clientPort: port, clientPortAddress: "127.0.0.1" };
  const rest = { "admin.enableServer": false, "4lw.commands.whitelist": "ruok", maxClientCnxns: 0 };
  const lines = Object.entries({ ...config, ...rest }).map(([key, value]) => `${key}=${value}`);
  writeFileSync(join(folder, "zoo.cfg"), lines.join("\n"));
  // Tests need no keeper that outlives a power cut, and their disk is shared.
  const unsynced = ["-Dzookeeper.forceSync=no", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"];
  const main = "org.apache.zookeeper.server.ZooKeeperServerMain";
  const server = spawn("java", ["-Xmx256m", ...unsynced, "-cp", zookeeperJar, main, join(folder, "zoo.cfg")], {
    stdio: "ignore",
  });
  await until(
    () => {
      if (server.exitCode !== null) throw new Error("ZooKeeper ended");
      return spawnSync("bash", ["-c", `exec 3<>/dev/tcp/127.0.0.1/${port}; echo ruok >&3; head -c4 <&3`]).status === 0;
    },
    { what: () => "ZooKeeper", timeoutMs: 60_000 },
  );
  return server;
}

interface Place {
  shard: number;
  replica: number;
  ports: NodePorts;
}

function nodeConfig(of: { name: string; place: Place; places: readonly Place[]; keeperPort: number }): string {
  const { name, place, places, keeperPort } = of;
  const replica = ({ ports }: Place) => `<replica><host>127.0.0.1</host><port>${ports.tcp}</port></replica>`;
  const shard = (replicas: readonly Place[]) =>
    `<shard><internal_replication>true</internal_replication>${replicas.map(replica).join("")}</shard>`;
  const shards = byShard(places).map(shard).join("");
  return `<clickhouse>
  <listen_host>127.0.0.1</listen_host>
  <tcp_port>${place.ports.tcp}</tcp_port>
  <http_port>${place.ports.http}</http_port>
  <interserver_http_port>${place.ports.interserver}</interserver_http_port>
  <macros><shard>${place.shard}</shard><replica>${place.replica}</replica></macros>
  <zookeeper>
    <node><host>127.0.0.1</host><port>${keeperPort}</port></node>
    <session_timeout_ms>12000</session_timeout_ms>
    <!-- A session counts as an old one of the server with the same id; these nodes have none. -->
    <sessions_path>/clickhouse/sessions-of-${place.shard}-${place.replica}</sessions_path>
  </zookeeper>
  <remote_servers><${name}>${shards}</${name}></remote_servers>
  <!-- The default has {uuid}, which only ON CLUSTER makes the same on all nodes (on-cluster-front.ts). -->
  <default_replica_path>/clickhouse/tables/{database}/{table}/{shard}</default_replica_path>
  <default_replica_name>{replica}</default_replica_name>
  <background_pool_size>2</background_pool_size>
  <background_merges_mutations_concurrency_ratio>1</background_merges_mutations_concurrency_ratio>
  <background_schedule_pool_size>8</background_schedule_pool_size>
  <merge_tree>
    <number_of_free_entries_in_pool_to_execute_mutation>1</number_of_free_entries_in_pool_to_execute_mutation>
    <number_of_free_entries_in_pool_to_lower_max_size_of_merge>1</number_of_free_entries_in_pool_to_lower_max_size_of_merge>
    <number_of_free_entries_in_pool_to_execute_optimize_entire_partition>1</number_of_free_entries_in_pool_to_execute_optimize_entire_partition>
  </merge_tree>
</clickhouse>
`;
}
