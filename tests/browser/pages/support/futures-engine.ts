/** An engine whose futures are real: the toy decoder on WASM, with as many layers as the page expects. All else is made up. */
import { writeFutures } from '../../../../src/engine/futures/write-futures.ts';
import type { OpenedDecoder } from '../../../../src/engine/ort/opening.ts';
import { openWebDecoder } from '../../../../src/engine/ort/web-decoder.ts';
import type { CallArgs } from '../../../../src/worker/protocol.ts';
import { toyDecoderFiles, toyTokenizer, TOY } from '../../../fixtures/toy/toy-graph.ts';
import { wholeScorer } from '../../../fixtures/whole-scorer.ts';
import { FakeEngine, ignore, never } from './fake-engine.ts';
import { LAYERS } from './sample.ts';

/** Letters are its words. */
export class FuturesEngine extends FakeEngine {
  readonly asked: CallArgs<'futures'>[] = [];
  readonly #tokenizer = toyTokenizer();
  readonly #scorer = wholeScorer(['a'], { layers: LAYERS, hidden: TOY.hidden, count: 1 }, ['b c']);
  #opened: Promise<OpenedDecoder['decoder']> | null = null;

  override futures: FakeEngine['futures'] = async (args, { on, signal = never } = {}) => {
    this.asked.push(args);
    this.#opened ??= openWebDecoder(toyDecoderFiles({ layerCount: LAYERS - 1 }), 'wasm', { hooked: true }).then(
      ({ decoder }) => decoder,
    );
    const decoder = await this.#opened;
    const { text, plan, layer } = args;
    // Tokens of the page's stories are not the toy's: any letter will do.
    const codes = typeof text === 'string' ? [...text].map((letter) => letter.charCodeAt(0)) : text;
    return writeFutures(
      {
        writer: decoder,
        reader: decoder,
        tokenizer: this.#tokenizer,
        scorer: this.#scorer,
        layer,
        endTokens: [],
        chunkTokens: 64,
      },
      { ...plan, given: codes.map((id) => (id * 7 + 1) % (TOY.vocabulary - 1)), intervention: [], where: 'generated' },
      {
        start: on?.start ?? ignore,
        written: on?.written ?? ignore,
        readings: on?.readings ?? ignore,
        ended: on?.ended ?? ignore,
      },
      signal,
    );
  };
}
