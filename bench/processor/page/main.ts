/** Runs inside the browser: the embedded model in WebAssembly, with its weights packed and unpacked. */
import { createRng } from '../../../src/base/rng.ts';
import { chooseToken } from '../../../src/reading/sampling.ts';
import type { ProductsReport } from '../../../src/models/product-forms.ts';
import type { Decoder } from '../../../src/engine/decoder.ts';
import { parseModelConfig } from '../../../src/engine/model/model-config.ts';
import type { DecoderFiles } from '../../../src/engine/ort/opening.ts';
import { openWebDecoder, wasmRuntime } from '../../../src/engine/ort/web-decoder.ts';

/** How weights lie in the heap. */
export type Weights = 'packed' | 'unpacked';

/** What bench/processor/page.ts asks of the page. */
export interface PageBench {
  /** Fetches the model once and opens it both ways. */
  open(base: string): Promise<{
    readonly runtime: string;
    readonly threads: number;
    readonly openMs: Record<Weights, number>;
    readonly products: ProductsReport | null;
  }>;
  /** Milliseconds of a pass of so many tokens after so many others. */
  pass(weights: Weights, tokens: number, past: number): Promise<number>;
  /** Reads a prompt and writes on; milliseconds of reading, and a token of writing. */
  write(
    weights: Weights,
    prompt: readonly number[],
    tokens: number,
  ): Promise<{ readonly promptMs: number; readonly tokenMs: number; readonly ids: readonly number[] }>;
}

const open = new Map<Weights, Decoder>();

const decoderOf = (weights: Weights): Decoder => {
  const decoder = open.get(weights);
  if (!decoder) throw new Error(`Nothing is open with ${weights} weights.`);
  return decoder;
};

const ids = (count: number): number[] => Array.from({ length: count }, (_, index) => 1000 + ((index * 37) % 20_000));

const bench: PageBench = {
  async open(base) {
    const bytes = async (name: string): Promise<Uint8Array> =>
      new Uint8Array(await (await fetch(`${base}/${name}`)).arrayBuffer());
    const names = ['model_q4.onnx_data', 'model_q4.onnx_data_1', 'model_q4.onnx_data_2'];
    const files: DecoderFiles = {
      graph: await bytes('onnx/model_q4.onnx'),
      weights: new Map(await Promise.all(names.map(async (name) => [name, await bytes(`onnx/${name}`)] as const))),
      config: parseModelConfig(new TextDecoder().decode(await bytes('config.json'))),
    };
    const openMs: Record<Weights, number> = { packed: 0, unpacked: 0 };
    let products: ProductsReport | null = null;
    for (const weights of ['packed', 'unpacked'] as const) {
      const started = performance.now();
      const opened = await openWebDecoder(files, 'wasm', {
        hooked: true,
        products: weights === 'packed' ? [] : 'prove',
      });
      openMs[weights] = performance.now() - started;
      open.set(weights, opened.decoder);
      ({ products } = opened);
    }
    const { version, threads } = await wasmRuntime();
    return { runtime: `onnxruntime-web ${version}`, threads, openMs, products };
  },
  async pass(weights, tokens, past) {
    const decoder = decoderOf(weights);
    const before = past === 0 ? null : (await decoder.run(ids(past), null)).cache;
    const started = performance.now();
    const { cache } = await decoder.run(ids(tokens), before);
    const took = performance.now() - started;
    cache.dispose();
    before?.dispose();
    return took;
  },
  async write(weights, prompt, tokens) {
    const decoder = decoderOf(weights);
    const rng = createRng(7);
    const started = performance.now();
    let pass = await decoder.run(prompt, null);
    const read = performance.now();
    const written: number[] = [];
    while (written.length < tokens) {
      written.push(chooseToken(pass.logits, { temperature: 0.8, topK: 0, topP: 0.95 }, () => rng.uniform()));
      const before = pass.cache;
      pass = await decoder.run(written.slice(-1), before);
      before.dispose();
    }
    pass.cache.dispose();
    return { promptMs: read - started, tokenMs: (performance.now() - read) / tokens, ids: written };
  },
};
(globalThis as unknown as { bench: PageBench }).bench = bench;
