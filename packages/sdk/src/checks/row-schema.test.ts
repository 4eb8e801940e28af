import Ajv from "ajv";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { expectations, type JsonSchema, type RowSchema } from "./index.ts";

interface Row {
  id: number;
  amount?: number | string;
  email?: string;
}
const rows: Row[] = [
  { id: 1, amount: 10, email: "a@example.com" },
  { id: 2, amount: -5, email: "b@example.com" },
  { id: 3, amount: "secret", email: "secret" },
  { id: 4 },
];

function verdict(schema: RowSchema, of: object[] = rows) {
  const quality = expectations<object>("orders", { schema });
  for (const row of of) quality.add(row);
  const [check] = quality.finish().checks;
  if (check === undefined) expect.fail("there is one check");
  return { ...check, invalid: check.invalid?.map(({ column, reason, rows: count }) => `${column} ${reason} ${count}`) };
}

const zodSchema = z.object({ id: z.number(), amount: z.number().min(0), email: z.email() });
const jsonSchema = {
  type: "object",
  required: ["id", "amount", "email"],
  properties: { id: { type: "integer" }, amount: { type: "number", minimum: 0 }, email: { format: "email" } },
};
const asInFile = (schema: object) => JSON.parse(JSON.stringify(schema)) as JsonSchema;
const ofZod = ["amount invalid_type 2", "amount too_small 1", "email invalid_format 1", "email invalid_type 1"];
const ofJsonSchema = ["amount minimum 1", "amount required 1", "amount type 1", "email format 1", "email required 1"];

describe("a row schema says which columns were wrong and why, without their values", () => {
  it.each<[string, RowSchema, string[]]>([
    ["zod", zodSchema, ofZod],
    ["a Standard Schema", { "~standard": zodSchema["~standard"] }, ofZod],
    [
      "a Standard Schema that is a function, as arktype's are",
      Object.assign(() => "no verdict", { "~standard": zodSchema["~standard"] }),
      ofZod,
    ],
    ["a JSON Schema", jsonSchema, ofJsonSchema],
    ["a JSON Schema that zod makes", z.toJSONSchema(zodSchema), ofZod],
    [
      "the same, read from a file",
      asInFile(z.toJSONSchema(zodSchema.extend({ email: z.string().optional() }))),
      ["amount minimum 1", "amount required 1", "amount type 1"],
    ],
    ["draft 2019-09", { ...jsonSchema, $schema: "https://json-schema.org/draft/2019-09/schema" }, ofJsonSchema],
    ["draft 07", { ...jsonSchema, $schema: "http://json-schema.org/draft-07/schema#" }, ofJsonSchema],
    ["draft 06", { ...jsonSchema, $schema: "http://json-schema.org/draft-06/schema#" }, ofJsonSchema],
    [
      "a compiled JSON Schema",
      new Ajv({ allErrors: true }).compile({ ...jsonSchema, properties: { amount: { minimum: 0, type: "number" } } }),
      ["amount minimum 1", "amount required 1", "amount type 1", "email required 1"],
    ],
  ])("%s", (_name, schema, invalid) => {
    const check = verdict(schema);
    expect(check).toMatchObject({ kind: "validity", subject: "schema", value: 0.25, passed: false });
    expect(check.invalid?.toSorted()).toEqual(invalid);
    expect(JSON.stringify(check)).not.toContain("secret");
  });

  it("of JSON Schema: what two drafts say differently, references, names that a pointer escapes", () => {
    const pair = { items: [{ type: "number" }, { type: "string" }] };
    const draft7 = { $schema: "http://json-schema.org/draft-07/schema", properties: { "a/b": pair } };
    const draft2020 = { properties: { "a/b": { prefixItems: pair.items } } };
    for (const schema of [draft7, draft2020])
      expect(verdict(schema, [{ "a/b": ["x", "x"] }, { "a/b": [1, "x"] }]).invalid).toEqual(["a/b type 1"]);
    const ofId = (maximum: number) => ({
      $id: "https://example.com/order",
      $defs: { id: { maximum } },
      properties: { id: { $ref: "#/$defs/id" } },
    });
    // Two schemas of one $id are two schemas.
    expect([verdict(ofId(2)).value, verdict(ofId(3)).value]).toEqual([0.5, 0.75]);
    expect(verdict({ additionalProperties: false }, [{ "ann@example.com": 1 }]).invalid).toEqual([
      "row additionalProperties 1",
    ]);
  });

  it.each<[string, RowSchema, RegExp]>([
    ["no JSON Schema", { type: "nonsense" }, /^a schema that can be used: schema is invalid: data\/type must/],
    ["a reference to nothing", { $ref: "#/$defs/none" }, /can't resolve reference #\/\$defs\/none/],
    ["a draft that is not known", { $schema: "http://json-schema.org/draft-04/schema#" }, /known are 2020-12, 2019-09/],
    ["no schema at all", "number" as unknown as RowSchema, /^a schema that can be used: /],
  ])("is never met, and says why, when it is %s", (_name, schema, expected) => {
    const check = verdict({ schema, valid: 0 } as unknown as RowSchema);
    expect(check).toMatchObject({ passed: false, value: 0, invalid: ["row schema 4"] });
    expect(check.expected).toMatch(expected);
    expect(verdict({ schema } as unknown as RowSchema, []).passed).toBe(false);
  });

  it("that throws, or answers with a promise, is not met", () => {
    const fail = () => {
      throw new Error("secret");
    };
    const later = z.object({ id: z.number().refine(() => Promise.resolve(true)) });
    for (const schema of [{ safeParse: fail }, fail, later, { $async: true }])
      expect(verdict(schema)).toMatchObject({ value: 0, invalid: ["row threw 4"] });
  });
});
