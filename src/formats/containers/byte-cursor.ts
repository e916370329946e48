/** Reading little-endian numbers and strings one after the other from bytes that nobody vouches for. Pure. */
import type { Refuse } from '../../json/json-path.ts';

/** A place in a file that moves on with every read; what would reach beyond the end is refused with `path`. */
export class ByteCursor {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #refuse: Refuse;
  #at = 0;

  constructor(bytes: Uint8Array, refuse: Refuse) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#refuse = refuse;
  }

  /** Bytes read so far. */
  get at(): number {
    return this.#at;
  }

  /** Passes over `count` bytes and gives the place of the first. */
  take(count: number, path: string): number {
    const left = this.#bytes.length - this.#at;
    if (count > left)
      this.#refuse(
        `${path} takes ${count} bytes, but only ${left} follow: the file is cut short or not what it claims to be.`,
      );
    this.#at += count;
    return this.#at - count;
  }

  /** An unsigned whole number of 32 bits. */
  u32(path: string): number {
    return this.#view.getUint32(this.take(4, path), true);
  }

  /** An unsigned whole number of 64 bits, at most `most` (below 2^53, so that it is exact). */
  u64(path: string, most: number): number {
    const at = this.take(8, path);
    const value = this.#view.getUint32(at, true) + this.#view.getUint32(at + 4, true) * 4294967296;
    return value <= most ? value : this.#refuse(`${path} is ${value}; at most ${most} is read.`);
  }

  /** A string of at most `most` bytes: its length in 64 bits, then UTF-8. */
  string(path: string, most: number): string {
    const length = this.u64(`${path} (its length)`, most);
    const at = this.take(length, path);
    try {
      return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(this.#bytes.subarray(at, at + length));
    } catch {
      return this.#refuse(`${path} is not UTF-8.`);
    }
  }
}
