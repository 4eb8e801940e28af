const pieceBytes = 256 * 1024;
const minus = 0x2d;
const zero = 0x30;

/**
 * Writes a long document straight into bytes, in pieces: no string of it is ever put together, which for millions of
 * numbers costs more than everything else.
 */
export class PieceWriter {
  #bytes = Buffer.allocUnsafe(pieceBytes);
  #length = 0;
  #full: Uint8Array[] = [];

  get hasFull(): boolean {
    return this.#full.length > 0;
  }

  /** Pieces that are ready to be sent. */
  takeFull(): Uint8Array[] {
    const full = this.#full;
    this.#full = [];
    return full;
  }

  /** The rest; nothing is written after it. */
  takeAll(): Uint8Array[] {
    this.#finishPiece();
    return this.takeFull();
  }

  text(text: string): void {
    this.#reserve(text.length * 3);
    this.#length += this.#bytes.write(text, this.#length, "utf8");
  }

  /** Bytes [from, to) of another array. */
  copy(source: Uint8Array, from: number, to: number): void {
    this.#reserve(to - from);
    const bytes = this.#bytes;
    let at = this.#length;
    for (let index = from; index < to; index++) bytes[at++] = source[index] as number;
    this.#length = at;
  }

  /** A number as `format` writes it. Whole numbers of up to nine digits need no string. */
  number(value: number, format: (value: number) => string): void {
    if ((value | 0) === value && value < 1e9 && value > -1e9 && (value !== 0 || 1 / value > 0)) this.#integer(value);
    else this.#ascii(format(value));
  }

  #integer(value: number): void {
    this.#reserve(10);
    const bytes = this.#bytes;
    let rest = value | 0;
    if (rest < 0) {
      bytes[this.#length++] = minus;
      rest = -rest;
    }
    let at = this.#length + digitsOf(rest);
    this.#length = at;
    do {
      const tenth = (rest / 10) | 0;
      bytes[--at] = zero + rest - tenth * 10;
      rest = tenth;
    } while (rest > 0);
  }

  #ascii(text: string): void {
    this.#reserve(text.length);
    const bytes = this.#bytes;
    let at = this.#length;
    for (let index = 0; index < text.length; index++) bytes[at++] = text.charCodeAt(index);
    this.#length = at;
  }

  #reserve(byteCount: number): void {
    if (this.#length + byteCount <= this.#bytes.length) return;
    this.#finishPiece();
    this.#bytes = Buffer.allocUnsafe(Math.max(pieceBytes, byteCount));
  }

  #finishPiece(): void {
    if (this.#length > 0) this.#full.push(this.#bytes.subarray(0, this.#length));
    this.#length = 0;
    this.#bytes = Buffer.alloc(0);
  }
}

function digitsOf(value: number): number {
  let digits = 1;
  for (let power = 10; power <= value; power *= 10) digits++;
  return digits;
}
