/** Gives equal texts one index, in order of first sight: resources and scopes of a trace are few and repeated. */
export class TraceDictionary {
  readonly #indexes = new Map<string, number>();

  indexOf(text: string): number {
    const known = this.#indexes.get(text);
    if (known !== undefined) return known;
    const index = this.#indexes.size;
    this.#indexes.set(text, index);
    return index;
  }

  get texts(): string[] {
    return [...this.#indexes.keys()];
  }
}
