/**
 * Patching on the embedded model: what must come out exactly, and every other number against a pass of its own without
 * branches or caches.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  patchCell,
  patchGap,
  placeboScale,
  strongestPatch,
  type PatchReport,
  type PatchRequest,
} from '../../../src/steering/patching.ts';
import type { Decoder } from '../../../src/engine/decoder.ts';
import { openNodeDecoder } from '../../../src/engine/node/node-decoder.ts';
import { openNodeEngine, type NodeEngine } from '../../../src/engine/node/node-engine.ts';
import { PatchRunner } from '../../../src/engine/steering/patch-runner.ts';
import { createScorer } from '../../../src/engine/scorer.ts';
import { readProbe } from '../../../src/cli/files.ts';
import { MODEL, PROBE } from '../../fixtures/embedded-model.ts';

const A = 'She found a wounded fox and fed it. Everyone called her';
const B = 'She found a wounded fox and kicked it. Everyone called her';
const UNRELATED = 'The train to the north leaves from the second platform at nine';
const WORDS = [' kind', ' cruel'] as const;
/** The only token that differs, and the last. */
const [CHANGED, LAST] = [6, 11];

let engine: NodeEngine;
let editor: Decoder;
let bench: PatchRunner;
beforeAll(async () => {
  engine = await openNodeEngine(MODEL);
  editor = await openNodeDecoder(MODEL, { hooked: true, editing: true });
  bench = new PatchRunner({ ...engine, decoder: editor });
}, 120_000);
afterAll(async () => {
  await editor?.dispose();
  await engine?.dispose();
});

const request = (more: Partial<PatchRequest> = {}): PatchRequest => ({
  a: A,
  b: B,
  words: WORDS,
  streams: [1, 12, 30],
  tokens: 'differing',
  placebos: [],
  ...more,
});
const read = (more: Partial<PatchRequest> = {}, of = bench): Promise<PatchReport> =>
  of.grid(request(more), () => undefined);
const effectAt = (report: PatchReport, stream: number, token: number) =>
  patchCell(
    report,
    report.streams.indexOf(stream),
    report.pairs.findIndex((pair) => pair.b === token),
  );

/** log p of every word after a text, read in one pass; `edit` is added at a token to what leaves a layer. */
async function logProbabilities(
  ids: readonly number[],
  edit?: { readonly stream: number; readonly token: number; readonly add: Float32Array },
): Promise<number[]> {
  const { hidden } = editor.sizes;
  if (edit) {
    const add = new Float32Array(ids.length * hidden);
    add.set(edit.add, edit.token * hidden);
    editor.edit(new Map([[edit.stream - 1, { add, bound: null }]]));
  }
  const pass = await editor.run(ids, null);
  editor.edit(new Map());
  pass.cache.dispose();
  const top = Math.max(...pass.logits);
  const sum = pass.logits.reduce((total, logit) => total + Math.exp(logit - top), 0);
  return Array.from(pass.logits, (logit) => logit - top - Math.log(sum));
}
async function streamAt(ids: readonly number[], stream: number, token: number): Promise<Float32Array> {
  const pass = await editor.run(ids, null);
  pass.cache.dispose();
  const { hidden } = editor.sizes;
  return pass.residuals.slice((stream * ids.length + token) * hidden, (stream * ids.length + token + 1) * hidden);
}
const ids = (text: string): readonly number[] => engine.tokenizer.encode(text);
const idOf = (word: string): number => ids(word)[0]!;

