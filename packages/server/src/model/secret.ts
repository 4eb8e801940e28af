/** A text that is never shown: not in logs, not as JSON. */
export class Secret {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  reveal(): string {
    return this.#text;
  }

  toJSON(): string {
    return "***";
  }

  toString(): string {
    return "***";
  }
}
