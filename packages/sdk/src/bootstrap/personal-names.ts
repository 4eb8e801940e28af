/**
 * Names whose values are nobody's business: of a part of a dotted name its last words, so that `db_password`, `userEmail` and
 * `x-api-key` are meant, and `token_count` is not.
 */
const namesDefault =
  "password passwd pwd passphrase secret clientsecret credential credentials token jwt apikey privatekey accesskey secretkey " +
  "connectionstring authorization cookie setcookie email emailaddress phone phonenumber mobilenumber ssn socialsecuritynumber taxid " +
  "nationalid creditcard cardnumber cvv iban birthdate dateofbirth firstname lastname surname fullname passport passportnumber";
const wordsMax = 3;
/** Names that are remembered; further ones are looked at each time. */
const knownMax = 2000;

/** How much of a name is one: `whole` where the name ends with it, `part` where more follows (`email.count`). */
type Match = "none" | "part" | "whole";

/** Tells by its name whether a value is personal. Case, `_`, `-` and `.` do not count. */
export class PersonalNames {
  readonly #names: Set<string>;
  readonly #known = new Map<string, Match>();

  constructor(more: readonly string[]) {
    this.#names = new Set([...namesDefault.split(" "), ...more.map(plain)]);
  }

  /** What only says how many there are, or whether there is one, is nobody's secret. */
  means(name: string, value: unknown): boolean {
    if (typeof value === "boolean") return false;
    const match = this.#match(name);
    return match === "whole" || (match === "part" && typeof value !== "number");
  }

  #match(name: string): Match {
    const known = this.#known.get(name);
    if (known !== undefined) return known;
    const match = this.#find(name);
    if (this.#known.size < knownMax) this.#known.set(name, match);
    return match;
  }

  #find(name: string): Match {
    if (this.#names.has(plain(name))) return "whole";
    const parts = name.split(".").map((part) => this.#endsWithOne(part));
    if (parts.at(-1) === true) return "whole";
    return parts.includes(true) ? "part" : "none";
  }

  #endsWithOne(part: string): boolean {
    const words = wordsOf(part);
    for (let count = 1; count <= Math.min(wordsMax, words.length); count += 1)
      if (this.#names.has(words.slice(-count).join(""))) return true;
    return this.#names.has(words.join(""));
  }
}

/** `DB_PASSWORD`, `db-password` and `dbPassword` are the same two words. */
function wordsOf(name: string): string[] {
  const spaced = name.replaceAll(/([a-z0-9])([A-Z])/g, "$1 $2").toLowerCase();
  return spaced.split(/[^a-z0-9]+/).filter((word) => word !== "");
}

function plain(name: string): string {
  return name.toLowerCase().replaceAll(/[_.-]/g, "");
}
