import { afterAll, beforeEach, describe, expect, it } from "vitest";
import { LogBlock } from "../log-block.ts";
import { Redaction } from "../redact/redaction.ts";
import { SpanBlock } from "../span-block.ts";
import { TestEngine } from "../testing/engine.ts";
import { encodeMessage } from "../testing/otlp-messages.ts";
import { decodeLogsJson, decodeLogsProtobuf } from "./logs.ts";
import { decodeTracesJson, decodeTracesProtobuf } from "./traces.ts";

const context = { receivedAtMs: 1_700_000_000_123 };
const engine = new TestEngine();
afterAll(() => engine.close());
beforeEach(() => {
  engine.execute("TRUNCATE TABLE spans");
  engine.execute("TRUNCATE TABLE logs");
});

const redaction = new Redaction({
  kinds: ["credentials", "email", "card"],
  byName: true,
  keys: [],
  allow: ["contact"],
  blockedValues: [],
});
const text = (key: string, stringValue: string) => ({ key, value: { stringValue } });
const secret = "ann@example.com";
const attributes = [
  text("note", `by ${secret}`),
  text("contact", secret),
  text("db_password", "hunter2"),
  text("plain", "as it was"),
  { key: "pin.token", value: { intValue: "1234" } },
  { key: "ssn", value: { doubleValue: 123.5 } },
  { key: "token_count", value: { intValue: "7" } },
  { key: "has_token", value: { boolValue: true } },
  { key: "cookies.cookie", value: { arrayValue: { values: [{ stringValue: "a=b" }] } } },
  {
    key: "user",
    value: { kvlistValue: { values: [text("email", "x"), text("id", "7"), text("note", secret)] } },
  },
];
const texts = {
  note: "by [email]",
  contact: secret,
  db_password: "[redacted]",
  plain: "as it was",
  "pin.token": "[redacted]",
  ssn: "[redacted]",
  "cookies.cookie": "[redacted]",
};
const columns = "attributes_string, attributes_int, attributes_double, attributes_bool, attributes_other";
const stored = {
  attributes_string: texts,
  attributes_int: { token_count: "7" },
  attributes_double: {},
  attributes_bool: { has_token: true },
  attributes_other: { user: '{"$map":[["email","[redacted]"],["id","7"],["note","[email]"]]}' },
};

const spanRequest = {
  resourceSpans: [
    {
      resource: { attributes: [text("service.name", "a@b.example"), text("process.command_line", "x --password=y")] },
      scopeSpans: [
        {
          spans: [
            {
              traceId: "5b8efff798038103d269b633813fc60c",
              spanId: "eee19b7ec3c1b174",
              name: `mail ${secret}`,
              attributes,
              events: [{ name: "exception", attributes: [text("exception.message", secret), text("cookie", "c")] }],
              links: [{ attributes: [text("why", secret)] }],
              status: { message: `no mail to ${secret}`, code: 2 },
            },
          ],
        },
      ],
    },
  ],
};
const logRequest = {
  resourceLogs: [
    {
      scopeLogs: [
        { logRecords: [{ body: { stringValue: `to ${secret}` }, attributes }, { body: attributes[9]?.value }] },
      ],
    },
  ],
};
/** Ids are bytes in protobuf and hex in JSON. */
const inBytes = (request: object): object =>
  JSON.parse(JSON.stringify(request), (key: string, value: unknown) =>
    key === "traceId" || key === "spanId" ? Buffer.from(String(value), "hex") : value,
  ) as object;

describe.each(["protobuf", "json"] as const)("redaction of OTLP in %s", (encoding) => {
  it("of spans: attributes, events, links, status, name and resource, and nothing else", () => {
    const block = new SpanBlock(redaction);
    if (encoding === "json") decodeTracesJson(Buffer.from(JSON.stringify(spanRequest)), block, context);
    else decodeTracesProtobuf(encodeMessage("ExportTraceServiceRequest", inBytes(spanRequest)), block, context);
    engine.insert(block);
    const [row] = engine.rows<Record<string, unknown>>(
      `SELECT ${columns}, name, status_message, service, resource, event_attributes, link_attributes FROM spans`,
    );
    expect(row).toMatchObject({ ...stored, name: "mail [email]", status_message: "no mail to [email]" });
    expect(row?.["attributes_string"]).toEqual(texts);
    expect(row?.["service"]).toBe("a@b.example");
    expect(row?.["resource"]).toContain(
      '"service.name":"a@b.example","process.command_line":"x --password=[redacted]"',
    );
    expect(row?.["event_attributes"]).toEqual([
      expect.stringContaining('{"exception.message":"[email]","cookie":"[redacted]"}'),
    ]);
    expect(row?.["link_attributes"]).toEqual([expect.stringContaining('{"why":"[email]"}')]);
  });

  it("of log records: attributes and bodies, nested ones too", () => {
    const block = new LogBlock(redaction);
    if (encoding === "json") decodeLogsJson(Buffer.from(JSON.stringify(logRequest)), block, context);
    else decodeLogsProtobuf(encodeMessage("ExportLogsServiceRequest", logRequest), block, context);
    engine.insert(block);
    const rows = engine.rows<Record<string, unknown>>(`SELECT ${columns}, body FROM logs ORDER BY body`);
    expect(rows).toMatchObject(
      [{ body: "to [email]" }, { body: stored.attributes_other.user }].toSorted((a, b) => (a.body < b.body ? -1 : 1)),
    );
    expect(rows.find(({ body }) => body === "to [email]")).toMatchObject(stored);
  });
});
