import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { trace } from "@opentelemetry/api";
import { environment, spark } from "@sightglass/sdk/carriers";

const { SPARK_SUBMIT, SPARK_JOB, FOLDER, NAME: name } = process.env;
const found = join(FOLDER, name);

/** A driver, and an executor in a process of its own. */
export function produce() {
  const conf = spark.inject({
    "spark.ui.enabled": "false",
    "spark.executor.memory": "512m",
    "spark.driver.extraJavaOptions": "-XX:TieredStopAtLevel=1",
  });
  const args = ["--master", "local-cluster[1,1,512]", ...spark.args(conf), "--class", "SparkJob", SPARK_JOB, found];
  const { status, stderr } = spawnSync(SPARK_SUBMIT, args, { encoding: "utf8" });
  if (status !== 0) throw new Error(`spark-submit: ${stderr.slice(-2000)}`);
}

/** What the executor has in its environment, which is what the driver has in its properties. */
export function consume() {
  const lines = readFileSync(found, "utf8").split("\n");
  const ofKind = (kind) => lines.filter((line) => line.startsWith(kind)).map((line) => line.slice(kind.length));
  const executor = environment.extract(Object.fromEntries(ofKind("env.").map((line) => line.split(/=(.*)/s))));
  const options = ofKind("property.").map((line) => `-D${line}`);
  const driver = spark.extract({ "spark.driver.extraJavaOptions": options.join(" ") });
  if (trace.getSpanContext(driver)?.spanId !== trace.getSpanContext(executor)?.spanId)
    throw new Error("the driver and the executor have another trace");
  return executor;
}
