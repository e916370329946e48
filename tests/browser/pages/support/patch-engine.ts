/** An engine whose patches are real: the toy decoder on WASM, edited, with as many layers as the page expects. All else is made up. */
import type { PatchedScores, PatchedWriting, PatchReport } from '../../../../src/steering/patching.ts';
import { openWebDecoder } from '../../../../src/engine/ort/web-decoder.ts';
import { PatchRunner } from '../../../../src/engine/steering/patch-runner.ts';
import { toyDecoderFiles, toyTokenizer, TOY } from '../../../fixtures/toy/toy-graph.ts';
import { wholeScorer } from '../../../fixtures/whole-scorer.ts';
import { FakeEngine, never, STATUS } from './fake-engine.ts';
import { LAYERS } from './sample.ts';

/** Letters are its words. */
export class PatchEngine extends FakeEngine {
  #bench: Promise<PatchRunner> | null = null;
  /** What it gave, in order. */
  readonly reports: PatchReport[] = [];
  readonly writings: PatchedWriting[] = [];
  readonly scores: PatchedScores[] = [];

  override readonly patch: FakeEngine['patch'] = async (args, { on, signal = never } = {}) => {
    const report = await (await this.#open()).grid(args, (done, total) => on?.progress?.({ done, total }), signal);
    this.reports.push(report);
    return report;
  };

  override readonly patchGoOn: FakeEngine['patchGoOn'] = async (
    { place, sampling, ...texts },
    { signal = never } = {},
  ) => {
    const writing = await (await this.#open()).goOn(texts, place, sampling, signal);
    this.writings.push(writing);
    return writing;
  };

  override readonly patchRead: FakeEngine['patchRead'] = async ({ place, ...texts }, { signal = never } = {}) => {
    const scores = await (
      await this.#open()
    ).readAgain(texts, place, wholeScorer([], { layers: LAYERS, hidden: TOY.hidden, count: 1 }), signal);
    this.scores.push(scores);
    return scores;
  };

  #open(): Promise<PatchRunner> {
    this.#bench ??= (async () => {
      const { decoder } = await openWebDecoder(toyDecoderFiles({ layerCount: LAYERS - 1 }), 'wasm', {
        hooked: true,
        editing: true,
      });
      return new PatchRunner({
        decoder,
        tokenizer: toyTokenizer(),
        model: { ...STATUS.model, hidden: TOY.hidden },
        endTokens: [TOY.vocabulary - 1],
        setTokens: 64,
        chunkTokens: 32,
      });
    })();
    return this.#bench;
  }
}