describe('a patch', () => {
  it('of the last token at the last layer is the whole way from B to A, and where the texts are one, nothing', async () => {
    const report = await read();
    expect(report.b.tokens[CHANGED]).toBe(' kicked');
    expect(report.pairs[0]).toEqual({ a: CHANGED, b: CHANGED });
    expect(report.pairs.at(-1)).toEqual({ a: LAST, b: LAST });
    expect(Math.abs(patchGap(report))).toBeGreaterThan(0.3);
    const whole = effectAt(report, 30, LAST);
    expect(whole.effect).toBeCloseTo(patchGap(report), 3);
    expect(whole.share).toBeCloseTo(1, 2);
    // Nothing after the changed word has been read yet at the last layer, so nothing before the last token moves it.
    expect(effectAt(report, 30, CHANGED).effect).toBeCloseTo(0, 3);
    const same = await read({ a: B });
    expect(Math.max(...same.odds.map((odds) => Math.abs(odds - same.b.odds)))).toBeLessThan(1e-3);
    expect(patchCell(same, 0, 0).share).toBeNaN();
  }, 120_000);

  it('of the first layer at the one token that differs is almost the whole way', async () => {
    const report = await read();
    expect(effectAt(report, 1, CHANGED).share).toBeGreaterThan(0.9);
    expect(effectAt(report, 1, CHANGED).share).toBeLessThan(1.1);
    // Of those that are no mere copy of the answer it is the strongest.
    expect(strongestPatch(report)).toEqual({ row: 0, column: 0 });
  }, 120_000);

  it('in a grid has the effect that a pass of its own gives, word by word', async () => {
    const report = await read();
    const [a, b] = [ids(A), ids(B)];
    const odds = (log: readonly number[]): number => log[idOf(' kind')]! - log[idOf(' cruel')]!;
    expect(report.a.odds).toBeCloseTo(odds(await logProbabilities(a)), 3);
    expect(report.b.odds).toBeCloseTo(odds(await logProbabilities(b)), 3);
    for (const [stream, token] of [
      [12, CHANGED],
      [12, 9],
      [12, LAST],
      [1, 9],
    ] as const) {
      const [from, into] = [await streamAt(a, stream, token), await streamAt(b, stream, token)];
      const patched = await logProbabilities(b, {
        stream,
        token,
        add: from.map((value, feature) => value - into[feature]!),
      });
      expect(effectAt(report, stream, token).effect, `layer ${stream}, token ${token}`).toBeCloseTo(
        odds(patched) - report.b.odds,
        3,
      );
    }
  }, 90_000);

  it('is compared with the stream of an unrelated text of A’s length', async () => {
    const report = await read({ placebos: [UNRELATED], streams: [12] });
    const [a, b, other] = [ids(A), ids(B), ids(UNRELATED)];
    const norm = (vector: Float32Array): number => Math.hypot(...vector);
    const [from, into, strange] = [
      await streamAt(a, 12, CHANGED),
      await streamAt(b, 12, CHANGED),
      await streamAt(other, 12, 1 + ((CHANGED - 1) % (other.length - 1))),
    ];
    const scale = norm(from) / norm(strange);
    const log = await logProbabilities(b, {
      stream: 12,
      token: CHANGED,
      add: strange.map((value, feature) => value * scale - into[feature]!),
    });
    expect(effectAt(report, 12, CHANGED).placebos).toHaveLength(1);
    expect(effectAt(report, 12, CHANGED).placebos[0]).toBeCloseTo(
      log[idOf(' kind')]! - log[idOf(' cruel')]! - report.b.odds,
      3,
    );
    expect(placeboScale(report)).toMatchObject({ n: report.pairs.length });
    expect(placeboScale(report).high).toBeGreaterThan(0);
  }, 120_000);

  it('reads ways of going on of several tokens, each after the one before', async () => {
    const words = [' a very kind woman', ' a monster'] as const;
    const report = await read({ words, streams: [30] });
    const log = async (text: string, word: string): Promise<number> => {
      const [start, tail] = [ids(text), ids(word)];
      let sum = 0;
      for (const [place, id] of tail.entries())
        sum += (await logProbabilities([...start, ...tail.slice(0, place)]))[id]!;
      return sum;
    };
    expect(report.wordTokens.every((count) => count > 1)).toBe(true);
    expect(report.b.odds).toBeCloseTo((await log(B, words[0])) - (await log(B, words[1])), 2);
    expect(report.a.odds).toBeCloseTo((await log(A, words[0])) - (await log(A, words[1])), 2);
    // Behind the last token the words are read by B’s own layers below: the patch is nearly, not quite, the whole way.
    expect(Number.isFinite(effectAt(report, 30, LAST).effect)).toBe(true);
  }, 90_000);

  it('has the same effect one copy after another, where nothing can be read side by side', async () => {
    const alone = new PatchRunner({ ...engine, decoder: { ...editor, branching: false }, chunkTokens: 5 });
    const [together, apart] = [
      await read({ streams: [12], words: [' kind', ' a monster'] }),
      await read({ streams: [12], words: [' kind', ' a monster'] }, alone),
    ];
    expect(Math.max(...together.odds.map((odds, at) => Math.abs(odds - apart.odds[at]!)))).toBeLessThan(2e-3);
  }, 90_000);

  it('lets B go on as A does, where the patch is the whole way, and leaves the decoder as it was', async () => {
    const sampling = { temperature: 0, topK: 0, topP: 1, seed: 1, maxTokens: 6 };
    const before = await logProbabilities(ids(B));
    const place = { stream: 30, pair: { a: LAST, b: LAST } };
    const written = await bench.goOn({ a: A, b: B }, place, { ...sampling, maxTokens: 1 });
    expect(written.patched).toBe(written.a);
    const more = await bench.goOn({ a: A, b: B }, { stream: 12, pair: { a: CHANGED, b: CHANGED } }, sampling);
    expect(more.patched.length).toBeGreaterThan(5);
    expect(await bench.goOn({ a: A, b: B }, { stream: 12, pair: { a: CHANGED, b: CHANGED } }, sampling)).toEqual(more);
    expect(await logProbabilities(ids(B))).toEqual(before);
  }, 90_000);

  it('is read by a probe from its token on: there as A is, before it as B is', async () => {
    const { probe } = await readProbe(PROBE);
    const scorer = createScorer(probe);
    const { patched, plain } = await bench.readAgain(
      { a: A, b: B },
      { stream: 12, pair: { a: CHANGED, b: CHANGED } },
      scorer,
    );
    const own = await bench.readAgain({ a: B, b: A }, { stream: 12, pair: { a: CHANGED, b: CHANGED } }, scorer);
    const at = (scores: Float32Array, token: number, layer: number): number => scores[token * 31 + layer]!;
    for (let layer = 0; layer < 31; layer += 1)
      expect(at(patched, CHANGED - 1, layer)).toBe(at(plain, CHANGED - 1, layer));
    for (let layer = 0; layer < 12; layer += 1) expect(at(patched, CHANGED, layer)).toBe(at(plain, CHANGED, layer));
    for (let layer = 12; layer < 31; layer += 1)
      expect(at(patched, CHANGED, layer)).toBeCloseTo(at(own.plain, CHANGED, layer), 2);
    expect(Math.abs(at(patched, CHANGED, 16) - at(plain, CHANGED, 16))).toBeGreaterThan(0.05);
  }, 120_000);

  it('tells how far it is, stops when asked, and refuses what cannot be patched', async () => {
    const told: [number, number][] = [];
    await bench.grid(request({ streams: [30], placebos: [UNRELATED] }), (done, total) => told.push([done, total]));
    expect(told.at(-1)).toEqual([12, 12]);
    const controller = new AbortController();
    await expect(
      bench.grid(request({ placebos: [UNRELATED] }), () => controller.abort(), controller.signal),
    ).rejects.toMatchObject({ code: 'cancelled' });
    const refused = (more: Partial<PatchRequest>, message: RegExp) =>
      expect(read(more)).rejects.toMatchObject({ code: 'usage', message: expect.stringMatching(message) as string });
    await refused({ words: [' kind', ' kind'] }, /are the same tokens/);
    await refused({ words: ['', ' kind'] }, /none of them empty/);
    await refused({ a: 'She' }, /is a single token/);
    await refused({ streams: [0, 4] }, /Layers 0, 4 cannot be patched: the model has 1 to 30/);
    await refused({ tokens: [0] }, /Token 0 of B has no partner/);
    await expect(read({ a: '' })).rejects.toMatchObject({ code: 'text-empty' });
    await expect(
      bench.goOn(
        { a: A, b: B },
        { stream: 3, pair: { a: 40, b: 2 } },
        { temperature: 0, topK: 0, topP: 1, seed: 1, maxTokens: 1 },
      ),
    ).rejects.toMatchObject({ code: 'usage' });
  }, 120_000);
});
