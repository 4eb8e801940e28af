import { readFileSync } from "node:fs";
import type { Attributes } from "@opentelemetry/api";
import type { KeepRules } from "./keep-rules.ts";
import type { SampleRatio } from "./sample-ratio.ts";

/** Options of `bootstrap` that a configuration file may hold. */
export interface DeclaredOptions {
  /** `service.name`. Default: OTEL_SERVICE_NAME. */
  service?: string;
  /** Base address of an OTLP/HTTP receiver. Default: OTEL_EXPORTER_OTLP_ENDPOINT, else http://127.0.0.1:4318. */
  endpoint?: string;
  /** Added to each request, as OTEL_EXPORTER_OTLP_HEADERS is. */
  headers?: Record<string, string>;
  /** More resource attributes. */
  attributes?: Attributes;
  /**
   * The share of runs that is kept, from 0 to 1, decided at their start; or one for each environment, as in
   * `{ production: 0.1 }`. Default: OTEL_TRACES_SAMPLER, else all.
   */
  sampleRatio?: SampleRatio;
  /** Runs that are kept all the same, decided at their end. Default: SIGHTGLASS_KEEP (`failed,unexplained,slow=60000`). */
  keep?: KeepRules;
  /** How long the end of the process may wait for the server, in milliseconds. Default 2000. */
  exitTimeoutMs?: number;
}

interface Shape {
  readonly isRight: (value: unknown) => boolean;
  readonly expected: string;
}

const isText = (value: unknown): boolean => typeof value === "string" && value !== "";
const isShare = (value: unknown): boolean => typeof value === "number" && value >= 0 && value <= 1;
const isPositive = (value: unknown): boolean => typeof value === "number" && Number.isFinite(value) && value > 0;
const isFlag = (value: unknown): boolean => typeof value === "boolean";
const isScalar = (value: unknown): boolean => isFlag(value) || typeof value === "string" || typeof value === "number";
const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const isMapOf = (is: (value: unknown) => boolean) => (value: unknown) =>
  isObject(value) && Object.values(value).every((one) => one === undefined || is(one));
/** OpenTelemetry's attributes: lists as well, of one kind, which their own setup looks at. */
const isAttribute = (value: unknown): boolean => isScalar(value) || Array.isArray(value);

const keepFlags = new Set(["failed", "unexplained"]);
const isKeep = (value: unknown): boolean =>
  isObject(value) &&
  Object.entries(value).every(
    ([key, rule]) =>
      rule === undefined || (keepFlags.has(key) ? isFlag(rule) : key === "slowerThanMs" && isPositive(rule)),
  );

const shapes: Readonly<Record<keyof DeclaredOptions, Shape>> = {
  service: { isRight: isText, expected: "a text" },
  endpoint: { isRight: isText, expected: "a text" },
  headers: { isRight: isMapOf(isText), expected: "an object of texts" },
  attributes: { isRight: isMapOf(isAttribute), expected: "an object of texts, numbers and booleans, or lists of them" },
  sampleRatio: {
    isRight: (value) => isShare(value) || isMapOf(isShare)(value),
    expected: "a number from 0 to 1, or an object with one for each environment",
  },
  keep: { isRight: isKeep, expected: '{ "failed": true, "unexplained": true, "slowerThanMs": 60000 }, or some of it' },
  exitTimeoutMs: { isRight: isPositive, expected: "a positive number" },
};

/**
 * Reads a JSON file of options. What cannot be used is reported and left out; the rest holds.
 * @param path undefined: there is none
 */
export function readConfigFile(path: string | undefined, complain: (problem: string) => void): DeclaredOptions {
  if (path === undefined || path.trim() === "") return {};
  let content: unknown;
  try {
    content = JSON.parse(readFileSync(path, "utf8"));
  } catch (thrown) {
    complain(`SIGHTGLASS_CONFIG: ${path} cannot be used: ${thrown instanceof Error ? thrown.message : String(thrown)}`);
    return {};
  }
  if (!isObject(content)) {
    complain(`SIGHTGLASS_CONFIG: ${path} is not a JSON object`);
    return {};
  }
  return usable(
    content,
    (name) => {
      const shape = shapeOf(name);
      return shape === undefined
        ? `SIGHTGLASS_CONFIG: ${path}: "${name}" is none of ${Object.keys(shapes).join(", ")}`
        : `SIGHTGLASS_CONFIG: ${path}: "${name}" is not ${shape.expected}`;
    },
    complain,
  );
}

/**
 * The options that the code gives: without those that are undefined, so that `{ service: process.env.NAME }` leaves the file its say, and
 * without those that cannot be used, which are reported.
 */
export function usableOptions<Options extends DeclaredOptions>(
  given: Options | null,
  complain: (problem: string) => void,
): Options {
  const entries = Object.entries(given ?? {}).filter(([, value]) => value !== undefined && value !== null);
  const [declared, others] = [true, false].map((isDeclared) =>
    Object.fromEntries(entries.filter(([name]) => (shapeOf(name) !== undefined) === isDeclared)),
  );
  const problem = (name: string) => `bootstrap: "${name}" is not ${shapeOf(name)?.expected}; it is not used`;
  return { ...others, ...usable(declared ?? {}, problem, complain) } as Options;
}

function shapeOf(name: string): Shape | undefined {
  return Object.hasOwn(shapes, name) ? shapes[name as keyof DeclaredOptions] : undefined;
}

function usable(
  content: object,
  problem: (name: string) => string,
  complain: (problem: string) => void,
): DeclaredOptions {
  return Object.fromEntries(
    Object.entries(content).filter(([name, value]) => {
      if (shapeOf(name)?.isRight(value) === true) return true;
      complain(problem(name));
      return false;
    }),
  );
}
