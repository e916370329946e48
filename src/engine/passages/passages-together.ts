/** Passages that are read in one pass, as branches of what they begin with alike. */
import type { PassageReading } from '../../training/reader.ts';
import type { Decoder, Pass } from '../decoder.ts';
import { Forest } from '../forest.ts';
import type { PassageTokens } from './passage-tokens.ts';
import { pickTokens } from '../pick-tokens.ts';
import { TokenMean } from '../token-mean.ts';

/** Where the tokens of a passage stand in the pass. */
interface Slots {
  readonly text: readonly number[];
  readonly places: readonly {
    readonly tokensBefore: number;
    readonly own: readonly number[];
    readonly readouts: readonly (readonly number[])[];
    readonly last: number;
  }[];
  readonly keepTokens: boolean;
  readonly lastTokens: boolean;
}

/** Passages for one pass of at most so many tokens. */
export class PassageBundle {
  readonly #forest = new Forest();
  readonly #most: number;
  readonly #slots: Slots[] = [];

  constructor(most: number) {
    this.#most = most;
  }

  /** Takes a passage in; false where it does not fit. */
  take({ ids, places, readouts, keepTokens, lastTokens }: PassageTokens): boolean {
    const size = this.#forest.ids.length;
    const text = this.#forest.grow(ids);
    const slots = {
      text,
      // Position 0 of a text is the attention sink, which enters no mean.
      places: places.map(({ from, to }) => ({
        tokensBefore: to,
        own: text.slice(Math.max(1, from), to),
        readouts: readouts.map((readout) => this.#forest.grow(readout, text[to - 1])),
        last: text[to - 1] ?? -1,
      })),
      keepTokens,
      lastTokens,
    };
    if (this.#forest.ids.length > this.#most) {
      this.#forest.cut(size);
      return false;
    }
    this.#slots.push(slots);
    return true;
  }

  /** Reads what was taken in: one reading a passage, in order. Throws what the decoder throws. */
  async read(decoder: Decoder): Promise<readonly PassageReading[]> {
    const { cache, ...pass } = await decoder.run(this.#forest.ids, null, { branches: this.#forest.branches });
    cache.dispose();
    return this.#slots.map((slots) => readingOf(pass, slots, decoder.sizes.hidden));
  }
}

function readingOf(
  pass: Omit<Pass, 'cache'>,
  { text, places, keepTokens, lastTokens }: Slots,
  hidden: number,
): PassageReading {
  const layers = pass.residuals.length / (pass.tokens * hidden);
  const meanOf = (slots: readonly number[]): Float32Array => {
    const mean = new TokenMean(layers, hidden);
    for (const slot of slots) mean.add(pass, slot);
    return mean.mean;
  };
  const readouts = places.map((place) => ({
    tokensBefore: place.tokensBefore,
    means: place.readouts.map(meanOf),
    own: meanOf(place.own),
    ...(lastTokens ? { last: meanOf([place.last]) } : {}),
  }));
  if (!keepTokens) return { readouts };
  return { readouts, tokens: { count: text.length, residuals: pickTokens(pass.residuals, pass.tokens, text, hidden) } };
}
