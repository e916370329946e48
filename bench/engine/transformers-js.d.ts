/**
 * What the benchmark uses of transformers.js, under the name by which build.ts finds it. The package is not there until
 * the benchmark is run, so the types that it brings cannot be relied on.
 */
declare module 'transformers-js' {
  /** A tensor, on the CPU or on the GPU. */
  export interface Tensor {
    readonly dims: readonly number[];
    readonly data: Float32Array | BigInt64Array;
    readonly location: string;
    dispose(): void;
  }
  /** Token ids with their mask. */
  export interface Inputs {
    readonly input_ids: Tensor;
    readonly attention_mask: Tensor;
  }
  /** Receives tokens as they are chosen, the prompt's first. */
  export interface Streamer {
    put(ids: readonly (readonly bigint[])[]): void;
    end(): void;
  }
  /** A tokenizer. */
  export type Tokenizer = (text: string | readonly string[], options?: { readonly padding: boolean }) => Inputs;
  /** A model that writes. */
  export interface Model {
    (inputs: Inputs): Promise<Readonly<Record<string, Tensor>>>;
    generate(
      options: Inputs & { readonly max_new_tokens: number; readonly do_sample: boolean; readonly streamer: Streamer },
    ): Promise<Tensor>;
  }
  export const AutoTokenizer: { from_pretrained(name: string): Promise<Tokenizer> };
  export const AutoModelForCausalLM: {
    from_pretrained(name: string, options: { readonly device: string; readonly dtype: string }): Promise<Model>;
  };
  export const env: {
    readonly version: string;
    allowLocalModels: boolean;
    allowRemoteModels: boolean;
    localModelPath: string;
    readonly backends: {
      readonly onnx: {
        readonly versions: { readonly web?: string };
        readonly wasm: { wasmPaths: { readonly mjs: string; readonly wasm: string } };
      };
    };
  };
}
