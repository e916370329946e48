/** Writing while steered, on the embedded model. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { repeatsItself, repeatedShare } from '../../../../src/text/repetition.ts';
import type { Intervention, SteeringWhere } from '../../../../src/steering/steering.ts';
import type { ReadingSink } from '../../../../src/reading/reading.ts';
import { readProbe } from '../../../../src/cli/files.ts';
import { openNodeDecoder } from '../../../../src/engine/node/node-decoder.ts';
import { openNodeEngine, type NodeEngine } from '../../../../src/engine/node/node-engine.ts';
import { SteeredWriting, takesSteering } from '../../../../src/engine/steering/steered-writing.ts';
import { createScorer } from '../../../../src/engine/scorer.ts';
import { TextRun, type TextRunParts } from '../../../../src/engine/text-run.ts';
import { GrownReading } from '../../../../src/cli/grown-reading.ts';
import { MODEL, PROBE } from '../../../fixtures/embedded-model.ts';

const PROMPT = 'The guard opened the gate for the travellers. He';
const SAMPLING = { temperature: 0.8, topK: 0, topP: 0.95, seed: 4, maxTokens: 12 };
const STREAM = 18;

let engine: NodeEngine;
let parts: TextRunParts;
let editing: TextRunParts;
let vector: Float32Array;
beforeAll(async () => {
  engine = await openNodeEngine(MODEL);
  const { probe } = await readProbe(PROBE);
  parts = { ...engine, scorer: createScorer(probe) };
  editing = { ...parts, decoder: await openNodeDecoder(MODEL, { hooked: true, editing: true }) };
  vector = probe.steering.slice(STREAM * probe.model.hidden, (STREAM + 1) * probe.model.hidden);
}, 120_000);
afterAll(async () => {
  await engine?.dispose();
  await editing?.decoder.dispose();
});

const signal = new AbortController().signal;
const steered = (length: number): Intervention => [
  { stream: STREAM, add: vector.map((value) => (value * length) / Math.hypot(...vector)), bound: null },
];

async function write(
  on: TextRunParts,
  intervention: Intervention,
  where: SteeringWhere = 'generated',
  maxTokens = SAMPLING.maxTokens,
) {
  const grown = new GrownReading();
  const summary = await new SteeredWriting(on, intervention).write(
    { text: PROMPT, where, sampling: { ...SAMPLING, maxTokens }, readouts: true },
    grown,
    signal,
  );
  return { scores: grown.scores(), summary, ids: grown.pieces.map(({ id }) => id) };
}

async function unsteered() {
  const run = new TextRun(parts);
  const grown = new GrownReading();
  await run.read(PROMPT, { readouts: true }, grown, signal);
  await run.generate(SAMPLING, { readouts: true }, grown, signal);
  run.dispose();
  return { pieces: grown.pieces, scores: grown.scores() };
}

describe('writing under steering', () => {
  it('says other words, scores what is given as before, and leaves the decoder unsteered', async () => {
    const before = await unsteered();
    const { scores, ids } = await write(parts, steered(60));
    const given = engine.tokenizer.encode(PROMPT);
    expect(ids.slice(0, given.length)).toEqual(given);
    expect(ids).not.toEqual(before.pieces.map(({ id }) => id));
    const layers = engine.model.layerCount + 1;
    const still = (given.length - 1) * layers;
    // Passes are cut otherwise, so last bits differ.
    for (let cell = layers; cell < still; cell += 1) expect(scores[cell]).toBeCloseTo(before.scores[cell]!, 3);
    expect(scores[still + STREAM]).not.toBeCloseTo(before.scores[still + STREAM]!, 1);
    expect((await unsteered()).pieces).toEqual(before.pieces);
  }, 120_000);

  it('by edits is writing by vectors', async () => {
    const intervention = steered(60);
    expect((await write(editing, intervention)).ids).toEqual((await write(parts, intervention)).ids);
  }, 120_000);

  it('of no length is writing', async () => {
    expect((await write(parts, [])).ids).toEqual((await unsteered()).pieces.map(({ id }) => id));
  }, 120_000);

  it('begins where it should: with the first token, or behind what is given', async () => {
    const intervention = steered(60);
    const [all, later] = [
      await write(parts, intervention, 'all'),
      await write(parts, intervention, engine.tokenizer.encode(PROMPT).length + 3),
    ];
    const before = await unsteered();
    const layers = engine.model.layerCount + 1;
    expect(all.scores[layers + STREAM]).not.toBeCloseTo(before.scores[layers + STREAM]!, 1);
    const given = engine.tokenizer.encode(PROMPT).length;
    expect(later.ids.slice(0, given + 3)).toEqual(before.pieces.slice(0, given + 3).map(({ id }) => id));
    expect(later.ids).toHaveLength(given + SAMPLING.maxTokens);
    expect(later.ids).not.toEqual(before.pieces.map(({ id }) => id));
  }, 120_000);

  it('takes a change on the way from the next token on', async () => {
    const writing = new SteeredWriting(parts, []);
    const grown = new GrownReading();
    const given = engine.tokenizer.encode(PROMPT).length;
    const sink: ReadingSink = {
      readout: (readout) => grown.readout(readout),
      tokens: (batch) => {
        grown.tokens(batch);
        if (batch.start === given + 3) writing.change(steered(120));
      },
    };
    await writing.write({ text: PROMPT, where: 'generated', sampling: SAMPLING, readouts: false }, sink, signal);
    const before = await unsteered();
    expect(grown.pieces.slice(0, given + 4)).toEqual(before.pieces.slice(0, given + 4));
    const at = (given + 4) * (engine.model.layerCount + 1) + STREAM;
    expect(Math.abs(grown.scores()[at]! - before.scores[at]!)).toBeGreaterThan(1);
  }, 120_000);

  it('stops where the words go round and round, and says so', async () => {
    const { summary, ids } = await write(parts, steered(600), 'generated', 100);
    expect(summary.ended).toBe('repetition');
    expect(ids.length).toBeLessThan(100);
    const written = ids.slice(engine.tokenizer.encode(PROMPT).length);
    expect(repeatsItself(written)).toBe(true);
    expect(repeatsItself(written.slice(0, -1))).toBe(false);
  }, 120_000);

  it('that leaves no numbers is refused as too strong, and the decoder works on', async () => {
    await expect(write(parts, [{ stream: STREAM, add: vector.map(() => NaN), bound: null }])).rejects.toMatchObject({
      code: 'push-too-strong',
    });
    expect((await unsteered()).pieces.length).toBeGreaterThan(10);
  }, 120_000);

  it('knows which decoder takes which intervention', () => {
    const bound: Intervention = [{ stream: STREAM, add: null, bound: { direction: vector, low: 0, high: 0 } }];
    expect([
      takesSteering(parts.decoder, steered(1)),
      takesSteering(parts.decoder, bound),
      takesSteering(editing.decoder, bound),
    ]).toEqual([true, false, true]);
  });
});

describe('text that repeats itself', () => {
  it.each<[string, number[], boolean]>([
    ['one word', Array.from({ length: 16 }, () => 5), true],
    ['three words, after others', [9, 8, ...Array.from({ length: 18 }, (_, i) => i % 3)], true],
    ['twelve words, four times', Array.from({ length: 48 }, (_, i) => i % 12), true],
    ['sixteen words that have come round twice', Array.from({ length: 40 }, (_, i) => i % 16), false],
    ['fifteen words in any order', Array.from({ length: 40 }, (_, i) => (i * i) % 15), true],
    ['a word that is too short a text', Array.from({ length: 15 }, () => 5), false],
    ['a circle that its last word breaks', [...Array.from({ length: 20 }, () => 5), 6], false],
  ])('is seen: %s', (_, ids, expected) => {
    expect(repeatsItself(ids)).toBe(expected);
  });

  it('shows in the share of words that are not new', () => {
    expect(repeatedShare('The cat and the dog and the bird'.split(' '))).toBeCloseTo(3 / 8);
    expect(repeatedShare(['one'])).toBe(0);
  });
});
