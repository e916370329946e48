/** The embedded model as the subject of an experiment, against the plain way: line by line, token by token. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createRng } from '../../../src/base/rng.ts';
import { chooseToken } from '../../../src/reading/sampling.ts';
import type { Subject } from '../../../src/experiments/subject.ts';
import type { Cache, Decoder } from '../../../src/engine/decoder.ts';
import { createSubject } from '../../../src/engine/engine-subject.ts';
import { openNodeDecoder } from '../../../src/engine/node/node-decoder.ts';
import { openNodeEngine, type NodeEngine } from '../../../src/engine/node/node-engine.ts';
import { writeRollouts } from '../../../src/engine/steering/rollouts.ts';
import { makeSteering } from '../../../src/steering/make-steering.ts';
import type { Intervention } from '../../../src/steering/steering.ts';
import { MODEL, SETS } from '../../fixtures/embedded-model.ts';

const NEUTRAL = readFileSync(join(SETS, 'neutral-stories/neutral-stories.jsonl'), 'utf8')
  .trim()
  .split('\n')
  .slice(0, 2)
  .map((line) => (JSON.parse(line) as { beats: string[] }).beats.join(' '));
const BEGINNING = 'The ferry was late again, and the ferryman';

let engine: NodeEngine;
let editor: Decoder;
let subject: Subject;
beforeAll(async () => {
  engine = await openNodeEngine(MODEL);
  editor = await openNodeDecoder(MODEL, { hooked: true, editing: true });
  subject = subjectOf();
}, 120_000);
afterAll(async () => {
  await engine?.dispose();
  await editor?.dispose();
});

const subjectOf = (more: { setTokens?: number; decoder?: Decoder } = {}): Subject =>
  createSubject({ ...engine, editor: async () => editor, neutral: NEUTRAL, ...more });

/** Log-probabilities and streams after a line, read in one pass by itself. */
async function after(text: string, more = ''): Promise<{ logP: Float64Array; streams: Float32Array; pass: Cache }> {
  const ids = [...engine.tokenizer.encode(text), ...(more === '' ? [] : engine.tokenizer.encode(more))];
  const { logits, residuals, cache } = await engine.decoder.run(ids, null);
  const top = logits.reduce((most, value) => Math.max(most, value), -Infinity);
  const total = Math.log(logits.reduce((sum, value) => sum + Math.exp(value - top), 0)) + top;
  const { hidden, layerCount } = engine.model;
  const streams = new Float32Array((layerCount + 1) * hidden);
  for (let layer = 0; layer <= layerCount; layer += 1)
    streams.set(
      residuals.subarray((layer * ids.length + ids.length - 1) * hidden, (layer + 1) * ids.length * hidden),
      layer * hidden,
    );
  return { logP: Float64Array.from(logits, (value) => value - total), streams, pass: cache };
}

describe('likelihoods', () => {
  it('are those of reading each line by itself, also where lines are too many for one pass', async () => {
    const questions = ['smiled', 'shrugged at the crowd.', 'ran'].map((first, index) => ({
      context: index === 2 ? 'At noon the market closed. She' : BEGINNING,
      continuations: [first, 'slept'],
    }));
    const expected: number[][] = [];
    for (const { context, continuations } of questions) {
      expected.push([]);
      for (const text of continuations) {
        let [sum, read] = [0, ''];
        for (const id of engine.tokenizer.encode(` ${text}`)) {
          const { logP, pass } = await after(context, read);
          pass.dispose();
          sum += logP[id] ?? NaN;
          read += engine.tokenizer.textOf(id);
        }
        expected.at(-1)?.push(sum);
      }
    }
    for (const setTokens of [512, 13]) {
      const found = await subjectOf({ setTokens }).likelihoods(questions, null);
      for (const [index, row] of expected.entries())
        for (const [part, value] of row.entries()) expect(found[index]?.[part]?.logP).toBeCloseTo(value, 3);
      expect(found[1]?.[0]?.tokens).toBe(engine.tokenizer.encode(' shrugged at the crowd.').length);
    }
  }, 120_000);

  it('under steering of generated tokens leave what was given alone, and move with the steering', async () => {
    const rng = createRng(3);
    const direction = {
      title: 'a random direction',
      vectors: Float32Array.from({ length: 31 * 576 }, () => rng.normal()),
    };
    const intervention = makeSteering(
      direction,
      { mode: 'add', pole: 'positive', from: 18, to: 18, strength: 0.5, where: 'generated' },
      await subject.ground(),
      engine.model,
    );
    // The second context begins like the first and goes on: its middle must not be steered because the first ends there.
    const questions = [
      { context: BEGINNING, continuations: ['smiled'] },
      { context: `${BEGINNING} slowly`, continuations: ['smiled'] },
    ];
    const together = await subject.likelihoods(questions, { intervention, where: 'generated' });
    const apart = [
      await subject.likelihoods(questions.slice(0, 1), { intervention, where: 'generated' }),
      await subject.likelihoods(questions.slice(1), { intervention, where: 'generated' }),
    ];
    const plain = await subject.likelihoods(questions, null);
    for (const index of [0, 1]) {
      expect(together[index]?.[0]?.logP).toBeCloseTo(apart[index]?.[0]?.[0]?.logP ?? NaN, 3);
      expect(Math.abs((together[index]?.[0]?.logP ?? NaN) - (plain[index]?.[0]?.logP ?? NaN))).toBeGreaterThan(0.02);
    }
  }, 120_000);
});

