import type { AttributeOperand, AttributeScope, SpanField } from "./search-filter.ts";
import { traceqlError, unquote, type TraceqlToken } from "./search-traceql-lexer.ts";

/** What TraceQL can ask of a whole trace. */
export type TraceField = "duration" | "rootName" | "rootService";

/** One side of a comparison. */
export type Operand =
  | { type: "field"; field: SpanField }
  | { type: "attribute"; scope: AttributeScope; key: string }
  | { type: "trace"; field: TraceField }
  | { type: "root" }
  | { type: "value"; value: AttributeOperand; isDuration?: boolean }
  | { type: "name"; name: string };

const fields: Record<string, SpanField> = {
  name: "name",
  "span:name": "name",
  duration: "duration",
  "span:duration": "duration",
  status: "status",
  "span:status": "status",
  statusMessage: "statusMessage",
  "span:statusMessage": "statusMessage",
  kind: "kind",
  "span:kind": "kind",
  "span:id": "spanId",
  "span:parentID": "parentId",
  "trace:id": "traceId",
  "event:name": "eventName",
  "instrumentation:name": "scopeName",
  "instrumentation:version": "scopeVersion",
};

const traceFields: Record<string, TraceField> = {
  traceDuration: "duration",
  "trace:duration": "duration",
  rootName: "rootName",
  "trace:rootName": "rootName",
  rootServiceName: "rootService",
  "trace:rootService": "rootService",
};

/** @throws SightglassError invalid_argument where the token is none */
export function operandOf(token: TraceqlToken): Operand {
  if (token.type === "string") return { type: "value", value: { type: "string", value: token.value } };
  if (token.type === "number") return { type: "value", value: { type: "number", value: token.value } };
  if (token.type === "duration")
    return { type: "value", isDuration: true, value: { type: "number", value: token.value } };
  if (token.type === "word") return wordOperand(token.text, token.at);
  if (token.type === "end") throw traceqlError("the query ends in the middle", token.at);
  throw traceqlError(`"${token.text}" is not expected here`, token.at);
}

function wordOperand(text: string, at: number): Operand {
  if (text === "true" || text === "false") return { type: "value", value: { type: "bool", value: text === "true" } };
  if (text === "nil") return { type: "value", value: { type: "nil" } };
  if (text === "nestedSetParent" || text === "span:nestedSetParent") return { type: "root" };
  const field = fields[text];
  if (field !== undefined) return { type: "field", field };
  const traceField = traceFields[text];
  if (traceField !== undefined) return { type: "trace", field: traceField };
  const match = /^(span|resource|event|link|instrumentation|parent)?\.(.+)$/s.exec(text);
  if (match === null) return { type: "name", name: text };
  const [, scope = "any", path = ""] = match;
  if (scope === "parent" || scope === "instrumentation")
    throw traceqlError(`the scope ${scope} is not supported`, at, "use span. resource. event. link. or a bare dot");
  const key = path.replaceAll(/"(?:[^"\\]|\\.)*"/g, (part) => unquote(part, at));
  return attributeOrService(scope as AttributeScope, key);
}

/** `resource.service.name` is a column of its own. */
function attributeOrService(scope: AttributeScope, key: string): Operand {
  if (scope === "resource" && key === "service.name") return { type: "field", field: "service" };
  return { type: "attribute", scope, key };
}
