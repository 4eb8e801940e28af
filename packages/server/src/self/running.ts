export interface Part {
  readonly name: string;
  stop(): Promise<void> | void;
}

/** Parts that run, in the order in which they started; they stop in reverse. */
export class Running {
  readonly #parts: Part[] = [];
  readonly #onFailure: (part: string, error: unknown) => void;

  /** @param onFailure told of a part that did not stop cleanly; it keeps no other from stopping */
  constructor(onFailure: (part: string, error: unknown) => void) {
    this.#onFailure = onFailure;
  }

  add(name: string, stop: Part["stop"]): void {
    this.#parts.push({ name, stop });
  }

  async stop(): Promise<void> {
    for (const part of this.#parts.splice(0).toReversed()) {
      try {
        await part.stop();
      } catch (error) {
        this.#onFailure(part.name, error);
      }
    }
  }
}
