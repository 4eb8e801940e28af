import type { Expr } from "../ast/nodes.ts";
import { signatures, type ValueType } from "./signatures.ts";

/** The type of the value that an expression has, whether or not it is well typed inside. */
export function typeOf(expr: Expr): ValueType {
  switch (expr.kind) {
    case "number":
      return "scalar";
    case "string":
      return "string";
    case "vectorSelector":
    case "aggregate":
      return "instant vector";
    case "matrixSelector":
    case "subquery":
      return "range vector";
    case "paren":
    case "unary":
      return typeOf(expr.expr);
    case "binary":
      return typeOf(expr.left) === "scalar" && typeOf(expr.right) === "scalar" ? "scalar" : "instant vector";
    case "call":
      return signatures.get(expr.name)?.returns ?? "instant vector";
  }
}
