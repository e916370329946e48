/** Runs inside the browser: the lens of a whole text on the toy decoder, with as many layers as the embedded model has. */
import { openWebDecoder } from '../../src/engine/ort/web-decoder.ts';
import { readLens } from '../../src/engine/lens/lens.ts';
import { toyDecoderFiles, toyTokenizer, TOY } from '../../tests/fixtures/toy/toy-graph.ts';

/** What bench/toy-lens.ts asks of the page: milliseconds of each round, on `wasm` or `webgpu`. */
export interface LensBench {
  run(
    backend: 'wasm' | 'webgpu',
    tokens: number,
    top: number,
    rounds: number,
  ): Promise<{
    readonly rowsAtOnce: number;
    readonly layers: number;
    readonly readingMs: readonly number[];
    readonly wholeMs: readonly number[];
  }>;
}

const LAYERS = 30;
/** The software adapter's own size of pass (see src/engine/proofs/chunk-proof.ts). */
const PASS = 31;

const bench: LensBench = {
  async run(backend, tokens, top, rounds) {
    const files = toyDecoderFiles({ layerCount: LAYERS });
    const opened = await openWebDecoder(files, backend, { hooked: true });
    const { decoder } = opened;
    const head = await opened.openLens(files, { mostRows: 64 });
    const text = Array.from({ length: tokens }, (_, index) => (index * 37 + 11) % (TOY.vocabulary - 1));
    const [readingMs, wholeMs]: [number[], number[]] = [[], []];
    // The first round compiles shaders.
    for (let round = 0; round <= rounds; round += 1) {
      const started = performance.now();
      let cache = null;
      for (let at = 0; at < tokens; at += PASS) {
        const pass = await decoder.run(text.slice(at, at + PASS), cache);
        cache?.dispose();
        ({ cache } = pass);
      }
      cache?.dispose();
      const read = performance.now();
      await readLens(
        { decoder, tokenizer: toyTokenizer(), chunkTokens: PASS, head },
        { text, layers: [], top, words: [] },
        () => undefined,
        new AbortController().signal,
      );
      if (round === 0) continue;
      readingMs.push(read - started);
      wholeMs.push(performance.now() - read);
    }
    const { rowsAtOnce } = head;
    await head.dispose();
    await decoder.dispose();
    return { rowsAtOnce, layers: LAYERS + 1, readingMs, wholeMs };
  },
};
(globalThis as unknown as { bench: LensBench }).bench = bench;
