import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { installedEngine, isOnPath, runToEnd, TemporaryFolder } from "../command.ts";
import type { PeerKind } from "./peer.ts";

const home = () => installedEngine("spark");

/** What Spark's own spark-submit does, which is in no jar: the launcher says which command starts the driver. */
const sparkSubmit = `#!/usr/bin/env bash
mapfile -d '' command < <(java -cp "$SPARK_HOME/jars/*" org.apache.spark.launcher.Main org.apache.spark.deploy.SparkSubmit "$@")
if [ -z "\${command[0]}" ]; then command=("\${command[@]:1}"); fi
command[0]="\${command[0]#$'\\n'}"
exec "\${command[@]}"
`;

/** Spark with a cluster of its own, whose executors are processes; no server. */
export const spark: PeerKind = {
  name: "spark",
  isInstalled: () => home() !== undefined && isOnPath("javac"),
  async start() {
    const folder = new TemporaryFolder("spark");
    const [program, job, classes] = ["spark-submit", "job.jar", "classes"].map((name) => join(folder.path, name)) as [
      string,
      string,
      string,
    ];
    writeFileSync(program, sparkSubmit, { mode: 0o755 });
    const source = join(import.meta.dirname, "SparkJob.java");
    await runToEnd("javac", ["-cp", `${home() ?? ""}/jars/*`, "-d", classes, source]);
    await runToEnd("jar", ["cf", job, "-C", classes, "."]);
    return {
      variables: {
        SPARK_SUBMIT: program,
        SPARK_JOB: job,
        SPARK_HOME: home() ?? "",
        SPARK_SCALA_VERSION: "2.13",
        SPARK_LOCAL_IP: "127.0.0.1",
        SPARK_WORKER_DIR: join(folder.path, "work"),
      },
      stop: () => Promise.resolve(folder.remove()),
    };
  },
};
