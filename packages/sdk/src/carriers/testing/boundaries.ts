import type { Context, Link } from "@opentelemetry/api";
import {
  airflowConf,
  airflowXcom,
  bullmq,
  dbt,
  environment,
  http,
  kafka,
  nats,
  notify,
  payload,
  prefect,
  rabbitmq,
  row,
  s3,
  spark,
  sqlComment,
  text,
} from "../index.ts";

type Fields = Record<string, string>;

/** One boundary, as the shared suite sees it. */
export interface Boundary<Incoming = unknown> {
  name: string;
  /** What is active is injected, and goes through what the transport makes of it; undefined when nothing was carried. */
  cross: () => Incoming;
  /** What arrives from a sender that put these fields where this boundary has them. */
  arriving: (fields: Fields) => Incoming;
  extract: (incoming: Incoming) => Context;
  links: (batch: Iterable<Incoming>, rowsOf?: (incoming: Incoming) => number) => Link[];
}

const boundary = <Incoming>(one: Boundary<Incoming>) => one as Boundary;
const overJson = <Value>(value: Value) => JSON.parse(JSON.stringify(value)) as Value;
const bytes = (fields: Fields) =>
  Object.fromEntries(Object.entries(fields).map(([key, value]) => [key, Buffer.from(value)]));
const renamed = (fields: Fields, nameOf: (field: string) => string) =>
  Object.fromEntries(Object.entries(fields).map(([field, value]) => [nameOf(field), value]));
const variable = (field: string) => field.toUpperCase().replaceAll("-", "_");
/** As the client has them: names as they are, an empty text for what is not there. */
const natsHeaders = (fields: Fields = {}) => {
  const held = new Map(Object.entries(fields));
  return {
    get: (name: string) => held.get(name) ?? "",
    set: (name: string, value: string) => void held.set(name, value),
  };
};
const onlyText = (fields: Fields) => {
  const { traceparent, b3, ...others } = fields;
  const plain = traceparent ?? b3;
  return plain !== undefined && Object.keys(others).length === 0 ? plain : new URLSearchParams(fields).toString();
};

