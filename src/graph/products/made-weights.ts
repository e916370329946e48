/** Weights that are made from others, in a file that exists in memory only and is never there whole unless it is asked for. */
import { releaseBytes } from '../../base/release-bytes.ts';
import { encodeWeight } from '../graph.ts';

/**
 * One weight; `make` gives its bytes. They may lie in the room that it is given, which holds `bytes` of them or more, and then
 * stay there only until the room is used again.
 */
export interface MadeWeight {
  readonly name: string;
  readonly elemType: number;
  readonly dims: readonly number[];
  readonly bytes: number;
  /** Views on the files that it is made of, read when they are asked for; left out, there are none that could be given back. */
  readonly sources?: () => readonly Uint8Array[];
  /** Takes the sources, or copies of them. */
  readonly make: (room: Float32Array, sources: readonly Uint8Array[]) => Uint8Array;
  /** Its bytes from `from` up to `to`, in memory of their own; left out, the whole weight is made for them. */
  readonly part?: (from: number, to: number) => Uint8Array;
}

/** The bytes of numbers, wherever in their room these lie; nothing is copied. */
export const bytesOf = ({ buffer, byteOffset, byteLength }: Float32Array): Uint8Array =>
  new Uint8Array(buffer, byteOffset, byteLength);

/** Weights begin at multiples of this in their file, as exporters have it. */
const ALIGNMENT = 64;

/** The weights of one graph. */
export class MadeWeights {
  /** The name that the graph calls the file by. */
  readonly file: string;
  readonly #weights = new Map<number, MadeWeight>();
  #end = 0;
  /** Where weights are made, one after the other: new arrays for each would wait for the garbage collector by the hundred megabytes. */
  #room: Float32Array | null = null;
  #asked = 0;
  #ownBytes = 0;

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

  /** Bytes of copies that {@link ownSources} made and that have not been given back yet. */
  get ownBytes(): number {
    return this.#ownBytes;
  }

  /**
   * Copies what every weight is made of, so that the files can go. From then on each weight can be asked for once: its copies
   * are given back when it has been made.
   */
  ownSources(): void {
    for (const [offset, weight] of this.#weights) {
      const copies = (weight.sources?.() ?? []).map((bytes) => new Uint8Array(bytes));
      this.#ownBytes += totalBytes(copies);
      this.#weights.set(offset, {
        ...weight,
        sources: () => copies,
        make: (room, own) => {
          const made = weight.make(room, own);
          this.#ownBytes -= totalBytes(own);
          for (const bytes of own) releaseBytes(bytes);
          this.#weights.set(offset, { ...weight, sources: () => [], make: madeAlready });
          return made;
        },
      });
    }
  }

  /** Complete graph fields of all weights. */
  fields(): readonly Uint8Array[] {
    return [...this.#weights].map(([offset, { name, elemType, dims, bytes }]) =>
      encodeWeight({ name, elemType, dims, file: this.file, offset, bytes }),
    );
  }

  /**
   * The bytes from `from` up to `to`: those of one weight, to be copied before the next are asked for, or some of one, in memory of
   * their own. Throws RangeError otherwise: a reader that follows the graph asks for nothing else.
   */
  part(from: number, to: number): Uint8Array {
    const weight = this.#weights.get(from);
    if (weight?.bytes !== to - from) return this.#within(from, to);
    const bytes = weight.make((this.#room ??= this.#newRoom()), weight.sources?.() ?? []);
    this.#asked += 1;
    // A reader asks for each weight once; after the last the room can go.
    if (this.#asked % this.#weights.size === 0) this.#room = null;
    return bytes;
  }

  /** The file as a whole, newly made; where `wanted` is given, with zeros in place of weights of other names. */
  whole(wanted?: ReadonlySet<string>): Uint8Array {
    const out = new Uint8Array(this.#end);
    const room = this.#newRoom();
    for (const [offset, { name, make, sources }] of this.#weights)
      if (wanted?.has(name) !== false) out.set(make(room, sources?.() ?? []), offset);
    return out;
  }

  /** Some bytes of one weight. */
  #within(from: number, to: number): Uint8Array {
    for (const [offset, { bytes, part, make, sources }] of this.#weights) {
      if (from < offset || to > offset + bytes) continue;
      const [start, end] = [from - offset, to - offset];
      return part?.(start, end) ?? make(this.#newRoom(), sources?.() ?? []).slice(start, end);
    }
    throw new RangeError(`No weight lies at bytes ${from} to ${to} of ${this.file}.`);
  }

  /** Room for any one of the weights. */
  #newRoom(): Float32Array {
    return new Float32Array(
      Math.ceil([...this.#weights.values()].reduce((most, { bytes }) => Math.max(most, bytes), 0) / 4),
    );
  }
}

const totalBytes = (sources: readonly Uint8Array[]): number =>
  sources.reduce((sum, { byteLength }) => sum + byteLength, 0);

function madeAlready(): never {
  throw new RangeError('This weight was made once, and what it is made of has been given back.');
}
