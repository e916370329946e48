/** What steering does to the embedded model, against the plain way: token by token, line by line, with a softmax of its own. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createRng } from '../../../../src/base/rng.ts';
import { firstSteered, type Intervention, type SteeringWhere } from '../../../../src/steering/steering.ts';
import type { Cache, Decoder } from '../../../../src/engine/decoder.ts';
import { openNodeDecoder } from '../../../../src/engine/node/node-decoder.ts';
import { openNodeEngine, type NodeEngine } from '../../../../src/engine/node/node-engine.ts';
import { createSteeringRunner, NEUTRAL_TOKENS } from '../../../../src/engine/steering/engine-steering-runner.ts';
import { readSteeredLines } from '../../../../src/engine/steering/steered-lines.ts';
import type { ForcedChoice, SteeringRunner } from '../../../../src/steering/steering-runner.ts';
import { makeSteering } from '../../../../src/steering/make-steering.ts';
import { MODEL, SETS } from '../../../fixtures/embedded-model.ts';

const STREAM = 18;
const TEXTS = readFileSync(join(SETS, 'neutral-stories/neutral-stories.jsonl'), 'utf8')
  .trim()
  .split('\n')
  .slice(0, 2)
  .map((line) => (JSON.parse(line) as { beats: string[] }).beats.join(' '));
const CHOICES: readonly ForcedChoice[] = [
  {
    topic: 'dog',
    context: 'Ada found a stray dog.',
    positive: 'She fed the dog.',
    negative: 'She kicked the dog hard.',
  },
  {
    topic: 'alike',
    context: 'The guard held the key.',
    positive: 'He opened the gate at once.',
    negative: 'He opened the gate too late for them.',
  },
];

let engine: NodeEngine;
let editor: Decoder;
let bench: SteeringRunner;
let direction: { title: string; vectors: Float32Array };
beforeAll(async () => {
  engine = await openNodeEngine(MODEL);
  editor = await openNodeDecoder(MODEL, { hooked: true, editing: true });
  bench = benchOf(editor);
  const rng = createRng(2);
  direction = { title: 'a random direction', vectors: Float32Array.from({ length: 31 * 576 }, () => rng.normal()) };
}, 120_000);
afterAll(async () => {
  await engine?.dispose();
  await editor?.dispose();
});

const benchOf = (
  decoder: Decoder,
  { setTokens, chunkTokens }: { setTokens: number; chunkTokens: number } = engine,
  neutral = TEXTS,
): SteeringRunner =>
  createSteeringRunner({ decoder, tokenizer: engine.tokenizer, model: engine.model, setTokens, chunkTokens, neutral });
const added = async (strength: number): Promise<Intervention> =>
  makeSteering(
    direction,
    { mode: 'add', pole: 'negative', from: STREAM, to: STREAM, strength, where: 'all' },
    await bench.ground(),
    engine.model,
  );

/** Log-probabilities after each token of a line `[tokens][vocabulary]`, each token read by a pass of its own and steered from `from` on. */
async function plainly(ids: readonly number[], intervention: Intervention, from: number): Promise<Float64Array[]> {
  const { decoder } = engine;
  const rows: Float64Array[] = [];
  let cache: Cache | null = null;
  for (const [token, id] of ids.entries()) {
    decoder.steer(
      new Map(
        token < from
          ? []
          : intervention.flatMap(({ stream, add }) => (add === null ? [] : [[stream - 1, add] as const])),
      ),
    );
    const pass = await decoder.run([id], cache, { residuals: false });
    cache?.dispose();
    cache = pass.cache;
    const top = pass.logits.reduce((most, value) => Math.max(most, value), -Infinity);
    const exps = Float64Array.from(pass.logits, (value) => Math.exp(value - top));
    const total = exps.reduce((sum, value) => sum + value, 0);
    rows.push(exps.map((value) => Math.log(value / total)));
  }
  cache?.dispose();
  decoder.steer(new Map());
  return rows;
}

