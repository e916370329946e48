/**
 * An engine for the room of models: lists are read by the worker's own code, limits and sizes are made up, and the
 * shipped probes fit the embedded model alone.
 */
import type { DtypeAgreement } from '../../../../src/probe/dtype-agreement.ts';
import { AppError, type ErrorCode } from '../../../../src/base/errors.ts';
import type { CheckpointAbout } from '../../../../src/models/checkpoint/checkpoint-file.ts';
import type { EnginePlan } from '../../../../src/models/device-trial.ts';
import type { EngineStatus, StoredModel } from '../../../../src/models/engine-report.ts';
import type { ModelSource } from '../../../../src/models/model-source.ts';
import { parseHubReply } from '../../../../src/engine/store/hub.ts';
import { listPicked } from '../../../../src/engine/store/picked.ts';
import type { EngineClient } from '../../../../src/worker/client/engine-client.ts';
import { FakeEngine, never } from './fake-engine.ts';

/** What all engines of one browser share. */
export interface Shared {
  readonly sources: ModelSource[];
  readonly asked: string[];
  /** The hosts that each question, and each load, was allowed to ask. */
  readonly hosts?: (readonly string[])[];
  kept: StoredModel[];
  fail: ErrorCode | null;
  /** Fails every load of another model than the embedded one after its bytes are there, where it is set. */
  failLoad: ErrorCode | null;
  /** Fails the look at a model's small files. */
  failCheck: ErrorCode | null;
  /** Bytes that one buffer of the graphics card takes. */
  limit: number;
  /** Whether it computes in 16 bits. */
  half: boolean;
  /** Whether the browser offers a card. */
  card: boolean;
  /** Why a variant runs on a card only, by its name. */
  gpuOnly: Readonly<Record<string, string>>;
  /** Whether graphs are too large to be looked into. */
  estimated: boolean;
  /** What the graph names and the files have not. */
  missing: readonly string[];
  /** What a loaded model cannot do. */
  limits: readonly string[];
  /** What a checkpoint says of itself; a graph where it is left out. */
  about?: CheckpointAbout;
  /** What its weights take, in bytes, where that is not left to the variant's name. */
  weightBytes?: number;
  /** Fails the look into a variant, with this message. */
  failWeigh?: { readonly code: ErrorCode; readonly message: string } | null;
  /** Why nothing can be stored. */
  notStored?: string;
}

const sha = (digit: string): string => digit.repeat(64);
const sibling = (rfilename: string, size: number, digit: string) => ({
  rfilename,
  size,
  blobId: digit.repeat(40),
  lfs: { sha256: sha(digit), size },
});

/** A hub's answer: two variants, and one that lacks nothing but is twice as large. */
const REPLY = JSON.stringify({
  sha: 'ab'.repeat(20),
  gated: false,
  cardData: { license: 'apache-2.0' },
  siblings: [
    sibling('onnx/model_q4.onnx', 200_000, '1'),
    sibling('onnx/model_q4.onnx_data', 900_000_000, '2'),
    sibling('onnx/model_q4f16.onnx', 210_000, '3'),
    sibling('onnx/model_q4f16.onnx_data', 560_000_000, '4'),
    sibling('onnx/model.onnx', 190_000, '5'),
    sibling('onnx/model.onnx_data', 2_400_000_000, '6'),
    { rfilename: 'config.json', size: 700, blobId: '7'.repeat(40) },
    { rfilename: 'tokenizer_config.json', size: 800, blobId: '8'.repeat(40) },
    sibling('tokenizer.json', 9_000_000, '9'),
  ],
});

/** The same of a repository of GGUF files. */
const GGUF_REPLY = JSON.stringify({
  sha: 'cd'.repeat(20),
  gated: false,
  cardData: { license: 'apache-2.0' },
  siblings: [sibling('toy-Q4_0.gguf', 380_000_000, '1'), sibling('toy-Q8_0.gguf', 639_446_688, '2')],
});

/** Largest weight by variant: a float32 embedding of 151936 by 1024, and a float16 one. */
const LARGEST: Readonly<Record<string, number>> = { q4: 622_329_856, q4f16: 311_164_928, safetensors: 1_200_000_000 };

/** What of their bytes weights take in so many bits. */
const SHARE = { 32: 1, 8: 0.28, 4: 0.2 } as const;

/** What quantising changed, where it was asked for. */
function roundingOf(model: ModelSource): EngineStatus['rounding'] {
  const bits = model.kind === 'offer' ? model.chosen.offer.kept : undefined;
  const worst = { tensor: 'model.embed_tokens.weight', relativeError: 0.1109 };
  return bits === undefined ? null : { bits, tensors: 211, relativeError: 0.0814, worst };
}

/** The engine. */
export class ModelsEngine extends FakeEngine {
  readonly #shared: Shared;
  #source: ModelSource = { kind: 'site', manifestUrl: '' };

  constructor(shared: Shared) {
    super({});
    this.#shared = shared;
  }

