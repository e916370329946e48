/**
 * KL per token of two runs, on the embedded model: against a computation of its own, word by word, without caches,
 * chunks or the code under test.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { alignTokens } from '../../../src/text/align.ts';
import type { Intervention } from '../../../src/steering/steering.ts';
import { createRng } from '../../../src/base/rng.ts';
import {
  divergenceByColumn,
  EQUAL_NATS,
  sharedPairs,
  summariseDivergence,
  type TokenDivergence,
} from '../../../src/reading/token-divergence.ts';
import type { Decoder } from '../../../src/engine/decoder.ts';
import { openNodeDecoder } from '../../../src/engine/node/node-decoder.ts';
import { openNodeEngine } from '../../../src/engine/node/node-engine.ts';
import { EngineEditor } from '../../../src/engine/steering/engine-editor.ts';
import type { OpenedDecoder } from '../../../src/engine/ort/opening.ts';
import type { TextTokenizer } from '../../../src/engine/text/tokenizer.ts';
import { readDivergence } from '../../../src/engine/steering/run-divergence.ts';
import type { RowText } from '../../../src/engine/steering/row-reader.ts';
import { MODEL } from '../../fixtures/embedded-model.ts';

const A =
  'She found a wounded fox at the edge of the wood. She carried it home in her coat and fed it by hand until it could walk again.';
const B =
  'She found a wounded fox at the edge of the wood. She kicked it twice and laughed, then took it home after all and fed it by hand until it could walk again.';

let plain: Decoder;
let editor: Decoder;
let tokenizer: TextTokenizer;
let tokens: (text: string) => { ids: number[]; texts: string[] };
beforeAll(async () => {
  const engine = await openNodeEngine(MODEL);
  plain = engine.decoder;
  editor = await openNodeDecoder(MODEL, { hooked: true, editing: true });
  ({ tokenizer } = engine);
  tokens = (text) => {
    const ids = tokenizer.encode(text);
    const piece = tokenizer.pieces();
    return { ids: [...ids], texts: ids.map((id) => piece(id).text) };
  };
}, 120_000);
afterAll(async () => {
  await plain?.dispose();
  await editor?.dispose();
});

const unsteered = (ids: readonly number[]): RowText => ({ decoder: plain, ids, intervention: [], from: 0 });
/** Adds a random direction of 20 a feature’s root to what leaves layer 12, from a token on. */
const intervention = (): Intervention => {
  const rng = createRng(4);
  return [{ stream: 12, add: Float32Array.from({ length: plain.sizes.hidden }, () => 3 * rng.normal()), bound: null }];
};
const both = () => {
  const [a, b] = [tokens(A), tokens(B)];
  const { columns, parting } = alignTokens(a.texts, b.texts);
  return { a, b, columns, parting, pairs: sharedPairs(columns) };
};
const reading = { chunkTokens: 7 };

/** log p of every word after the last of these tokens, in float64, read in one pass from the start. */
async function logProbabilities(decoder: Decoder, ids: readonly number[]): Promise<number[]> {
  const pass = await decoder.run(ids, null);
  pass.cache.dispose();
  const top = Math.max(...pass.logits);
  let sum = 0;
  for (const logit of pass.logits) sum += Math.exp(logit - top);
  return Array.from(pass.logits, (logit) => logit - top - Math.log(sum));
}
const kl = (p: readonly number[], q: readonly number[]): number =>
  p.reduce((sum, log, word) => sum + Math.exp(log) * (log - (q[word] ?? NaN)), 0);

