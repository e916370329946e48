/** What is refused or wrong on a graphics processor, and what the engine then does: one step down, said once, with the same tokens. */
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { AppError } from '../../../src/base/errors.ts';
import { argmax } from '../../../src/reading/sampling.ts';
import type { Decoder, WriteRequest } from '../../../src/engine/decoder.ts';
import type { OpenedDecoder } from '../../../src/engine/ort/opening.ts';
import { openWebDecoder } from '../../../src/engine/ort/web-decoder.ts';
import type { CapturedWriter } from '../../../src/engine/ort/webgpu/captured-writer.ts';
import { proveWriter, type WriterProof } from '../../../src/engine/proofs/writer-proof.ts';
import { toyDecoderFiles } from '../../fixtures/toy/toy-graph.ts';

const files = toyDecoderFiles({ layerCount: 1 });
const IDS = Array.from({ length: 64 }, (_, index) => (index * 29 + 5) % 95);
const never = new AbortController().signal;

let gpu: OpenedDecoder;
let writer: CapturedWriter;
let disposed = 0;
beforeAll(async () => {
  gpu = await openWebDecoder(files, 'webgpu', { hooked: true });
  writer = await gpu.gpu!.openWriter();
});
afterAll(() => gpu.decoder.dispose());

/** Proves with a writer in which something is wrong. */
function proveWith(change: Partial<CapturedWriter>): Promise<WriterProof> {
  const broken: CapturedWriter = { ...writer, dispose: () => Promise.resolve(void (disposed += 1)), ...change };
  return proveWriter(
    gpu.decoder,
    () => Promise.resolve(broken),
    IDS,
    16,
    () => undefined,
    never,
  );
}

const outcome = ({ mode, trials, reason, rule }: WriterProof) => ({
  mode,
  accepted: trials.map((trial) => `${trial.mode} ${trial.accepted}`),
  reason,
  rule,
});

test('where capture is refused, tokens are written step by step, and the reason is the one given', async () => {
  const open = (): Promise<CapturedWriter> =>
    Promise.reject(new AppError('model-session-failed', 'Not all nodes are on the graphics processor.'));
  const proof = await proveWriter(gpu.decoder, open, IDS, 16, () => undefined, never);
  expect(outcome(proof)).toEqual({
    mode: 'stepwise',
    accepted: ['stepwise true'],
    reason: 'Not all nodes are on the graphics processor.',
    rule: null,
  });
});

test('where there is no room for the writer, tokens are written step by step', async () => {
  const open = (): Promise<CapturedWriter> =>
    Promise.reject(new AppError('gpu-memory-refused', 'No room for 120 MB more.'));
  expect(await proveWriter(gpu.decoder, open, IDS, 16, () => undefined, never)).toMatchObject({
    mode: 'stepwise',
    reason: 'No room for 120 MB more.',
  });
});

test('where no rule fits the dispatches, they stay as captured', async () => {
  const proof = await proveWith({ learnRule: () => Promise.resolve(null) });
  expect(proof.trials.map(({ mode }) => mode)).toEqual(['stepwise', 'captured']);
  expect(proof.rule).toBeNull();
  expect(proof.reason).toMatch(/^No rule fits/);
});

test('a rule that leaves tokens out is found by its numbers, and not used', async () => {
  // One stretch of 256 where the kernel has stretches of 64: fewer workgroups than tokens need.
  const proof = await proveWith({ learnRule: () => Promise.resolve({ tokens: 256, y: 4, z: 1 }) });
  expect(proof.trials.map(({ mode, accepted }) => [mode, accepted])).toEqual([
    ['stepwise', true],
    ['direct', false],
    ['captured', true],
  ]);
  expect(proof.mode).not.toBe('direct');
  expect(proof.reason).toBe('A faster way gave other numbers.');
});

