/**
 * The weights that a graph takes from its files, each in an array that goes when it has been read, so that the files themselves can
 * go before a session is opened.
 */
import { releaseBytes } from '../../base/release-bytes.ts';
import type { GraphWeight } from '../../graph/graph.ts';
import { lazyFile } from './lazy-file.ts';

/** Copies of the weights of one file. */
export class WeightPieces {
  /** The file, to be read weight by weight as {@link lazyFile} says; a weight is there until the next is asked for. */
  readonly file: Uint8Array;
  readonly #pieces = new Map<string, { readonly bytes: Uint8Array; asks: number }>();
  #read: Uint8Array | null = null;

  /** Copies the weights that lie in a file; those that share their bytes share a copy. */
  constructor(bytes: Uint8Array, weights: readonly Pick<GraphWeight, 'offset' | 'bytes'>[]) {
    for (const { offset, bytes: count } of weights) {
      const key = `${offset} ${offset + count}`;
      const known = this.#pieces.get(key);
      if (known) known.asks += 1;
      else this.#pieces.set(key, { bytes: bytes.slice(offset, offset + count), asks: 1 });
    }
    this.file = lazyFile(bytes.byteLength, (from, to) => this.#take(from, to));
  }

  /** Bytes that are held now. */
  get bytes(): number {
    return [...this.#pieces.values()].reduce((sum, piece) => sum + piece.bytes.byteLength, 0);
  }

  #take(from: number, to: number): Uint8Array {
    if (this.#read !== null) releaseBytes(this.#read);
    this.#read = null;
    const key = `${from} ${to}`;
    const piece = this.#pieces.get(key);
    if (!piece) throw new RangeError(`No weight lies at bytes ${from} to ${to}, or it has been read.`);
    piece.asks -= 1;
    if (piece.asks > 0) return piece.bytes;
    this.#pieces.delete(key);
    this.#read = piece.bytes;
    return piece.bytes;
  }
}
