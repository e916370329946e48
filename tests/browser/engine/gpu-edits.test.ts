/** Changing the stream on WebGPU in real Chromium, on the toy decoder, against the same on the CPU; and interventions measured on both. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createRng } from '../../../src/base/rng.ts';
import type { LayerEdit } from '../../../src/engine/decoder.ts';
import type { OpenedDecoder } from '../../../src/engine/ort/opening.ts';
import { openWebDecoder } from '../../../src/engine/ort/web-decoder.ts';
import { createSteeringRunner } from '../../../src/engine/steering/engine-steering-runner.ts';
import { applySteering, SteeredWriting } from '../../../src/engine/steering/steered-writing.ts';
import { noScorer } from '../../../src/engine/scorer.ts';
import type { Intervention } from '../../../src/steering/steering.ts';
import type { SteeringRunner } from '../../../src/steering/steering-runner.ts';
import { expectClose, PASS, readAll, TEXT } from '../../fixtures/toy/toy-decoding.ts';
import { toyDecoderFiles, toyTokenizer, TOY } from '../../fixtures/toy/toy-graph.ts';

const files = toyDecoderFiles();
const tokenizer = toyTokenizer();
const IDS = TEXT.slice(0, PASS);

let cpu: OpenedDecoder;
let gpu: OpenedDecoder;
let plain: OpenedDecoder;
beforeAll(async () => {
  cpu = await openWebDecoder(files, 'wasm', { hooked: true, editing: true });
  gpu = await openWebDecoder(files, 'webgpu', { hooked: true, editing: true });
  plain = await openWebDecoder(files, 'webgpu', { hooked: true });
}, 120_000);
afterAll(async () => {
  for (const opened of [cpu, gpu, plain]) await opened?.decoder.dispose();
});

const drawn = (seed: number, count = 1): Float32Array => {
  const rng = createRng(seed);
  return Float32Array.from({ length: count * TOY.hidden }, () => rng.normal());
};
const unit = (seed: number): Float32Array => {
  const vector = drawn(seed);
  const length = Math.hypot(...vector);
  return vector.map((value) => value / length);
};

describe('a stream that is edited', () => {
  test('is on the GPU what it is without editing while nothing is done', async () => {
    gpu.decoder.edit(new Map());
    const [edited, stock] = [await readAll(gpu.decoder, IDS), await readAll(plain.decoder, IDS)];
    expectClose(edited.residuals, stock.residuals);
    for (const { cache } of [edited, stock]) cache.dispose();
  });

  test.each<[string, LayerEdit]>([
    ['a vector at every token', { add: drawn(2), bound: null }],
    ['another vector at each token', { add: drawn(3, PASS), bound: null }],
    ['a product that is kept between bounds', { add: null, bound: { direction: unit(4), low: -0.2, high: 0.3 } }],
    [
      'bounds at some tokens, and a vector',
      {
        add: drawn(5),
        bound: {
          direction: unit(6),
          low: IDS.map((_, token) => (token % 2 === 0 ? 0 : -Infinity)),
          high: IDS.map((_, token) => (token % 2 === 0 ? 0 : Infinity)),
        },
      },
    ],
  ])('%s: the GPU gives the numbers of the CPU', async (_, edit) => {
    const before = await readAll(cpu.decoder, IDS);
    for (const { decoder } of [cpu, gpu]) decoder.edit(new Map([[1, edit]]));
    const [here, there] = [await cpu.decoder.run(IDS, null), await gpu.decoder.run(IDS, null)];
    expectClose(there.residuals, here.residuals);
    expectClose(there.logits, here.logits);
    expect(here.logits).not.toEqual(before.logits);
    for (const { decoder } of [cpu, gpu]) decoder.edit(new Map());
    for (const { cache } of [before, here, there]) cache.dispose();
  });
});

describe('steering', () => {
  const intervention: Intervention = [{ stream: 2, add: drawn(7), bound: null }];
  const bench = ({ decoder }: OpenedDecoder): SteeringRunner =>
    createSteeringRunner({
      decoder,
      tokenizer,
      model: { id: 'toy', weightsSha256: '', layerCount: TOY.layerCount, hidden: TOY.hidden },
      setTokens: PASS,
      chunkTokens: PASS,
      neutral: [
        'The quick brown fox jumps over the lazy dog and runs',
        'Pack my box with five dozen liquor jugs, then go on home',
      ],
    });

  test('does on the GPU what it does on the CPU, to neutral text and to choices', async () => {
    const choices = [
      { topic: 'a', context: 'He took', positive: 'it up.', negative: 'it on.' },
      { topic: 'b', context: 'She', positive: 'ran.', negative: 'sat.' },
    ];
    const [here, there] = [bench(cpu), bench(gpu)];
    const grounds = [await here.ground(), await there.ground()] as const;
    expectClose(Float32Array.from(grounds[1].lengths), Float32Array.from(grounds[0].lengths));
    const effects = [await here.neutral(intervention), await there.neutral(intervention)] as const;
    expect(effects[0].kl).toHaveLength(2 * 39);
    expect(Math.max(...effects[0].kl)).toBeGreaterThan(0.05);
    for (const [index, kl] of effects[0].kl.entries()) expect(effects[1].kl[index]).toBeCloseTo(kl, 3);
    for (const where of ['generated', 'all'] as const) {
      const odds = [
        await here.choices(choices, intervention, where),
        await there.choices(choices, intervention, where),
      ] as const;
      for (const [index, { positive, negative }] of odds[0].entries()) {
        expect(odds[1][index]!.positive).toBeCloseTo(positive, 2);
        expect(odds[1][index]!.negative).toBeCloseTo(negative, 2);
      }
    }
  });

  test('while writing takes the fast path where it is added, and gives the words that edits give', async () => {
    const write = async (decoder: OpenedDecoder['decoder']): Promise<number[]> => {
      const ids: number[] = [];
      const writing = new SteeredWriting(
        { decoder, tokenizer, scorer: noScorer, chunkTokens: PASS, endTokens: [] },
        intervention,
      );
      await writing.write(
        {
          text: 'The guard said',
          where: 'generated',
          sampling: { temperature: 0.7, topK: 0, topP: 1, seed: 3, maxTokens: 12 },
          readouts: false,
        },
        { tokens: ({ pieces }) => ids.push(...pieces.map(({ id }) => id)), readout: () => undefined },
        new AbortController().signal,
      );
      return ids;
    };
    const [byEdits, byVectors] = [await write(gpu.decoder), await write(plain.decoder)];
    expect(byVectors).toEqual(byEdits);
    expect(byVectors).toEqual(await write(cpu.decoder));
    applySteering(plain.decoder, intervention);
    const steered = await plain.decoder.run(IDS, null);
    applySteering(plain.decoder, []);
    const unsteered = await plain.decoder.run(IDS, null);
    expect(steered.logits).not.toEqual(unsteered.logits);
    for (const { cache } of [steered, unsteered]) cache.dispose();
  });
});
