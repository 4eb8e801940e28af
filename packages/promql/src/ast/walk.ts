import type { Expr } from "./nodes.ts";

/** The expressions directly below a node, in the order of the text. */
export function childrenOf(expr: Expr): readonly Expr[] {
  switch (expr.kind) {
    case "number":
    case "string":
    case "vectorSelector":
      return [];
    case "matrixSelector":
      return [expr.selector];
    case "subquery":
    case "paren":
    case "unary":
      return [expr.expr];
    case "binary":
      return [expr.left, expr.right];
    case "call":
      return expr.args;
    case "aggregate":
      return expr.param === undefined ? [expr.expr] : [expr.param, expr.expr];
  }
}

/** Calls `visit` for the node and everything below it, parents first, with the way down to it. */
export function walk(expr: Expr, visit: (node: Expr, path: readonly Expr[]) => void, path: readonly Expr[] = []): void {
  visit(expr, path);
  const below = [...path, expr];
  for (const child of childrenOf(expr)) walk(child, visit, below);
}

/** A tree with some nodes replaced: `replace` sees each node after its children and may return another. */
export function transform(expr: Expr, replace: (node: Expr) => Expr): Expr {
  const go = (child: Expr): Expr => transform(child, replace);
  switch (expr.kind) {
    case "number":
    case "string":
    case "vectorSelector":
      return replace(expr);
    case "matrixSelector": {
      const selector = go(expr.selector);
      return replace(selector.kind === "vectorSelector" ? { ...expr, selector } : expr);
    }
    case "subquery":
    case "paren":
    case "unary":
      return replace({ ...expr, expr: go(expr.expr) });
    case "binary":
      return replace({ ...expr, left: go(expr.left), right: go(expr.right) });
    case "call":
      return replace({ ...expr, args: expr.args.map(go) });
    case "aggregate":
      return replace({ ...expr, expr: go(expr.expr), ...(expr.param === undefined ? {} : { param: go(expr.param) }) });
  }
}
