/**
 * Names whose values are nobody's business, as they stand at the end of a name: the words of `db_password`, `userEmail` and
 * `x-api-key`, but not of `token_count`. The SDK (packages/sdk) keeps the same; test/personal-data.ts holds both to it.
 */
const secretNames = [
  "password passwd pwd passphrase secret clientsecret credential credentials token jwt apikey privatekey",
  "accesskey secretkey connectionstring authorization cookie setcookie email emailaddress phone phonenumber",
  "mobilenumber ssn socialsecuritynumber taxid nationalid creditcard cardnumber cvv iban birthdate dateofbirth",
  "firstname lastname surname fullname passport passportnumber",
].flatMap((line) => line.split(" "));
/** No name above has more words. */
const wordsMax = 3;

/**
 * How much of a name is one. `part`: a part before the last one, as in `email.count`, whose numbers only count; its texts
 * are personal all the same.
 */
export type NameMatch = "none" | "part" | "whole";

/** Tells by its name whether a value is personal. Case, `_`, `-` and `.` do not count. */
export class PersonalNames {
  private readonly names: ReadonlySet<string>;

  /** @param more names beside the usual ones */
  constructor(more: readonly string[]) {
    this.names = new Set([...secretNames, ...more.map(withoutSeparators)]);
  }

  match(name: string): NameMatch {
    if (this.names.has(withoutSeparators(name))) return "whole";
    const parts = name.split(".");
    if (this.endsPersonal(parts.at(-1) ?? "")) return "whole";
    return parts.some((part) => this.endsPersonal(part)) ? "part" : "none";
  }

  private endsPersonal(part: string): boolean {
    const words = part
      .replaceAll(/([a-z0-9])([A-Z])/g, "$1 $2")
      .toLowerCase()
      .split(/[^a-z0-9]+/)
      .filter((word) => word !== "");
    for (let count = 1; count <= Math.min(wordsMax, words.length); count++)
      if (this.names.has(words.slice(-count).join(""))) return true;
    return this.names.has(words.join(""));
  }
}

function withoutSeparators(name: string): string {
  return name.toLowerCase().replaceAll(/[_.-]/g, "");
}
