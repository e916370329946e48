/** Reads passages for training and judging, over any decoder: as many in one pass as it holds, and long ones pass by pass. */
import { throwIfStopped } from '../../base/abort.ts';
import { AppError } from '../../base/errors.ts';
import type { ModelIdentity } from '../../probe/probe-types.ts';
import { checkLength } from '../../text/text-check.ts';
import type { Passage, PassageReading, SegmentReader } from '../../training/reader.ts';
import type { Decoder } from '../decoder.ts';
import { readAlone } from './passage-alone.ts';
import { passageTokens, type PassageTokens } from './passage-tokens.ts';
import { PassageBundle } from './passages-together.ts';
import type { TextTokenizer } from '../text/tokenizer.ts';

/** What {@link createSegmentReader} needs. */
export interface SegmentReaderParts {
  readonly decoder: Decoder;
  readonly tokenizer: TextTokenizer;
  readonly model: ModelIdentity;
  /** Tokens of a pass at most. */
  readonly setTokens: number;
}

/** Passages of one group: in a bundle, or one that is read by itself. */
interface Group<P extends Passage> {
  readonly passages: P[];
  readonly bundle: PassageBundle | null;
}

/**
 * Makes a reader whose groups are as many passages, in their order, as one pass holds; a decoder that takes no branches
 * reads each by itself.
 */
export function createSegmentReader({ decoder, tokenizer, model, setTokens }: SegmentReaderParts): SegmentReader {
  const most = Math.min(setTokens, decoder.sizes.contextTokens);
  const known = new WeakMap<Passage, PassageTokens>();
  const tokensOf = (passage: Passage): PassageTokens => {
    const tokens = known.get(passage) ?? passageTokens(tokenizer, passage);
    known.set(passage, tokens);
    return tokens;
  };
  const inBundles = <P extends Passage>(passages: readonly P[]): readonly Group<P>[] => {
    const groups: Group<P>[] = [];
    for (const passage of passages) {
      const tokens = tokensOf(passage);
      const last = groups.at(-1);
      if (last?.bundle?.take(tokens) === true) {
        last.passages.push(passage);
        continue;
      }
      const bundle = new PassageBundle(most);
      groups.push({ passages: [passage], bundle: decoder.branching && bundle.take(tokens) ? bundle : null });
    }
    return groups;
  };
  return {
    model,
    unreadable(passage) {
      try {
        const { ids, places, readouts } = tokensOf(passage);
        const longest = Math.max(0, ...readouts.map((readout) => readout.length));
        checkLength(Math.max(ids.length, ...places.map(({ to }) => to + longest)), decoder.sizes.contextTokens);
        return null;
      } catch (thrown) {
        return AppError.from(thrown);
      }
    },
    groups: (passages) => inBundles(passages).map((group) => group.passages),
    async read(passages, signal) {
      const readings: PassageReading[] = [];
      for (const { passages: together, bundle } of inBundles(passages)) {
        throwIfStopped(signal);
        if (bundle !== null) readings.push(...(await bundle.read(decoder)));
        else for (const passage of together) readings.push(await readAlone(decoder, most, tokensOf(passage), signal));
      }
      return readings;
    },
  };
}
