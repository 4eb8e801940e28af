import { type AjvError, compile, type CompiledSchema } from "./json-schema.ts";

/**
 * What says whether a row is valid: a zod schema, any Standard Schema (standardschema.dev), a JSON Schema as a plain object, or a
 * function such as ajv's `compile(jsonSchema)` returns. It must answer at once; one that answers with a promise is never met.
 */
export type RowSchema = ZodSchema | StandardSchema | CompiledSchema | JsonSchema;

interface ZodSchema {
  safeParse(row: unknown): { success: boolean; error?: { issues?: readonly Issue[] } | undefined };
}

interface StandardSchema {
  readonly "~standard": { validate(row: unknown): unknown };
}

/** A JSON Schema of draft 2020-12, or of the draft that its `$schema` names (2019-09, 07, 06). */
export type JsonSchema = { readonly schema?: never } & ({ readonly [keyword: string]: unknown } | object);

/** What is wrong with a row. Neither is ever a value. */
export interface Finding {
  /** `row` for what belongs to none. */
  readonly column: string;
  /** The schema's own code: `too_small` of zod, `minimum` of JSON Schema; `invalid` where it has none. */
  readonly reason: string;
}

/** Says of a row what is wrong with it: nothing when it is valid. Throws what the schema throws. */
export type RowValidator = (row: unknown) => Finding[];

interface Issue {
  path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined;
  /** Of zod and arktype. */
  code?: unknown;
  /** Of valibot. */
  type?: unknown;
}

export const wholeRow = "row";
const reasonUnknown = "invalid";
const reasonCharsMax = 64;

/** @throws an Error that says why, when a JSON Schema is none */
export function validatorOf(schema: RowSchema): RowValidator {
  // First, for some are functions as well (arktype's). JSON Schemas may have that property and not be able to judge (standardschema.dev,
  // "Standard JSON Schema").
  if (isStandard(schema))
    return (row) => {
      const result = schema["~standard"].validate(row) as { issues?: readonly Issue[] };
      refusePromise(result);
      return result.issues === undefined ? [] : someOf(result.issues.map(findingOf));
    };
  if (isZod(schema))
    return (row) => {
      const result = schema.safeParse(row);
      return result.success ? [] : someOf((result.error?.issues ?? []).map(findingOf));
    };
  return validatorOfCompiled(typeof schema === "function" ? schema : compile(schema));
}

function isStandard(schema: RowSchema): schema is StandardSchema {
  return typeof (schema as Partial<StandardSchema>)["~standard"]?.validate === "function";
}

function isZod(schema: Exclude<RowSchema, StandardSchema>): schema is ZodSchema {
  return typeof (schema as Partial<ZodSchema>).safeParse === "function";
}

function validatorOfCompiled(validate: CompiledSchema): RowValidator {
  return (row) => {
    const isValid = validate(row);
    refusePromise(isValid);
    return isValid === true ? [] : someOf((validate.errors ?? []).map(findingOfAjv));
  };
}

function findingOf({ path, code, type }: Issue): Finding {
  const [first] = path ?? [];
  const reason = [code, type].find((one) => typeof one === "string") ?? reasonUnknown;
  const column = first === undefined ? wholeRow : String(typeof first === "object" ? first.key : first);
  return { column, reason: reason.slice(0, reasonCharsMax) };
}

function findingOfAjv({ keyword = reasonUnknown, instancePath = "", params }: AjvError): Finding {
  const [, first] = instancePath.split("/");
  // A JSON Pointer (RFC 6901) writes these two in other ways.
  const column = first?.replaceAll("~1", "/").replaceAll("~0", "~");
  return { column: column ?? params?.missingProperty ?? wholeRow, reason: keyword };
}

function someOf(findings: Finding[]): Finding[] {
  return findings.length === 0 ? [{ column: wholeRow, reason: reasonUnknown }] : findings;
}

function refusePromise(result: unknown): void {
  if (result instanceof Promise) {
    result.catch(() => undefined);
    throw new TypeError("the schema answers with a promise; rows are checked at once");
  }
}
