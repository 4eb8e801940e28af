/** Where records are counted: a stage. */
export interface RecordCounter {
  readonly name: string;
  read(count: number): void;
  written(count: number): void;
  filtered(count: number): void;
  deduplicated(count: number): void;
  failed(count: number, reason: string, detail: { record: unknown }): void;
  bytes(count: number): void;
}

/** Counts that wait until it is known whether they count. */
export class HeldCounts implements RecordCounter {
  readonly #target: RecordCounter;
  readonly #held: ((target: RecordCounter) => void)[] = [];

  constructor(target: RecordCounter) {
    this.#target = target;
  }

  get name(): string {
    return this.#target.name;
  }

  read(count: number): void {
    this.#held.push((target) => target.read(count));
  }

  written(count: number): void {
    this.#held.push((target) => target.written(count));
  }

  filtered(count: number): void {
    this.#held.push((target) => target.filtered(count));
  }

  deduplicated(count: number): void {
    this.#held.push((target) => target.deduplicated(count));
  }

  failed(count: number, reason: string, detail: { record: unknown }): void {
    this.#held.push((target) => target.failed(count, reason, detail));
  }

  bytes(count: number): void {
    this.#held.push((target) => target.bytes(count));
  }

  /** They count. */
  release(): void {
    for (const count of this.#held.splice(0)) count(this.#target);
  }
}