export const boundaries: Boundary[] = [
  boundary({
    name: "HTTP headers, an object",
    cross: () => http.inject({ accept: "*/*", Traceparent: "old" }),
    arriving: (fields) => fields,
    ...http,
  }),
  boundary({
    name: "HTTP headers, fetch's",
    cross: () => new Headers(http.inject(new Headers({ accept: "*/*" }))),
    arriving: (fields) => new Headers(fields),
    ...http,
  }),
  boundary({
    name: "HTTP headers, pairs in any case",
    cross: () => Object.entries(renamed(http.inject([["accept", "*/*"]]), (name) => name.toUpperCase())),
    arriving: (fields) => Object.entries(fields),
    ...http,
  }),
  boundary({
    name: "Kafka headers, an object",
    cross: () => ({ headers: bytes(kafka.inject({ headers: { other: "x", traceparent: "old" } }).headers) }),
    arriving: (fields) => ({ headers: bytes(fields) }),
    ...kafka,
  }),
  boundary({
    name: "Kafka headers, several values",
    cross: () => {
      const { headers } = kafka.inject({ headers: {} });
      return { headers: Object.fromEntries(Object.entries(bytes(headers)).map(([key, last]) => [key, ["old", last]])) };
    },
    arriving: (fields) => ({
      headers: Object.fromEntries(Object.entries(fields).map(([key, value]) => [key, [value]])),
    }),
    ...kafka,
  }),
  boundary({
    name: "Kafka headers, a list",
    cross: () => kafka.inject({ headers: [{ traceparent: "old" }, { other: Buffer.from("x") }] }),
    arriving: (fields) => ({ headers: Object.entries(bytes(fields)).map(([key, value]) => ({ [key]: value })) }),
    ...kafka,
  }),
  boundary({
    name: "Kafka headers, a map",
    cross: () => kafka.inject({ headers: new Map([[Buffer.from("other"), Buffer.from("x")]]) }),
    arriving: (fields) => ({ headers: new Map(Object.entries(fields)) }),
    ...kafka,
  }),
  boundary({
    name: "S3 object metadata",
    cross: () => ({ Metadata: s3.inject({ other: "x", "otel-traceparent": "old" }) }),
    arriving: (fields) => ({ Metadata: renamed(fields, (field) => `otel-${field}`) }),
    ...s3,
  }),
  boundary({
    name: "Airflow run conf",
    cross: () => overJson({ dag_run_id: "r", conf: airflowConf.inject({ day: "2026-11-25" }) }),
    arriving: (fields) => ({ conf: { "airflow/dagrun_parent_trace_context": fields } }),
    ...airflowConf,
  }),
  boundary({
    name: "Airflow XCom",
    cross: () => overJson(airflowXcom.inject()),
    arriving: (fields) => ({ value: JSON.stringify(fields) }),
    ...airflowXcom,
  }),
  boundary({
    name: "environment variables",
    cross: () => environment.inject({ PATH: "/bin", GONE: undefined }),
    arriving: (fields) => renamed(fields, variable),
    ...environment,
  }),
  boundary({
    name: "a row",
    cross: () => row.inject({ id: 1 }),
    arriving: (fields) => ({ trace_context: onlyText(fields) }),
    ...row,
  }),
  boundary({
    name: "a row, with a column of another name",
    cross: () => row.column("written_by").inject({ id: 1 }),
    arriving: (fields) => ({ written_by: onlyText(fields) }),
    ...row.column("written_by"),
  }),
  boundary({
    name: "a SQL comment",
    cross: () => sqlComment.inject("select 1;"),
    arriving: (fields) =>
      `select 1 /*${Object.entries(fields)
        .map(([field, value]) => `${field}='${encodeURIComponent(value)}'`)
        .join()}*/`,
    ...sqlComment,
  }),
  boundary({ name: "a line of text", cross: () => text.inject(), arriving: onlyText, ...text }),
  boundary({
    name: "LISTEN and NOTIFY",
    cross: () => ({ payload: notify.inject({ id: 1, otel: { traceparent: "old" } }) }),
    arriving: (fields) => ({ payload: JSON.stringify({ otel: fields }) }),
    ...notify,
  }),
  boundary({
    name: "a JSON payload",
    cross: () => JSON.stringify(payload.inject({ id: 1 })),
    arriving: (fields) => ({ otel: fields }),
    ...payload,
  }),
  boundary({
    name: "BullMQ jobs",
    cross: () => overJson({ opts: bullmq.inject({ attempts: 3 }) }),
    arriving: (fields) => ({ opts: { telemetry: { metadata: JSON.stringify(fields) } } }),
    ...bullmq,
  }),
  boundary({
    name: "RabbitMQ headers",
    cross: () => ({ properties: rabbitmq.inject({ persistent: true, headers: { other: 1 } }) }),
    arriving: (fields) => ({ properties: { headers: bytes(fields) } }),
    ...rabbitmq,
  }),
  boundary({
    name: "NATS headers",
    cross: () => ({ headers: nats.inject(natsHeaders()) }),
    arriving: (fields) => ({ headers: natsHeaders(fields) }),
    ...nats,
  }),
  boundary({
    name: "Prefect labels",
    cross: () => overJson({ id: "f", labels: prefect.inject({ team: "orders" }) }),
    arriving: (fields) => ({ labels: renamed(fields, (field) => `__OTEL_${variable(field)}`) }),
    ...prefect,
  }),
  boundary({
    name: "dbt, its environment",
    cross: () => dbt.inject({ PATH: "/bin" }),
    arriving: (fields) => renamed(fields, (field) => `DBT_ENV_CUSTOM_ENV_${variable(field)}`),
    ...dbt,
  }),
  boundary({
    name: "dbt, its artifacts",
    cross: () => {
      const kept = Object.entries(dbt.inject({})).filter(([name]) => name.startsWith("DBT_ENV_CUSTOM_ENV_"));
      return JSON.stringify({ metadata: { env: renamed(Object.fromEntries(kept), (name) => name.slice(19)) } });
    },
    arriving: (fields) => ({ metadata: { env: renamed(fields, variable) } }),
    ...dbt,
  }),
  boundary({
    name: "Spark's configuration",
    cross: () => spark.inject({ "spark.app.name": "x" }),
    arriving: (fields) => renamed(fields, (field) => `spark.executorEnv.${variable(field)}`),
    ...spark,
  }),
  boundary({
    name: "Spark's configuration, as its API answers it",
    cross: () => ({ sparkProperties: Object.entries(spark.inject()) }),
    arriving: (fields) => ({
      "Spark Properties": renamed(fields, (field) => `spark.yarn.appMasterEnv.${variable(field)}`),
    }),
    ...spark,
  }),
  boundary({
    name: "Spark's Java options",
    cross: () => {
      const { "spark.driver.extraJavaOptions": options } = spark.inject({ "spark.driver.extraJavaOptions": "-Xss4m" });
      return { "spark.driver.extraJavaOptions": options };
    },
    arriving: (fields) => {
      const options = Object.entries(fields).map(([field, value]) => `-D${field}=${value}`);
      return { "spark.driver.extraJavaOptions": options.join(" ") };
    },
    ...spark,
  }),
];
