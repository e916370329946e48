/** Weights that are made from others, in a file that exists in memory only and is never there whole unless it is asked for. */
import { encodeWeight } from '../graph.ts';

/** One weight; `make` gives its bytes, newly or not, as often as it is called. */
export interface MadeWeight {
  readonly name: string;
  readonly elemType: number;
  readonly dims: readonly number[];
  readonly bytes: number;
  readonly make: () => Uint8Array;
}

/** Weights begin at multiples of this in their file, as exporters have it. */
const ALIGNMENT = 64;

/** The weights of one graph. */
export class MadeWeights {
  /** The name that the graph calls the file by. */
  readonly file: string;
  readonly #weights = new Map<number, MadeWeight>();
  #end = 0;

  constructor(file: string) {
    this.file = file;
  }

  /** Bytes of the file. */
  get bytes(): number {
    return this.#end;
  }

  /** Puts a weight at the end and returns its name. */
  add(weight: MadeWeight): string {
    const offset = Math.ceil(this.#end / ALIGNMENT) * ALIGNMENT;
    this.#weights.set(offset, weight);
    this.#end = offset + weight.bytes;
    return weight.name;
  }

  /** Complete graph fields of all weights. */
  fields(): readonly Uint8Array[] {
    return [...this.#weights].map(([offset, { name, elemType, dims, bytes }]) =>
      encodeWeight({ name, elemType, dims, file: this.file, offset, bytes }),
    );
  }

  /**
   * The bytes from `from` up to `to`, which must be those of one weight. Throws RangeError otherwise: a reader that
   * follows the graph asks for nothing else.
   */
  part(from: number, to: number): Uint8Array {
    const weight = this.#weights.get(from);
    if (weight?.bytes !== to - from) throw new RangeError(`No weight lies at bytes ${from} to ${to} of ${this.file}.`);
    return weight.make();
  }

  /** The file as a whole, newly made. */
  whole(): Uint8Array {
    const out = new Uint8Array(this.#end);
    for (const [offset, { make }] of this.#weights) out.set(make(), offset);
    return out;
  }
}