  override async load(...[args, options]: Parameters<EngineClient['load']>): Promise<EngineStatus> {
    this.#source = args.model;
    this.#shared.sources.push(args.model);
    this.#shared.hosts?.push(args.hosts);
    const status = await super.load(args, options);
    const { model } = args;
    if (model.kind === 'site') return status;
    if (this.#shared.failLoad !== null)
      throw new AppError(this.#shared.failLoad, 'onnxruntime could not open the model on WebGPU: no kernel.', {
        backend: this.#shared.card ? 'webgpu' : 'wasm',
      });
    const key = model.kind === 'kept' ? model.key : sha('d');
    const title = model.kind === 'offer' ? `${model.chosen.listing.title} (${model.chosen.offer.dtype})` : 'Kept';
    const { notStored } = this.#shared;
    if (model.kind === 'offer' && notStored === undefined)
      this.#shared.kept = [
        {
          key,
          id: 'other',
          title,
          licence: 'apache-2.0',
          from: { kind: 'hub', address: 'https://hub.example/a/b/resolve/ab/' },
          unopened: null,
          changed: Date.UTC(2026, 4, 17, 12),
          files: [{ path: 'onnx/model_q4.onnx', sha256: sha('1'), bytes: 570_000_000, keptBytes: 570_000_000 }],
        },
      ];
    return {
      ...status,
      key,
      title,
      limits: this.#shared.limits,
      rounding: roundingOf(model),
      ...(notStored !== undefined && { kept: { yes: false, reason: notStored } }),
      model: { id: 'other', weightsSha256: sha('e'), layerCount: 28, hidden: 1024 },
    };
  }

  override async useProbe(...args: Parameters<EngineClient['useProbe']>): Promise<DtypeAgreement | null> {
    if (this.#source.kind !== 'site')
      throw new AppError(
        'probe-width-mismatch',
        'Probe "kind-cruel" expects 576 numbers a token in 30 layers, but other gives 1024 in 28.',
      );
    return super.useProbe(...args);
  }

  override readonly listHub: FakeEngine['listHub'] = async ({ host, repo, hosts }) => {
    this.#shared.hosts?.push(hosts);
    this.#shared.asked.push(`${host} ${repo}`);
    if (this.#shared.fail !== null) throw new AppError(this.#shared.fail, `${host} does not give ${repo}.`);
    return parseHubReply(repo.endsWith('-GGUF') ? GGUF_REPLY : REPLY, { host, repo });
  };

  override readonly listPicked: FakeEngine['listPicked'] = (args, { signal = never } = {}) => {
    return listPicked(args, signal);
  };

  override readonly weighModel: FakeEngine['weighModel'] = async ({ chosen }) => {
    const { dtype, kept = 32 } = chosen.offer;
    this.#shared.asked.push(`weigh ${dtype}${kept === 32 ? '' : ` in ${kept}`}`);
    const { failWeigh, about = null, weightBytes } = this.#shared;
    if (failWeigh) throw new AppError(failWeigh.code, failWeigh.message);
    const needs = {
      layerCount: 28,
      contextTokens: 40_960,
      weightBytes: SHARE[kept] * (weightBytes ?? (dtype === 'q4' ? 900_000_000 : 560_000_000)),
      cacheBytesPerToken: 229_376,
      largestWeightBytes: SHARE[kept] * (LARGEST[dtype] ?? 4096),
      half: dtype === 'q4f16',
      estimated: this.#shared.estimated,
      gpuOnly: this.#shared.gpuOnly[dtype] ?? null,
      missing: this.#shared.missing,
    };
    return {
      needs,
      about,
      toRun: { size: { layers: 28, weights: 6e8, bits: 5, unpacked: false }, needs: {} },
      offer: chosen.offer,
      limits: !this.#shared.card
        ? null
        : {
            maxBufferSize: this.#shared.limit,
            maxStorageBufferBindingSize: this.#shared.limit,
            half: this.#shared.half,
          },
    };
  };

  override planModel(...[args]: Parameters<EngineClient['planModel']>): Promise<EnginePlan> {
    if (!('weighed' in args)) return super.planModel(args);
    this.#shared.asked.push(`plan ${args.weighed.size.layers} layers`);
    const card = { tokenMs: 12, passMs: 20, atLeast: false };
    return Promise.resolve({ engine: 'webgpu', cause: null, detail: '', software: false, processor: null, card });
  }

  override checkModel(...[{ model }]: Parameters<EngineClient['checkModel']>): Promise<null> {
    this.#shared.asked.push(`check ${model.kind}`);
    return this.#shared.failCheck === null
      ? Promise.resolve(null)
      : Promise.reject(new AppError(this.#shared.failCheck, 'tokenizer.json is not valid JSON.'));
  }

  override listStored(): Promise<readonly StoredModel[]> {
    return Promise.resolve(this.#shared.kept);
  }

  override deleteStored(...[{ key }]: Parameters<EngineClient['deleteStored']>): Promise<null> {
    this.#shared.kept = this.#shared.kept.filter((model) => key !== null && model.key !== key);
    return super.deleteStored({ key });
  }
}
