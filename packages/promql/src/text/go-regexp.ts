/** Why a regular expression is not one that Prometheus (RE2) accepts. */
export class InvalidRegexpError extends Error {
  override readonly name = "InvalidRegexpError";
}

interface Flags {
  readonly ignoreCase: boolean;
}

/**
 * A whole-string matcher with RE2's syntax. `.` matches newlines too (since Prometheus 3). Inline flags `(?i)` and
 * `(?i:...)`, named groups `(?P<n>...)`, `\z`, `\A`, `\Q...\E` and POSIX classes are rewritten for JavaScript;
 * back references and look-around, which RE2 has not, are refused.
 * @throws InvalidRegexpError
 */
export function compileAnchored(source: string): RegExp {
  const translated = new Translator(source).translate();
  try {
    return new RegExp(`^(?:${translated})$`, "su");
  } catch (cause) {
    throw new InvalidRegexpError(`invalid regular expression ${JSON.stringify(source)}: ${String(cause)}`);
  }
}

const posixClasses: Readonly<Record<string, string>> = {
  alnum: "0-9A-Za-z",
  alpha: "A-Za-z",
  ascii: "\\x00-\\x7F",
  blank: "\\t ",
  cntrl: "\\x00-\\x1F\\x7F",
  digit: "0-9",
  graph: "!-~",
  lower: "a-z",
  print: " -~",
  punct: "!-\\/:-@\\[-`\\{-~",
  space: "\\t\\n\\v\\f\\r ",
  upper: "A-Z",
  word: "0-9A-Za-z_",
  xdigit: "0-9A-Fa-f",
};

class Translator {
  readonly #source: string;
  #at = 0;
  #out = "";
  readonly #stack: Flags[] = [];
  #flags: Flags = { ignoreCase: false };

  constructor(source: string) {
    this.#source = source;
  }

  translate(): string {
    while (this.#at < this.#source.length) this.#next();
    if (this.#stack.length > 0) throw new InvalidRegexpError("missing closing )");
    return this.#out;
  }

  #next(): void {
    const character = String.fromCodePoint(this.#source.codePointAt(this.#at) ?? 0);
    if (character === "\\") this.#escape();
    else if (character === "[") this.#characterClass();
    else if (character === "(") this.#open();
    else if (character === ")") this.#close();
    else {
      this.#at += character.length;
      this.#out += this.#literal(character);
    }
  }

  #literal(character: string): string {
    if (character === "]" || character === "}") return `\\${character}`;
    if (character === "{") return /^\{\d+(,\d*)?\}/.test(this.#source.slice(this.#at - 1)) ? this.#repeat() : "\\{";
    return this.#flags.ignoreCase ? foldCase(character) : character;
  }

  #repeat(): string {
    const end = this.#source.indexOf("}", this.#at) + 1;
    const text = this.#source.slice(this.#at - 1, end);
    this.#at = end;
    return text;
  }

  #escape(): void {
    const escaped = this.#source[this.#at + 1];
    if (escaped === undefined) throw new InvalidRegexpError("trailing backslash at end of expression");
    if (escaped === "Q") return this.#quoted();
    this.#at += 2;
    this.#out += this.#translateEscape(escaped);
  }

