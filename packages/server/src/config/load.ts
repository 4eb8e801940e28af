import { dirname } from "node:path";
import { LineCounter, type Node, parseDocument, type Scalar, visit } from "yaml";
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
  const { value, locate } = source ? parse(source, environment) : { value: {}, locate: () => "" };
  const merged = { ...(value as object), ...flags };
  const result = configSchema.safeParse(merged);
  if (!result.success) throw invalid(result.error.issues.map((issue) => describe(issue, flags, locate)));
  const config = { ...result.data, folder: dirname(source?.file ?? ".") };
  checkReach(config);
  return config;
}

function parse(source: ConfigSource, environment: ConfigInput["environment"]) {
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
  const locate = (path: PropertyKey[]) => {
    for (let length = path.length; length >= 0; length--) {
      const node = document.getIn(path.slice(0, length), true) as Node | undefined;
      if (node?.range) return at(node.range[0]);
    }
    return `${source.file}: `;
  };
  const value: unknown = document.toJS({ maxAliasCount: 100 }) ?? {};
  if (typeof value !== "object" || Array.isArray(value))
    throw invalid([`${source.file}:1:1: expected a mapping of settings`]);
  return { value, locate };
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

function describe(issue: z.core.$ZodIssue, flags: ConfigFlags, locate: (path: PropertyKey[]) => string): string {
  const [first] = issue.path;
  if (typeof first === "string" && first in flags) return `--${first.replace("_", "-")}: ${issue.message}`;
  const path = issue.code === "unrecognized_keys" ? [...issue.path, ...issue.keys.slice(0, 1)] : issue.path;
  const name = issue.path.map(String).join(".");
  return `${locate(path)}${name === "" ? "" : `${name}: `}${issue.message}`;
}

function checkReach(config: Config) {
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
