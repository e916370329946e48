/** llama.cpp on the same model in the form in which it is published for it (Q4_1): what a user would pick instead. */
import { cpus } from 'node:os';
import { pathToFileURL } from 'node:url';
import { report } from './run.ts';

/** The few calls of node-llama-cpp 3.22 that are made: the package is installed for the benchmark only, so its types are not there. */
interface LlamaPackage {
  getLlama(options: {
    readonly gpu: false;
    readonly build: 'never';
  }): Promise<{ loadModel(options: { readonly modelPath: string }): Promise<Model> }>;
}
interface Model {
  tokenize(text: string): readonly number[];
  createContext(options: {
    readonly contextSize: number;
    readonly batchSize: number;
    readonly threads: number;
  }): Promise<{ getSequence(): Sequence }>;
}
interface Sequence {
  evaluateWithoutGeneratingNewTokens(tokens: readonly number[]): Promise<void>;
  evaluate(
    tokens: readonly number[],
    options: { readonly temperature: number; readonly topP: number; readonly topK: number; readonly seed: number },
  ): AsyncIterable<number>;
  clearHistory(): Promise<void>;
}

const [, , packagePath = '', modelPath = ''] = process.argv;

await report(async () => {
  const { getLlama } = (await import(pathToFileURL(packagePath).href)) as LlamaPackage;
  const llama = await getLlama({ gpu: false, build: 'never' });
  const model = await llama.loadModel({ modelPath });
  const sequence = (
    await model.createContext({ contextSize: 2048, batchSize: 512, threads: cpus().length })
  ).getSequence();
  return {
    async read(text) {
      const tokens = model.tokenize(text);
      await sequence.evaluateWithoutGeneratingNewTokens(tokens);
      await sequence.clearHistory();
      return tokens.length;
    },
    async write(prompt, count) {
      const ids: number[] = [];
      for await (const id of sequence.evaluate(model.tokenize(prompt), {
        temperature: 0.8,
        topP: 0.95,
        topK: 0,
        seed: 7,
      })) {
        ids.push(id);
        if (ids.length === count) break;
      }
      return ids;
    },
  };
});
