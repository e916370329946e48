/** An engine whose lens is real: the toy decoder on WASM, with as many layers as the page expects. All else is made up. */
import type { DirectionWords, FoundWords, LensReading } from '../../../../src/lens/lens.ts';
import { createRng } from '../../../../src/base/rng.ts';
import { directionThroughLens } from '../../../../src/engine/lens/lens-direction.ts';
import type { LensHead } from '../../../../src/engine/lens/lens-head.ts';
import { findWords } from '../../../../src/engine/lens/lens-words.ts';
import { readLens } from '../../../../src/engine/lens/lens.ts';
import type { OpenedDecoder } from '../../../../src/engine/ort/opening.ts';
import { openWebDecoder } from '../../../../src/engine/ort/web-decoder.ts';
import { toyDecoderFiles, toyTokenizer, TOY } from '../../../fixtures/toy/toy-graph.ts';
import type { CallArgs } from '../../../../src/worker/protocol.ts';
import { FakeEngine, never } from './fake-engine.ts';
import { LAYERS } from './sample.ts';

/** Letters are its words. */
export class LensEngine extends FakeEngine {
  readonly #tokenizer = toyTokenizer();
  #opened: Promise<{ decoder: OpenedDecoder['decoder']; head: LensHead }> | null = null;
  /** What it gave, in order. */
  readonly lenses: LensReading[] = [];
  readonly directions: DirectionWords[] = [];

  override findWords({ words, firstToken }: CallArgs<'findWords'>): Promise<FoundWords> {
    return Promise.resolve(findWords(this.#tokenizer, words, firstToken));
  }

  override async lens(...[args, { on, signal = never } = {}]: Parameters<FakeEngine['lens']>): Promise<LensReading> {
    const { decoder, head } = await this.#open();
    // Tokens of the page's stories are not the toy's: any letter will do.
    const text = typeof args.text === 'string' ? args.text : args.text.map((id) => (id * 7 + 1) % (TOY.vocabulary - 1));
    const lens = await readLens(
      { decoder, tokenizer: this.#tokenizer, chunkTokens: 64, head },
      { ...args, text, layers: [] },
      (done, total) => on?.progress?.({ done, total }),
      signal,
    );
    this.lenses.push(lens);
    return lens;
  }

  override async lensDirection({ layer, count }: Parameters<FakeEngine['lensDirection']>[0]): Promise<DirectionWords> {
    const { head } = await this.#open();
    const rng = createRng(7);
    const direction = Float32Array.from({ length: LAYERS * TOY.hidden }, (_, at) =>
      at < TOY.hidden ? 0 : rng.normal(),
    );
    const [told] = await directionThroughLens(head, this.#tokenizer, { direction, nullModel: null }, [layer], count);
    this.directions.push(told!);
    return told!;
  }

  #open() {
    this.#opened ??= (async () => {
      const files = toyDecoderFiles({ layerCount: LAYERS - 1 });
      const opened = await openWebDecoder(files, 'wasm', { hooked: true });
      return { decoder: opened.decoder, head: await opened.openLens(files, { mostRows: 64 }) };
    })();
    return this.#opened;
  }
}
