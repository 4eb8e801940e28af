import type { Ajv } from "ajv";
import type { FormatsPlugin } from "ajv-formats";

/** As ajv makes it. */
export type CompiledSchema = ((row: unknown) => unknown) & { errors?: readonly AjvError[] | null | undefined };

export interface AjvError {
  keyword?: string;
  instancePath?: string;
  params?: { missingProperty?: string };
}

/** Ajv's module for each draft that it knows, by what `$schema` says. */
const drafts: readonly [name: string, module: string][] = [
  ["2020-12", "ajv/dist/2020.js"],
  ["2019-09", "ajv/dist/2019.js"],
  ["draft-07", "ajv/dist/ajv.js"],
  ["draft-06", "ajv/dist/ajv.js"],
];
const metaSchemaOfDraft06 = "ajv/dist/refs/json-schema-draft-06.json";

const ajvOfModules = new Map<string, Ajv>();
const compiled = new WeakMap<object, CompiledSchema>();

/**
 * A function that says whether a row meets a JSON Schema; unknown keywords are annotations, known formats are checked. Ajv is loaded
 * here, when the first schema comes, so that nobody else pays for it (docs/adr/0014).
 * @throws an Error that says what is wrong with the schema, or that its draft is not known
 */
export function compile(schema: object): CompiledSchema {
  const known = compiled.get(schema);
  if (known !== undefined) return known;
  const ajv = ajvFor(schema);
  try {
    const validate = ajv.compile(schema);
    compiled.set(schema, validate);
    return validate;
  } finally {
    // Another schema of the same $id is another schema.
    ajv.removeSchema(schema);
  }
}

function ajvFor(schema: object): Ajv {
  const { $schema = "2020-12" } = schema as { $schema?: unknown };
  const module = drafts.find(([name]) => String($schema).includes(name))?.[1];
  if (module === undefined)
    throw new TypeError(`$schema is ${String($schema)}; known are ${drafts.map(([name]) => name).join(", ")}`);
  let ajv = ajvOfModules.get(module);
  if (ajv === undefined) ajvOfModules.set(module, (ajv = load(module)));
  return ajv;
}

function load(module: string): Ajv {
  const require = process.getBuiltinModule("node:module").createRequire(import.meta.url);
  const { default: Dialect } = require(module) as { default: typeof Ajv };
  const { default: addFormats } = require("ajv-formats") as { default: FormatsPlugin };
  const ajv = new Dialect({ allErrors: true, strict: false, logger: false });
  if (module === "ajv/dist/ajv.js") ajv.addMetaSchema(require(metaSchemaOfDraft06) as object);
  addFormats(ajv);
  return ajv;
}