  #translateEscape(escaped: string): string {
    if (escaped === "A") return "^";
    if (escaped === "z") return "$";
    if (/[1-9CZ]/.test(escaped)) throw new InvalidRegexpError(`invalid escape sequence: \\${escaped}`);
    if (escaped === "a") return "\\x07";
    if (escaped === "x" || escaped === "p" || escaped === "P") return this.#longEscape(escaped);
    if (/[dDwWsSbBnrtfv0]/.test(escaped)) return `\\${escaped}`;
    if (/[A-Za-z]/.test(escaped)) throw new InvalidRegexpError(`invalid escape sequence: \\${escaped}`);
    return /[$()*+./?[\\\]^{|}-]/.test(escaped) ? (escaped === "-" ? "-" : `\\${escaped}`) : escaped;
  }

  #longEscape(escaped: string): string {
    const rest = this.#source.slice(this.#at);
    const match =
      escaped === "x" ? /^(?:\{([0-9a-fA-F]+)\}|([0-9a-fA-F]{2}))/.exec(rest) : /^(?:\{([^}]+)\}|(\p{L}))/u.exec(rest);
    if (match === null) throw new InvalidRegexpError(`invalid escape sequence: \\${escaped}`);
    this.#at += match[0].length;
    const body = match[1] ?? match[2] ?? "";
    if (escaped === "x") return `\\u{${body}}`;
    const script = body.length > 2 ? `Script=${body}` : body;
    return `\\${escaped}{${script}}`;
  }

  #quoted(): void {
    const end = this.#source.indexOf("\\E", this.#at + 2);
    const text = this.#source.slice(this.#at + 2, end === -1 ? undefined : end);
    this.#at = end === -1 ? this.#source.length : end + 2;
    for (const character of text) this.#out += this.#flags.ignoreCase ? foldCase(character) : escapeLiteral(character);
  }

  #characterClass(): void {
    let index = this.#at + 1;
    let body = "[";
    if (this.#source[index] === "^") {
      body += "^";
      index++;
    }
    let first = true;
    for (; ; first = false) {
      const character = this.#source[index];
      if (character === undefined) throw new InvalidRegexpError(`missing closing ]: ${this.#source.slice(this.#at)}`);
      if (character === "]" && !first) break;
      const posix = /^\[:(\^?)([a-z]+):\]/.exec(this.#source.slice(index));
      if (posix !== null) {
        const set = posixClasses[posix[2] ?? ""];
        if (set === undefined || posix[1] === "^") throw new InvalidRegexpError(`invalid character class: ${posix[0]}`);
        body += set;
        index += posix[0].length;
      } else if (character === "\\") {
        this.#at = index + 2;
        const escaped = this.#source[index + 1] ?? "";
        body += escaped === "-" ? "\\-" : this.#translateEscape(escaped);
        index = this.#at;
      } else {
        body += /[[\]{}()|/]/.test(character) ? `\\${character}` : character;
        index++;
      }
    }
    this.#at = index + 1;
    body += "]";
    this.#out += this.#flags.ignoreCase ? foldClass(body) : body;
  }

  #open(): void {
    const rest = this.#source.slice(this.#at);
    const flags = /^\(\?([imsU]*)(?:-([imsU]+))?([:)])/.exec(rest);
    const named = /^\(\?P?<([A-Za-z_]\w*)>/.exec(rest);
    if (flags !== null) {
      const ignoreCase = (this.#flags.ignoreCase || (flags[1] ?? "").includes("i")) && !(flags[2] ?? "").includes("i");
      this.#at += flags[0].length;
      if (flags[3] === ":") {
        this.#stack.push(this.#flags);
        this.#out += "(?:";
      }
      this.#flags = { ignoreCase };
      return;
    }
    if (named === null && rest.startsWith("(?"))
      throw new InvalidRegexpError(`invalid or unsupported Perl syntax: ${rest.slice(0, 4)}`);
    this.#stack.push(this.#flags);
    this.#at += named === null ? 1 : named[0].length;
    this.#out += named === null ? "(" : `(?<${named[1] ?? ""}>`;
  }

  #close(): void {
    const outer = this.#stack.pop();
    if (outer === undefined) throw new InvalidRegexpError("unexpected )");
    this.#flags = outer;
    this.#at++;
    this.#out += ")";
  }
}

const escapeLiteral = (character: string): string => character.replace(/[$()*+./?[\\\]^{|}]/, "\\$&");

function foldCase(character: string): string {
  const lower = character.toLowerCase();
  const upper = character.toUpperCase();
  return lower === upper || upper.length !== character.length ? character : `[${lower}${upper}]`;
}

/** A class under `(?i)`: its letters and letter ranges in both cases. */
function foldClass(body: string): string {
  const negated = body.startsWith("[^");
  const inner = body.slice(negated ? 2 : 1, -1);
  let both = inner;
  for (const [range, from = "", to = ""] of inner.matchAll(/(?<!\\)([A-Za-z])(?:-([A-Za-z]))?/g)) {
    const swap = (letter: string): string =>
      letter === letter.toLowerCase() ? letter.toUpperCase() : letter.toLowerCase();
    both += range.length > 1 && to !== "" ? `${swap(from)}-${swap(to)}` : swap(from);
  }
  return `[${negated ? "^" : ""}${both}]`;
}

/**
 * Replacement with Go's `$1`, `${1}`, `$name` templates: the longest run of word characters after `$` is the name, and
 * a group that is not there is empty.
 */
export function expandTemplate(template: string, match: RegExpExecArray): string {
  return template.replace(/\$(?:\$|\{(\w+)\}|(\w+))/g, (whole, braced?: string, plain?: string) => {
    if (whole === "$$") return "$";
    const name = braced ?? plain ?? "";
    return (/^\d+$/.test(name) ? match[Number(name)] : match.groups?.[name]) ?? "";
  });
}