describe('likelihoods with steering at chosen tokens', () => {
  const context = 'The soup was cold, the bread was stale, and he left.';
  const places = (text: string): number[] =>
    engine.tokenizer.encode(text).flatMap((id, at) => ([',', '.'].includes(engine.tokenizer.textOf(id)) ? [at] : []));
  const holding = (stream: number): { intervention: Intervention; where: 'all' } => {
    const rng = createRng(5);
    const drawn = Float32Array.from({ length: 576 }, () => rng.normal());
    const length = Math.hypot(...drawn);
    return {
      intervention: [
        { stream, add: null, bound: { direction: drawn.map((value) => value / length), low: 80, high: 80 } },
      ],
      where: 'all',
    };
  };

  it('are those of bounding the stream at those tokens alone, also in parts and beside a question that begins alike', async () => {
    const held = holding(12);
    const steered = places(context);
    expect(steered).toHaveLength(3);
    const continuations = ['It was good.', 'He swore.'];
    // The plain way: one pass over each line, with the bounds of every token written out.
    const expected: number[] = [];
    for (const text of continuations) {
      const given = engine.tokenizer.encode(context);
      const ids = [...given, ...engine.tokenizer.encode(` ${text}`)];
      const [step] = held.intervention;
      const at = (value: number, none: number): number[] =>
        ids.map((_, token) => (steered.includes(token) ? value : none));
      editor.edit(
        new Map([
          [
            11,
            { add: null, bound: { direction: step!.bound!.direction, low: at(80, -Infinity), high: at(80, Infinity) } },
          ],
        ]),
      );
      const rows = ids.slice(given.length).map((_, token) => given.length - 1 + token);
      const { logits, cache } = await editor.run(ids, null, { logitRows: rows });
      cache.dispose();
      const width = engine.decoder.sizes.vocabulary;
      expected.push(
        rows.reduce((sum, token, row) => {
          const own = logits.subarray(row * width, (row + 1) * width);
          const top = own.reduce((most, value) => Math.max(most, value), -Infinity);
          const total = Math.log(own.reduce((all, value) => all + Math.exp(value - top), 0)) + top;
          return sum + (own[ids[token + 1] ?? -1] ?? NaN) - total;
        }, 0),
      );
    }
    editor.edit(new Map());
    const questions = [
      { context, continuations, steered },
      { context, continuations, steered: [] },
      { context: `${context} Then`, continuations: ['he'], steered: [1] },
    ];
    const plain = await subject.likelihoods(questions, null);
    for (const setTokens of [512, 9]) {
      const found = await subjectOf({ setTokens }).likelihoods(questions, held);
      for (const [part, value] of expected.entries()) {
        expect(found[0]?.[part]?.logP).toBeCloseTo(value, 3);
        expect(Math.abs(value - (plain[0]?.[part]?.logP ?? NaN))).toBeGreaterThan(0.02);
        expect(found[1]?.[part]?.logP).toBeCloseTo(plain[1]?.[part]?.logP ?? NaN, 3);
      }
    }
  }, 120_000);
});

describe('what is heard', () => {
  it('is how many tokens each pass read, of what is read, asked and written, and nothing any more where nobody listens', async () => {
    const own = subjectOf({ setTokens: 40 });
    const heard: number[] = [];
    own.hear?.((tokens) => heard.push(tokens));
    const text = 'One morning the harbour was empty, and the nets hung dry between the posts until the evening.';
    await own.read([
      { text: [text], readoutTexts: ['It rained.'], readoutAfter: [0] },
      { text: [`Later ${text}`], readoutTexts: ['It rained.'], readoutAfter: [0] },
    ]);
    const readout = engine.tokenizer.encode(' It rained.').length;
    const [first, second] = [text, `Later ${text}`].map((line) => engine.tokenizer.encode(line).length + readout);
    expect(heard).toEqual([first, second]);
    heard.length = 0;
    await own.likelihoods([{ context: BEGINNING, continuations: ['smiled'] }], null);
    expect(heard.reduce((sum, tokens) => sum + tokens, 0)).toBe(
      engine.tokenizer.encode(BEGINNING).length + engine.tokenizer.encode(' smiled').length,
    );
    heard.length = 0;
    await own.ground();
    expect(heard.reduce((sum, tokens) => sum + tokens, 0)).toBe(2 * 40);
    own.hear?.(null);
    await own.likelihoods([{ context: BEGINNING, continuations: ['smiled'] }], null);
    expect(heard.reduce((sum, tokens) => sum + tokens, 0)).toBe(2 * 40);
  }, 120_000);
});

