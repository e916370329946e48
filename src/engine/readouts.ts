/** What is branched off a text to read it, place by place: the peeks of each, and the means that come of them. */
import type { ReadingsLeft } from '../models/engine-report.ts';
import type { ReadingPlace } from '../reading/refinement.ts';
import type { Stand, ReadoutReading } from '../reading/reading.ts';
import type { Decoder } from './decoder.ts';
import type { Peek } from './pass-plan.ts';
import type { Scorer } from './scorer.ts';
import type { PassReading } from './sequence.ts';
import { meanOverTokens, TokenMean } from './token-mean.ts';
import type { TextTokenizer } from './text/tokenizer.ts';

/** One place with what is peeked there. */
export interface DueReadout extends ReadingPlace {
  /** In the order in which they are read; the first begins with the text's own token where that has a part in the reading. */
  readonly peeks: readonly Peek[];
  readonly own: boolean;
  /** Called with what the peeks brought, in their order, where that is no reading of the text; left out, it is scored and sent. */
  readonly heard?: (brought: readonly (readonly PassReading[])[]) => void;
}

/** What reads along while a text is written, token by token, and may change how the next token is passed. */
export interface TokenGate {
  /** Tokens that it reads behind a token at most. */
  readonly longest: number;
  /** Called before a token that was chosen goes through the model. */
  before(token: number): void;
  /** What it reads behind a token, together with that token. */
  after(token: number): readonly DueReadout[];
}

/** What {@link Readouts} needs. */
export interface ReadoutParts {
  readonly decoder: Decoder;
  readonly tokenizer: TextTokenizer;
  readonly scorer: Scorer;
  readonly chunkTokens: number;
}

/** The readouts of one probe on one model. */
export class Readouts {
  readonly #parts: ReadoutParts;
  readonly #texts: Readonly<Record<Stand, readonly (readonly number[])[]>>;
  /** Whether places before the end of a text can be read: a readout may go into a pass behind them. */
  readonly branches: boolean;

  constructor(parts: ReadoutParts) {
    this.#parts = parts;
    const {
      scorer: { readouts },
      tokenizer,
      decoder,
      chunkTokens,
    } = parts;
    const idsOf = (stand: Stand): readonly (readonly number[])[] =>
      readouts[stand].texts.map((text) => tokenizer.encode(` ${text}`));
    this.#texts = { sentence: idsOf('sentence'), clause: idsOf('clause'), word: idsOf('word') };
    const longest = Math.max(
      0,
      ...Object.values(this.#texts)
        .flat()
        .map((ids) => ids.length),
    );
    // The text's own token may come before.
    this.branches = decoder.branching && longest < chunkTokens;
  }

  /** Tokens that the longest text of a stand takes behind the place; 0 where nothing is read there. */
  longest(stand: Stand): number {
    return Math.max(0, ...this.#texts[stand].map((ids) => ids.length));
  }

  /** Whether there is something to read at such a place, and room for it. */
  fits({ afterToken, stand }: ReadingPlace): boolean {
    const longest = this.longest(stand);
    return longest > 0 && afterToken + 1 + longest <= this.#parts.decoder.sizes.contextTokens;
  }

  /** Why not all of these places can be read; null where they can. */
  obstacle(places: readonly ReadingPlace[]): ReadingsLeft | null {
    if (places.length === 0) return null;
    if (!this.branches) return 'branching';
    if (places.some(({ stand }) => this.#texts[stand].length === 0)) return 'probe';
    return places.every((place) => this.fits(place)) ? null : 'context';
  }

  /** What is peeked at a place of the text whose tokens these are. */
  at({ afterToken, stand }: ReadingPlace, ids: readonly number[]): DueReadout {
    const token = ids[afterToken];
    // Position 0 is the attention sink, whose stream is no reading.
    const own = this.#parts.scorer.readouts[stand].own && this.branches && afterToken > 0 && token !== undefined;
    const peeks = this.#texts[stand].map((ids): Peek => ({ after: afterToken + 1, ids }));
    const [first, ...others] = peeks;
    return {
      afterToken,
      stand,
      own,
      peeks: own && first ? [{ after: afterToken, ids: [token, ...first.ids] }, ...others] : peeks,
    };
  }

  /** The reading of a place from what its peeks brought, in their order. */
  score({ afterToken, stand, own }: DueReadout, brought: readonly (readonly PassReading[])[]): ReadoutReading {
    const {
      scorer,
      decoder: { sizes },
    } = this.#parts;
    // Of the text's own token only what comes behind it counts as the control text's.
    const means = brought.map((passes) =>
      own ? meanFrom(passes, afterToken + 1, sizes) : meanOverTokens(passes, sizes.hidden),
    );
    const ofToken = own && brought[0] ? meanFrom(brought[0], afterToken, sizes, afterToken + 1) : null;
    return { afterToken, ...scorer.readout(means, afterToken + 1, stand, ofToken) };
  }
}

/** The mean `[layers, hidden]` over those tokens of the passes that stand at `from` to before `to`. */
function meanFrom(
  passes: readonly PassReading[],
  from: number,
  { layerCount, hidden }: Decoder['sizes'],
  to = Infinity,
): Float32Array {
  const mean = new TokenMean(layerCount + 1, hidden);
  for (const pass of passes) mean.addBetween(pass, from, to);
  return mean.mean;
}
