/** What a decoder did with a request. Rejected items come back to the sender as a partial success. */
export interface DecodeOutcome {
  readonly accepted: number;
  readonly rejected: number;
  /** One sentence for each kind of fault, with a count and where it was seen first. */
  readonly reasons: string[];
}

/** Counts rejected items by reason. */
export class Rejections {
  count = 0;
  private readonly kinds = new Map<string, { count: number; first: string }>();

  /** @param first where, made only for the first item of a reason */
  add(reason: string, first: () => string): void {
    this.count++;
    const kind = this.kinds.get(reason);
    if (kind === undefined) this.kinds.set(reason, { count: 1, first: first() });
    else kind.count++;
  }

  reasons(): string[] {
    return [...this.kinds].map(([reason, { count, first }]) => `${count} x ${reason} (first: ${first})`);
  }
}
