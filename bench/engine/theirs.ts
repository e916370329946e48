/** transformers.js as a developer would use it: `generate` with a streamer for the times, a forward pass to read texts. */
import { AutoModelForCausalLM, AutoTokenizer, env, type Model, type Tensor, type Tokenizer } from 'transformers-js';
import glueUrl from 'transformers-js-runtime/ort-wasm-simd-threaded.asyncify.mjs?url';
import wasmUrl from 'transformers-js-runtime/ort-wasm-simd-threaded.asyncify.wasm?url';
import type { BenchEngine, Written } from './engine.ts';
import { MODEL } from './names.ts';

/** The engine, not yet loaded. */
export function createTheirs(): BenchEngine {
  let ready: { readonly model: Model; readonly tokenizer: Tokenizer } | null = null;
  const need = (): { readonly model: Model; readonly tokenizer: Tokenizer } => {
    if (ready === null) throw new Error('The model is not open yet.');
    return ready;
  };

  const generate = async (prompt: string, tokens: number): Promise<Written & { readonly promptTokens: number }> => {
    const { model, tokenizer } = need();
    const ids: number[] = [];
    const times: number[] = [];
    const started = performance.now();
    const inputs = tokenizer(prompt);
    let sawPrompt = false;
    const put = ([batch = []]: readonly (readonly bigint[])[]): void => {
      if (!sawPrompt) return void (sawPrompt = true);
      times.push(performance.now());
      ids.push(...batch.map(Number));
    };
    await model.generate({
      ...inputs,
      max_new_tokens: tokens,
      do_sample: false,
      streamer: { put, end: () => undefined },
    });
    const first = times[0] ?? NaN;
    return {
      ids,
      firstTokenMs: first - started,
      gapsMs: times.slice(1).map((time, index) => time - (times[index] ?? NaN)),
      promptTokens: inputs.input_ids.dims.at(-1) ?? 0,
    };
  };

  return {
    async open(base) {
      const started = performance.now();
      env.allowLocalModels = true;
      env.allowRemoteModels = false;
      env.localModelPath = new URL('models/', base).pathname;
      // Otherwise they would come from a content network.
      env.backends.onnx.wasm.wasmPaths = { mjs: glueUrl, wasm: wasmUrl };
      const [tokenizer, model] = await Promise.all([
        AutoTokenizer.from_pretrained(MODEL),
        AutoModelForCausalLM.from_pretrained(MODEL, { device: 'webgpu', dtype: 'q4' }),
      ]);
      ready = { tokenizer, model };
      return {
        loadMs: performance.now() - started,
        reads: ['nothing'],
        runtime: `transformers.js ${env.version}, onnxruntime-web ${env.backends.onnx.versions.web ?? 'of unknown version'}`,
        passTokens: null,
      };
    },
    generate,
    async prefill(text) {
      const { promptTokens, firstTokenMs } = await generate(text, 1);
      return { tokens: promptTokens, milliseconds: firstTokenMs };
    },
    async readSet(texts, batch) {
      const started = performance.now();
      const marks: number[] = [];
      for (let at = 0; at < texts.length; at += batch)
        marks.push(...(await readPadded(need(), texts.slice(at, at + batch))));
      return { milliseconds: performance.now() - started, marks };
    },
  };
}

/** Texts in one pass, padded to the longest; the largest logit after each. What a text's stream holds it cannot tell. */
async function readPadded(
  { model, tokenizer }: { readonly model: Model; readonly tokenizer: Tokenizer },
  texts: readonly string[],
): Promise<number[]> {
  const inputs = tokenizer([...texts], { padding: true });
  const outputs = await model(inputs);
  const { logits } = outputs;
  if (logits === undefined) throw new Error('The model gave no logits.');
  const [, length = 0, vocabulary = 0] = logits.dims;
  const values = logits.data as Float32Array;
  const marks = texts.map((_, text) => {
    const row = (text * length + lastToken(inputs.attention_mask, text, length)) * vocabulary;
    return values.subarray(row, row + vocabulary).reduce((most, value) => Math.max(most, value), -Infinity);
  });
  for (const tensor of Object.values(outputs)) tensor.dispose();
  return marks;
}

/** The place of a text's last token, on whichever side the padding is. */
function lastToken(mask: Tensor, text: number, length: number): number {
  return (mask.data as BigInt64Array).subarray(text * length, (text + 1) * length).lastIndexOf(1n);
}