describe('ends', () => {
  it('are the mass of classes, the log-probability of tokens and the streams of the last token', async () => {
    const ids = [' smiled', ' slept', ' ran'].flatMap((word) => engine.tokenizer.encode(word).slice(0, 1));
    const contexts = [BEGINNING, 'At noon the market closed. She'];
    const found = await subject.ends(contexts, { classes: [ids, ids.slice(0, 1)], tokens: ids, streams: true }, null);
    for (const [index, context] of contexts.entries()) {
      const { logP, streams, pass } = await after(context);
      pass.dispose();
      const mass = Math.log(ids.reduce((sum, id) => sum + Math.exp(logP[id] ?? NaN), 0));
      expect(found[index]?.classes[0]).toBeCloseTo(mass, 3);
      expect(found[index]?.classes[1]).toBeCloseTo(logP[ids[0] ?? 0] ?? NaN, 3);
      expect(found[index]?.tokens[2]).toBeCloseTo(logP[ids[2] ?? 0] ?? NaN, 3);
      const own = found[index]?.streams ?? new Float32Array(0);
      expect(own.length).toBe(streams.length);
      expect(Math.hypot(...own.map((value, at) => value - (streams[at] ?? NaN))) / Math.hypot(...streams)).toBeLessThan(
        1e-4,
      );
    }
    expect((await subject.ends([BEGINNING], { classes: [], tokens: [], streams: false }, null))[0]?.streams).toBeNull();
  }, 120_000);
});

describe('rollouts', () => {
  const TOKENS = 12;

  /** The same draw, one text by itself, token after token. */
  async function alone(given: readonly number[], stream: number): Promise<number[]> {
    const rng = createRng(7, stream);
    let pass = await engine.decoder.run(given, null, { residuals: false });
    const ids: number[] = [];
    while (ids.length < TOKENS) {
      const id = chooseToken(pass.logits, { temperature: 1, topK: 0, topP: 0.9 }, () => rng.uniform());
      if (engine.endTokens.includes(id)) break;
      ids.push(id);
      const next = await engine.decoder.run([id], pass.cache, { residuals: false });
      pass.cache.dispose();
      pass = next;
    }
    pass.cache.dispose();
    return ids;
  }

  it('written together are those written one by one, also without branches', async () => {
    const given = engine.tokenizer.encode(BEGINNING);
    const expected = [await alone(given, 5), await alone(given, 6), await alone(given, 7)];
    const request = {
      count: 3,
      maxTokens: TOKENS,
      choice: { temperature: 1, topK: 0, topP: 0.9 },
      seed: 7,
      firstStream: 5,
    };
    expect(await writeRollouts(engine, given, request)).toEqual(expected);
    expect(
      await writeRollouts({ ...engine, decoder: { ...engine.decoder, branching: false } }, given, {
        ...request,
        count: 1,
      }),
    ).toEqual(expected.slice(0, 1));
    expect(new Set(expected.map(String)).size).toBe(3);
  }, 120_000);

  it('give text by prompt, the second prompt from later streams', async () => {
    const plan = { count: 2, maxTokens: 5, temperature: 1, topP: 0.9, seed: 7 };
    const [first, second] = await subject.write([BEGINNING, BEGINNING], plan);
    expect(first).toHaveLength(2);
    expect(second).not.toEqual(first);
    expect(await subject.write([BEGINNING], plan)).toEqual([first]);
  }, 120_000);

  it('that the context cannot hold are refused, and a stop is heard', async () => {
    await expect(
      subject.write([BEGINNING], { count: 1, maxTokens: 9000, temperature: 1, topP: 1, seed: 1 }),
    ).rejects.toMatchObject({ code: 'text-too-long' });
    await expect(
      subject.write([BEGINNING], { count: 1, maxTokens: 5, temperature: 1, topP: 1, seed: 1 }, AbortSignal.abort()),
    ).rejects.toMatchObject({ code: 'cancelled' });
  });
});
