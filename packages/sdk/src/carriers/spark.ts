import { variableOf } from "./environment.ts";
import { activeFieldsWithW3c, contextOfW3cToo } from "./fields.ts";
import { isRecord, membersOf } from "./members.ts";
import { reader } from "./reader.ts";

/** Properties that set an environment variable: of executors, and of drivers in a cluster (Spark, "Configuration"). */
const variablePrefixes = ["spark.executorEnv.", "spark.yarn.appMasterEnv.", "spark.kubernetes.driverEnv."];
/** A driver on the submitting machine has the environment of spark-submit; a property reaches it everywhere. */
const driverOptions = "spark.driver.extraJavaOptions";
/** What a shell, Spark's own parser and a JVM take as one word. */
const plainWord = /^[\w.~%=,;:@/+-]+$/;

export type SparkConf = Readonly<Record<string, string>>;

/** Spark's configuration, and the applications that run with it. */
export const spark = {
  /** A copy with the trace of what is active, as environment variables and as Java properties (`-Dtraceparent=...`) of the driver. */
  inject(this: void, given?: SparkConf | null): Record<string, string> {
    const conf = given ?? {};
    const fields = Object.entries(activeFieldsWithW3c());
    const variables = variablePrefixes.flatMap((prefix) =>
      fields.map(([field, value]) => [prefix + variableOf(field), value] as const),
    );
    const properties = fields
      .filter(([, value]) => plainWord.test(value))
      .map(([field, value]) => `-D${field}=${value}`);
    const options = [...otherOptions(conf[driverOptions], fields), ...properties].join(" ");
    return { ...conf, ...Object.fromEntries(variables), ...(options === "" ? {} : { [driverOptions]: options }) };
  },

  /** Of a configuration the arguments for `spark-submit`: `spawn("spark-submit", [...spark.args(spark.inject()), "job.py"])`. */
  args(this: void, conf: SparkConf): string[] {
    return Object.entries(conf).flatMap(([key, value]) => ["--conf", `${key}=${value}`]);
  },

  /**
   * From a configuration: an object, a list of pairs, or what has either under `sparkProperties` (`GET
   * /api/v1/applications/ID/environment`) or "Spark Properties" (the event log's environment).
   */
  ...reader((from: object) => {
    const conf = propertiesOf(from);
    return contextOfW3cToo((field) => {
      const prefix = variablePrefixes.find((one) => conf[one + variableOf(field)] !== undefined);
      return prefix === undefined ? propertyIn(conf[driverOptions], field) : conf[prefix + variableOf(field)];
    });
  }),
};

function otherOptions(options: string | undefined, fields: readonly (readonly [string, string])[]): string[] {
  const isOurs = (word: string) => fields.some(([field]) => word.startsWith(`-D${field}=`));
  return (options ?? "").split(" ").filter((word) => word !== "" && !isOurs(word));
}

function propertiesOf(from: object): Readonly<Record<string, unknown>> {
  const members = membersOf(from);
  const properties = members["sparkProperties"] ?? members["Spark Properties"] ?? from;
  if (isRecord(properties)) return properties;
  return Array.isArray(properties) ? Object.fromEntries(properties as [string, unknown][]) : {};
}

function propertyIn(options: unknown, field: string): string | undefined {
  if (typeof options !== "string") return undefined;
  const start = `-D${field}=`;
  return options
    .split(" ")
    .findLast((word) => word.startsWith(start))
    ?.slice(start.length);
}