describe('the divergence of two runs, token by token', () => {
  it('is nothing at all between a run and itself, both ways', async () => {
    const { ids } = tokens(A);
    const own = ids.map((_, token) => ({ a: token, b: token }));
    const { ab, ba } = await readDivergence(unsteered(ids), unsteered(ids), own, reading);
    expect([...ab, ...ba]).toEqual(new Array(2 * ids.length).fill(0));
    expect(summariseDivergence({ ab, ba })).toMatchObject({
      opening: 0,
      first: null,
      ab: { mean: { mean: 0 }, high: 0 },
    });
  });

  it('is what a computation word by word gives, for texts that part and meet again', async () => {
    const { a, b, pairs } = both();
    expect(pairs.some((pair) => pair.a !== pair.b)).toBe(true);
    const found = await readDivergence(unsteered(a.ids), unsteered(b.ids), pairs, reading);
    for (const [index, pair] of pairs.entries()) {
      if (index % 4 !== 0 && index !== pairs.length - 1) continue;
      const p = await logProbabilities(plain, a.ids.slice(0, pair.a + 1));
      const q = await logProbabilities(plain, b.ids.slice(0, pair.b + 1));
      expect(found.ab[index]).toBeCloseTo(kl(p, q), 4);
      expect(found.ba[index]).toBeCloseTo(kl(q, p), 4);
    }
  });

  it('begins where the texts part, and is told by column with gaps where the tokens are not the same', async () => {
    const { a, b, columns, parting, pairs } = both();
    const found = await readDivergence(unsteered(a.ids), unsteered(b.ids), pairs, reading);
    const { first, opening, ab, ba } = summariseDivergence(found);
    // The last shared token before they part still has the same next words.
    expect(first).toBe(parting);
    expect(opening).toBe(parting);
    expect(found.ab.slice(0, opening).every((value) => value < EQUAL_NATS)).toBe(true);
    expect(ab.mean.n).toBe(pairs.length - opening);
    expect(ab.mean.mean).toBeGreaterThan(0.05);
    expect(ab.mean.mean).not.toBe(ba.mean.mean);
    expect(ab.high).toBeGreaterThan(ab.mean.mean);
    const byColumn = divergenceByColumn(columns, found.ab);
    expect(byColumn.filter(Number.isFinite)).toEqual(found.ab);
    expect([...byColumn].map(Number.isFinite)).toEqual(columns.map(({ same }) => same));
  });

  it('of the same text steered and not is nothing before the steering and more than nothing from it on', async () => {
    const { ids } = tokens(A);
    const from = 9;
    const pairs = ids.map((_, token) => ({ a: token, b: token }));
    const steered: RowText = { decoder: editor, ids, intervention: intervention(), from };
    const found = await readDivergence(unsteered(ids), steered, pairs, reading);
    expect(summariseDivergence(found)).toMatchObject({ first: from, opening: from });
    expect(Math.min(...found.ab.subarray(from))).toBeGreaterThan(EQUAL_NATS);
    // Against a pass of its own over the whole text, without the reader's passes.
    const add = new Float32Array(ids.length * plain.sizes.hidden);
    for (let token = from; token < ids.length; token += 1) add.set(intervention()[0]!.add!, token * plain.sizes.hidden);
    editor.edit(new Map([[11, { add, bound: null }]]));
    const q = await logProbabilities(editor, ids);
    editor.edit(new Map());
    const p = await logProbabilities(plain, ids);
    expect(found.ab.at(-1)).toBeCloseTo(kl(p, q), 4);
    // And the decoder is left unsteered.
    expect(await logProbabilities(editor, ids)).toEqual(p);
  });

  it('reads both by turns on one decoder, each with its own steering', async () => {
    const { ids } = tokens(A);
    const pairs = ids.map((_, token) => ({ a: token, b: token }));
    const steered = (from: number): RowText => ({ decoder: editor, ids, intervention: intervention(), from });
    const found = await readDivergence(steered(0), steered(0), pairs, reading);
    expect([...found.ab]).toEqual(new Array(ids.length).fill(0));
    const apart = await readDivergence(steered(12), steered(20), pairs, reading);
    expect(summariseDivergence(apart).first).toBe(12);
  });

  it('tells how far it is, stops when asked, and refuses tokens that the model has not', async () => {
    const { ids } = tokens(A);
    const pairs = ids.map((_, token) => ({ a: token, b: token }));
    const told: number[] = [];
    const controller = new AbortController();
    await readDivergence(unsteered(ids), unsteered(ids), pairs, {
      ...reading,
      onProgress: (done, total) => told.push(done / total),
    });
    expect(told.at(-1)).toBe(1);
    controller.abort();
    await expect(
      readDivergence(unsteered(ids), unsteered(ids), pairs, { ...reading, signal: controller.signal }),
    ).rejects.toMatchObject({ code: 'cancelled' });
    await expect(readDivergence(unsteered(ids), unsteered([...ids, 60_000]), pairs, reading)).rejects.toMatchObject({
      code: 'recording-invalid',
      message: expect.stringContaining('has the id 60000') as string,
    });
  });

  it('opens the decoder that edits only where there is steering', async () => {
    let opened = 0;
    const open = (): Promise<OpenedDecoder> => {
      opened += 1;
      return Promise.resolve({ decoder: editor, gpu: null } as unknown as OpenedDecoder);
    };
    const { ids } = tokens('She fed it.');
    const readingController = new EngineEditor({
      decoder: plain,
      tokenizer,
      model: { id: 'm', weightsSha256: 'w', layerCount: plain.sizes.layerCount, hidden: plain.sizes.hidden },
      endTokens: [],
      chunkTokens: 8,
      setTokens: 64,
      open,
    });
    const pairs = ids.map((_, token) => ({ a: token, b: token }));
    const told: number[] = [];
    const none = { ids, intervention: [], from: 0 };
    await readingController.divergence(none, none, pairs, (done) => told.push(done), new AbortController().signal);
    expect([opened, told.at(-1)]).toEqual([0, pairs.length]);
    const { ab } = await readingController.divergence(
      none,
      { ids, intervention: intervention(), from: 1 },
      pairs,
      () => undefined,
      new AbortController().signal,
    );
    expect(opened).toBe(1);
    expect([ab[0], Math.max(...ab) > 0.1]).toEqual([0, true]);
  });

  it('has no numbers where nothing is shared', () => {
    const none: TokenDivergence = { ab: new Float32Array(), ba: new Float32Array() };
    expect(summariseDivergence(none)).toMatchObject({ opening: 0, first: null, ab: { mean: { n: 0 }, high: NaN } });
  });
});