describe('what steering does to neutral text', () => {
  it('is the KL and the surprise of the plain way, the attention sink unsteered', async () => {
    const intervention = await added(0.35);
    const found = await benchOf(editor, engine, TEXTS.slice(0, 1)).neutral(intervention);
    const kl: number[] = [];
    const surprise: number[] = [];
    const ids = engine.tokenizer.encode(TEXTS[0] ?? '').slice(0, NEUTRAL_TOKENS);
    const [still, moved] = [await plainly(ids, [], 0), await plainly(ids, intervention, 1)];
    for (let token = 1; token < ids.length; token += 1) {
      kl.push(
        (still[token] ?? new Float64Array()).reduce(
          (sum, logP, word) => sum + Math.exp(logP) * (logP - (moved[token]?.[word] ?? NaN)),
          0,
        ),
      );
      const next = ids[token + 1];
      if (next !== undefined) surprise.push(-(moved[token]?.[next] ?? NaN));
    }
    expect([found.kl.length, found.surprise.length]).toEqual([39, 38]);
    for (const [row, value] of kl.entries())
      expect(Math.abs((found.kl[row] ?? NaN) - value)).toBeLessThan(0.002 + 0.002 * value);
    for (const [row, value] of surprise.entries())
      expect(Math.abs((found.surprise[row] ?? NaN) - value)).toBeLessThan(0.01);
    // Not a comparison of nothings.
    expect(Math.max(...kl)).toBeGreaterThan(0.5);
  }, 180_000);

  it('on the first texts alone is what it is on these among all', async () => {
    const intervention = await added(0.35);
    const [all, first] = [await bench.neutral(intervention), await bench.neutral(intervention, undefined, 1)];
    expect([all.kl.length, first.kl.length, first.surprise.length]).toEqual([2 * 39, 39, 38]);
    for (const [row, value] of first.kl.entries())
      expect(Math.abs((all.kl[row] ?? NaN) - value)).toBeLessThan(0.002 + 0.002 * value);
    for (const [row, value] of first.surprise.entries())
      expect(Math.abs((all.surprise[row] ?? NaN) - value)).toBeLessThan(0.01);
  }, 120_000);

  it('is nothing without steering', async () => {
    const { kl } = await bench.neutral([]);
    expect(Math.max(...kl)).toBeLessThan(1e-6);
  }, 120_000);

  it('rests on streams whose lengths and means are those of the plain decoder, the first token of each text apart', async () => {
    const ground = await bench.ground();
    expect([ground.texts, ground.tokens, ground.lengths.length, ground.mean.length]).toEqual([2, 2 * 39, 31, 31 * 576]);
    const sum = new Float64Array(576);
    let squares = 0;
    for (const text of TEXTS) {
      const ids = engine.tokenizer.encode(text).slice(0, NEUTRAL_TOKENS);
      const { residuals, cache } = await engine.decoder.run(ids, null);
      cache.dispose();
      for (let token = 1; token < ids.length; token += 1) {
        const stream = residuals.subarray((STREAM * ids.length + token) * 576, (STREAM * ids.length + token + 1) * 576);
        stream.forEach((value, feature) => {
          sum[feature] = (sum[feature] ?? 0) + value / 78;
          squares += value ** 2 / 78;
        });
      }
    }
    expect(ground.lengths[STREAM]).toBeCloseTo(Math.sqrt(squares), 2);
    const mean = ground.mean.subarray(STREAM * 576, (STREAM + 1) * 576);
    expect(Math.max(...mean.map((value, feature) => Math.abs(value - (sum[feature] ?? NaN))))).toBeLessThan(1e-3);
  }, 120_000);
});

describe('what steering does to choices', () => {
  it.each<[SteeringWhere]>([['generated'], ['all'], [4]])(
    'are the log-odds of the plain way where it begins at: %s',
    async (where) => {
      const intervention = await added(0.35);
      const choices = CHOICES.slice(0, 1);
      const [found, unsteered] = [
        await bench.choices(choices, intervention, where),
        await bench.choices(choices, [], where),
      ];
      for (const [index, { context, positive, negative }] of choices.entries()) {
        const given = engine.tokenizer.encode(context);
        for (const pole of ['positive', 'negative'] as const) {
          const own = engine.tokenizer.encode(` ${pole === 'positive' ? positive : negative}`);
          const ids = [...given, ...own];
          const rows = await plainly(ids, intervention, firstSteered(where, given.length));
          const expected = own.reduce((sum, id, token) => sum + (rows[given.length - 1 + token]?.[id] ?? NaN), 0);
          expect(Math.abs((found[index]?.[pole] ?? NaN) - expected)).toBeLessThan(0.02);
          expect(found[index]?.[`${pole}Tokens`]).toBe(own.length);
          expect(Math.abs((unsteered[index]?.[pole] ?? NaN) - expected)).toBeGreaterThan(0.1);
        }
      }
    },
    120_000,
  );

  it('does not depend on how many lines share a pass, nor on whether a line needs several', async () => {
    const intervention = await added(0.35);
    const many = [...CHOICES, ...CHOICES.slice(0, 1)];
    const whole = await bench.choices(many, intervention, 'generated');
    for (const sizes of [
      { setTokens: 40, chunkTokens: 128 },
      { setTokens: 16, chunkTokens: 7 },
    ]) {
      const small = await benchOf(editor, sizes).choices(many, intervention, 'generated');
      for (const [index, one] of whole.entries())
        for (const pole of ['positive', 'negative'] as const)
          expect(Math.abs((small[index]?.[pole] ?? NaN) - one[pole])).toBeLessThan(0.02);
    }
  }, 120_000);

  it('does not depend on branches', async () => {
    const intervention = await added(0.35);
    const alone = benchOf({ ...editor, branching: false });
    const [whole, found] = [
      await bench.choices(CHOICES, intervention, 4),
      await alone.choices(CHOICES, intervention, 4),
    ];
    for (const [index, one] of whole.entries())
      for (const pole of ['positive', 'negative'] as const)
        expect(Math.abs((found[index]?.[pole] ?? NaN) - one[pole])).toBeLessThan(0.02);
    const [kl, klAlone] = [(await bench.neutral(intervention)).kl, (await alone.neutral(intervention)).kl];
    expect(klAlone).toHaveLength(kl.length);
    for (const [row, value] of kl.entries())
      expect(Math.abs((klAlone[row] ?? NaN) - value)).toBeLessThan(0.002 + 0.002 * value);
  }, 120_000);
});

