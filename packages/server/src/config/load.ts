import { dirname } from "node:path";
import { isMap, isScalar, LineCounter, type Node, parseDocument, type Scalar, visit } from "yaml";
import type { z } from "zod";
import { SightglassError } from "../model/errors.ts";
import { type Config, configSchema } from "./schema.ts";
import { formatAddress, isLoopback } from "./quantities.ts";

export interface ConfigSource {
  /** Named in errors. */
  file: string;
  text: string;
}

/** What the command line says; it wins over the file. Keys as in the file. */
export type ConfigFlags = Partial<
  Record<"data" | "listen" | "otlp_grpc" | "otlp_http", string> & { insecure: boolean }
>;

export interface ConfigInput {
  source?: ConfigSource;
  flags?: ConfigFlags;
  /** For `${NAME}` and `${NAME:-default}`. */
  environment: Readonly<Record<string, string | undefined>>;
}

/**
 * The configuration from a file's text, the command line and the environment.
 * @throws SightglassError config_invalid, with every fault as `file:line:column: path: what is wrong`
 */
export function loadConfig({ source, flags = {}, environment }: ConfigInput): Config {
  const { read, locate, reinterpret } = source ? parse(source, environment) : nothing;
  let result = configSchema.safeParse({ ...read(), ...flags });
  while (!result.success && reinterpret(result.error.issues)) {
    result = configSchema.safeParse({ ...read(), ...flags });
  }
  if (!result.success) throw invalid(result.error.issues.flatMap((issue) => describe(issue, flags, locate)));
  const config = { ...result.data, folder: dirname(source?.file ?? ".") };
  checkReach(config);
  return config;
}

/** `file:line:column: ` of the value at a path, or of one key in the mapping there; of what is around it where it is not. */
type Locate = (path: PropertyKey[], key?: string) => string;

/** A file as it was parsed. */
interface Parsed {
  read: () => object;
  locate: Locate;
  /** Reads scalars as the types that are wanted there. @returns whether there were any that were read otherwise before */
  reinterpret: (issues: readonly z.core.$ZodIssue[]) => boolean;
}

const nothing: Parsed = { read: () => ({}), locate: () => "", reinterpret: () => false };

function parse(source: ConfigSource, environment: ConfigInput["environment"]): Parsed {
  const lines = new LineCounter();
  const document = parseDocument(source.text, { lineCounter: lines, prettyErrors: false });
  const at = (offset: number) => {
    const { line, col } = lines.linePos(offset);
    return `${source.file}:${line}:${col}: `;
  };
  const faults = document.errors.map((error) => at(error.pos[0]) + error.message);
  visit(document, {
    Scalar(_key, node) {
      if (typeof node.value !== "string") return;
      const missing = substitute(node as Scalar<string>, environment);
      for (const name of missing) {
        faults.push(
          `${at(node.range?.[0] ?? 0)}\${${name}} is not set in the environment; set it, or write \${${name}:-default}`,
        );
      }
    },
  });
  if (faults.length > 0) throw invalid(faults);
  const locate: Locate = (path, key) => {
    for (let length = path.length; length >= 0; length--) {
      const node = document.getIn(path.slice(0, length), true) as Node | undefined;
      const named = isMap(node) ? node.items.find((pair) => isScalar(pair.key) && pair.key.value === key) : undefined;
      const range = isScalar(named?.key) ? named.key.range : node?.range;
      if (range) return at(range[0]);
    }
    return `${source.file}: `;
  };
  const read = () => {
    const value: object = document.toJS({ maxAliasCount: 100 }) ?? {};
    if (typeof value !== "object" || Array.isArray(value))
      throw invalid([`${source.file}:1:1: expected a mapping of settings`]);
    return value;
  };
  const reinterpret = (issues: readonly z.core.$ZodIssue[]) => {
    let hasChanged = false;
    for (const issue of issues) {
      if (issue.code !== "invalid_type") continue;
      const node = document.getIn(issue.path, true);
      if (!isScalar(node) || node.type !== "PLAIN") continue;
      // A key whose value is left out is one that is not set.
      if (node.value === null && typeof issue.path.at(-1) === "string") {
        document.deleteIn(issue.path);
        hasChanged = true;
        continue;
      }
      const value = valueAs(issue.expected, node);
      if (value === undefined) continue;
      node.value = value;
      hasChanged = true;
    }
    return hasChanged;
  };
  return { read, locate, reinterpret };
}

const booleans: Readonly<Record<string, boolean>> = { yes: true, on: true, no: false, off: false };

/**
 * What a scalar without quotes stands for where a type is wanted, as Prometheus' YAML has it: `shard: 1` is a text where texts
 * are wanted, `yes` is true, and a variable of the environment can be a number.
 */
function valueAs(expected: string, { value, source }: Scalar): unknown {
  if (expected === "string") return typeof value === "number" || typeof value === "boolean" ? source : undefined;
  if (typeof value !== "string") return undefined;
  if (expected === "boolean")
    return value === "true" || value === "false" ? value === "true" : booleans[value.toLowerCase()];
  if (expected === "number" || expected === "int") return /^-?\d+(\.\d+)?$/.test(value) ? Number(value) : undefined;
  return undefined;
}

/** Replaces in place; returns the names that are not set. After parsing, so a value cannot change the document's structure. */
function substitute(node: Scalar<string>, environment: ConfigInput["environment"]): string[] {
  const missing: string[] = [];
  node.value = node.value.replace(
    /\$\{([A-Za-z_][A-Za-z0-9_]*)(?::-([^}]*))?\}/g,
    (_all, name: string, fallback?: string) => {
      const value = environment[name] ?? fallback;
      if (value === undefined) missing.push(name);
      return value ?? "";
    },
  );
  return missing;
}

/** One line for each fault; a mapping may have several keys that it should not have. */
function describe(issue: z.core.$ZodIssue, flags: ConfigFlags, locate: Locate): string[] {
  const { path, message } = issue;
  const [first] = path;
  if (typeof first === "string" && first in flags) return [`--${first.replace("_", "-")}: ${message}`];
  const name = path.length === 0 ? "" : `${path.map(String).join(".")}: `;
  if (issue.code === "unrecognized_keys") {
    const unknown = (key: string) => `${locate(path, key)}${name}unknown setting "${key}"`;
    const [key = "", ...others] = issue.keys;
    // The schema has words of its own for settings that it knows by name and does not take.
    const isTold = !message.startsWith("Unrecognized");
    return [isTold ? `${locate(path, key)}${name}${message}` : unknown(key), ...others.map(unknown)];
  }
  const isMissing = issue.code === "invalid_type" && message.endsWith("received undefined");
  return [`${locate(path)}${name}${isMissing ? `is missing: a value of type ${issue.expected} is expected` : message}`];
}

/** @throws SightglassError config_invalid when other machines could reach the server without a token */
export function checkReach(config: Config): void {
  if (config.insecure || config.auth.tokens.length > 0) return;
  for (const key of ["listen", "otlp_grpc", "otlp_http"] as const) {
    if (isLoopback(config[key])) continue;
    throw invalid([
      `${key}: ${formatAddress(config[key])} can be reached from other machines, and no token is configured; ` +
        "add one under auth.tokens, listen on 127.0.0.1, or say --insecure",
    ]);
  }
}

function invalid(faults: string[]): SightglassError {
  return new SightglassError("config_invalid", faults.join("\n"));
}
