import { RE2JS, RE2JSException } from "re2js";

/** Why a regular expression is not one that Prometheus (RE2) accepts. */
export class InvalidRegexpError extends Error {
  override readonly name = "InvalidRegexpError";
}

/** What the groups of a regular expression took. */
export interface RegexpMatch {
  /** By number or name; empty when the group took no part, or is not there. */
  group(reference: string): string;
}

/** A regular expression that must match a whole text. Its time is linear in the text, whatever the expression. */
export interface AnchoredRegexp {
  test(text: string): boolean;
  exec(text: string): RegexpMatch | null;
}

/**
 * A whole-text matcher with the syntax of Go's regexp package, RE2's. `.` matches newlines too (since Prometheus 3).
 * @throws InvalidRegexpError with the words of Go's parser
 */
export function compileAnchored(source: string): AnchoredRegexp {
  const compiled = compile(source);
  return {
    test: (text) => compiled.matches(text),
    exec(text) {
      const matcher = compiled.matcher(text);
      return matcher.matches() ? { group: (reference) => groupOf(compiled, matcher, reference) } : null;
    },
  };
}

/**
 * Puts what `replace` gives in the place of every match within a text; matches of nothing are left. Same syntax.
 * @throws InvalidRegexpError with the words of Go's parser
 */
export function compileReplacing(source: string): (text: string, replace: () => string) => string {
  const compiled = compile(source);
  return (text, replace) => {
    const matcher = compiled.matcher(text);
    let replaced = "";
    let from = 0;
    while (matcher.find()) {
      if (matcher.end() === matcher.start()) continue;
      replaced += text.slice(from, matcher.start()) + replace();
      from = matcher.end();
    }
    return replaced + text.slice(from);
  };
}

function compile(source: string): RE2JS {
  try {
    return RE2JS.compile(source, RE2JS.DOTALL);
  } catch (cause) {
    if (!(cause instanceof RE2JSException)) throw cause;
    // The library writes its flag into the expression that it quotes.
    throw new InvalidRegexpError(cause.message.replace("`(?s)", "`"), { cause });
  }
}

type Matcher = ReturnType<RE2JS["matcher"]>;

function groupOf(compiled: RE2JS, matcher: Matcher, reference: string): string {
  const number = /^\d+$/.test(reference) ? Number(reference) : compiled.namedGroups()[reference];
  return number === undefined || number > matcher.groupCount() ? "" : (matcher.group(number) ?? "");
}

/**
 * Replacement with Go's `$1`, `${1}`, `$name` templates: the longest run of word characters after `$` is the name.
 */
export function expandTemplate(template: string, match: RegexpMatch): string {
  return template.replace(/\$(?:\$|\{(\w+)\}|(\w+))/g, (whole, braced?: string, plain?: string) =>
    whole === "$$" ? "$" : match.group(braced ?? plain ?? ""),
  );
}