describe('steering', () => {
  it('that breaks the numbers says that it was the steering, and leaves the decoder without edits', async () => {
    const broken: Intervention = [{ stream: STREAM, add: new Float32Array(576).fill(NaN), bound: null }];
    const before = await bench.choices(CHOICES, [], 'generated');
    await expect(bench.neutral(broken)).rejects.toMatchObject({ code: 'push-too-strong' });
    await expect(bench.choices(CHOICES, broken, 'generated')).rejects.toMatchObject({
      code: 'push-too-strong',
      message: expect.stringContaining('Take a smaller strength') as string,
    });
    const pass = await editor.run([1, 2, 3], null);
    const plain = await engine.decoder.run([1, 2, 3], null);
    pass.cache.dispose();
    plain.cache.dispose();
    expect(pass.logits).toEqual(plain.logits);
    expect(await bench.choices(CHOICES, [], 'generated')).toEqual(before);
  }, 120_000);

  it('that ablates leaves no product with the direction at the tokens that are steered, and the first as it was', async () => {
    const intervention = makeSteering(
      direction,
      { mode: 'ablate', pole: 'positive', from: STREAM, to: STREAM, strength: 0, where: 'all' },
      await bench.ground(),
      engine.model,
    );
    const unit = intervention[0]?.bound?.direction ?? new Float32Array();
    expect(Math.hypot(...unit)).toBeCloseTo(1, 5);
    const ids = engine.tokenizer.encode(TEXTS[0] ?? '').slice(0, 20);
    const products = async (some: Intervention): Promise<number[]> => {
      const found: number[] = [];
      await readSteeredLines(editor, [[{ ids, from: 1, rows: [19] }]], some, {
        setTokens: 512,
        chunkTokens: 128,
        onRow: () => undefined,
        onStreams: ({ tokens, residuals }, positions) => {
          for (const [token, position] of positions.entries())
            found[position] = unit.reduce(
              (sum, value, feature) => sum + value * (residuals[(STREAM * tokens + token) * 576 + feature] ?? NaN),
              0,
            );
        },
      });
      return found;
    };
    const [before, after] = [await products([]), await products(intervention)];
    expect(after).toHaveLength(20);
    expect(after[0]).toBe(before[0]);
    for (const [token, product] of after.entries()) if (token > 0) expect(Math.abs(product)).toBeLessThan(1e-3);
    expect(Math.max(...before.slice(1).map(Math.abs))).toBeGreaterThan(1);
  }, 120_000);

  it('is refused where nobody gave neutral text that is long enough', () => {
    expect(() => createSteeringRunner({ ...engine, decoder: editor, neutral: ['Too short.'] })).toThrow(
      expect.objectContaining({
        code: 'usage',
        message: expect.stringContaining('No neutral text has 40 tokens') as string,
      }),
    );
  });

  it('stops when it is told to, and can be asked again', async () => {
    const fresh = benchOf(editor);
    await expect(fresh.ground(AbortSignal.abort())).rejects.toMatchObject({ code: 'cancelled' });
    expect((await fresh.ground()).texts).toBe(2);
  }, 120_000);
});