test('where direct dispatches fail altogether, captured ones are still tried', async () => {
  let direct = false;
  const proof = await proveWith({
    useRule: (rule) => {
      direct = rule !== null;
      writer.useRule(rule);
    },
    write: (request, onToken) =>
      direct ? Promise.reject(new AppError('numbers-not-finite', 'Not finite.')) : writer.write(request, onToken),
  });
  expect(proof.trials.map(({ mode, accepted }) => [mode, accepted])).toEqual([
    ['stepwise', true],
    ['direct', false],
    ['captured', true],
  ]);
});

test('one wrong early layer is found beside right ones that are much larger', async () => {
  const early = (residuals: Float32Array): Float32Array =>
    residuals.map((value, index) => (index < 64 ? value * 1.01 : value * 1));
  const proof = await proveWith({
    write: (request, onToken) =>
      writer.write(request, (token) => onToken({ ...token, residuals: early(token.residuals) })),
  });
  expect(proof.trials.slice(1).map(({ accepted, sameTokens }) => [accepted, sameTokens])).toEqual([
    [false, true],
    [false, true],
  ]);
  expect(proof.trials[1]!.relativeError).toBeCloseTo(0.01, 3);
});

test('a writer that chooses or reads otherwise is disposed of', async () => {
  const wrong = (
    change: (id: number, residuals: Float32Array) => { id: number; residuals: Float32Array },
  ): Partial<CapturedWriter> => ({
    write: (request: WriteRequest, onToken) =>
      writer.write(request, (token) => onToken({ ...token, ...change(token.id, token.residuals) })),
  });
  for (const change of [
    (id: number, residuals: Float32Array) => ({ id: (id + 1) % 95, residuals }),
    (id: number, residuals: Float32Array) => ({ id, residuals: residuals.map((value) => value * 1.01) }),
  ]) {
    disposed = 0;
    expect(await proveWith(wrong(change))).toMatchObject({ mode: 'stepwise', rule: null });
    expect(disposed).toBe(1);
  }
});

test('a device that goes away is no reason to step down, and neither is a stop', async () => {
  const lost = new AppError('gpu-device-lost', 'Gone.');
  await expect(proveWith({ learnRule: () => Promise.reject(lost) })).rejects.toBe(lost);
  const stop = new AbortController();
  const stopping = proveWriter(
    gpu.decoder,
    () => Promise.resolve(writer),
    IDS,
    16,
    () => stop.abort(),
    stop.signal,
  );
  await expect(stopping).rejects.toMatchObject({ code: 'cancelled' });
});

test('an adapter without subgroups reads and writes the same', async () => {
  const greedy = async (decoder: Decoder): Promise<number[]> => {
    const ids: number[] = [];
    let pass = await decoder.run(IDS.slice(0, 16), null);
    for (let step = 0; step < 8; step += 1) {
      ids.push(argmax(pass.logits));
      const next = await decoder.run(ids.slice(-1), pass.cache);
      pass.cache.dispose();
      pass = next;
    }
    pass.cache.dispose();
    return ids;
  };
  const expected = await greedy(gpu.decoder);
  const requestDevice = GPUAdapter.prototype.requestDevice;
  const asked: string[] = [];
  const spy = vi.spyOn(GPUAdapter.prototype, 'requestDevice').mockImplementation(function (
    this: GPUAdapter,
    descriptor,
  ) {
    const features = [...(descriptor?.requiredFeatures ?? [])];
    asked.push(...features);
    return requestDevice.call(this, {
      ...descriptor,
      requiredFeatures: features.filter((feature) => feature !== 'subgroups'),
    });
  });
  const plain = await openWebDecoder(files, 'webgpu', { hooked: true });
  spy.mockRestore();
  expect(asked).toContain('subgroups');
  expect(await greedy(plain.decoder)).toEqual(expected);
  const proof = await proveWriter(plain.decoder, plain.gpu!.openWriter, IDS, 16, () => undefined, never);
  expect(proof.trials.map(({ accepted }) => accepted)).not.toContain(false);
  await plain.decoder.dispose();
});
