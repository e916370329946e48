/** A text that is changed and read again: only what follows the change is computed, and what is told is what a fresh reading tells. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { GrownReading } from '../../../src/cli/grown-reading.ts';
import { readProbe } from '../../../src/cli/files.ts';
import { openNodeEngine, type NodeEngine } from '../../../src/engine/node/node-engine.ts';
import { createScorer, type Scorer } from '../../../src/engine/scorer.ts';
import { TextRun } from '../../../src/engine/text-run.ts';
import { countedDecoder } from '../../fixtures/counted-decoder.ts';
import { MODEL, PROBE } from '../../fixtures/embedded-model.ts';

const TEXT = 'Ada kept the lighthouse. She fed the gulls. Then she sold the lamp oil. Nobody saw it.';
const never = new AbortController().signal;

let engine: NodeEngine;
let scorer: Scorer;
beforeAll(async () => {
  engine = await openNodeEngine(MODEL);
  scorer = createScorer((await readProbe(PROBE)).probe);
}, 120_000);
afterAll(() => engine.dispose());

/** A run whose passes are counted, in tokens. */
function countedRun(): { run: TextRun; passes: number[] } {
  const { decoder, passes } = countedDecoder(engine.decoder);
  return { run: new TextRun({ ...engine, decoder, scorer }), passes };
}

async function read(run: TextRun, text: string, readouts = true) {
  const reading = new GrownReading();
  const summary = await run.read(text, { readouts }, reading, never);
  return { reading, summary };
}

const fresh = async (text: string, readouts = true) => {
  const { run } = countedRun();
  const { reading } = await read(run, text, readouts);
  run.dispose();
  return reading;
};

function expectAlike(found: GrownReading, wanted: GrownReading): void {
  const far = (one: Float32Array, other: Float32Array): number =>
    Math.max(0, ...Array.from(one, (value, at) => Math.abs(value - other[at]!)).filter((gap) => !Number.isNaN(gap)));
  expect(found.pieces).toEqual(wanted.pieces);
  expect(found.scores()).toHaveLength(wanted.scores().length);
  expect(far(found.scores(), wanted.scores())).toBeLessThan(2e-3);
  expect(far(found.words(), wanted.words())).toBeLessThan(2e-3);
  expect(found.readouts.map((readout) => readout.afterToken)).toEqual(
    wanted.readouts.map((readout) => readout.afterToken),
  );
  for (const [at, readout] of found.readouts.entries())
    expect(far(readout.score, wanted.readouts[at]!.score)).toBeLessThan(2e-3);
}

describe('a text that is read again', () => {
  it.each([
    ['with another end', TEXT.replace('Nobody saw it.', 'The priest saw it.')],
    ['with another middle', TEXT.replace('fed the gulls', 'shot the gulls')],
    ['with more to it', `${TEXT} In spring a ship came in.`],
    ['cut short', 'Ada kept the lighthouse. She fed the gulls.'],
    ['as it is', TEXT],
    ['with nothing in common', 'Ines ran a mill.'],
  ])(
    '%s tells what a fresh reading tells',
    async (_, changed) => {
      const { run, passes } = countedRun();
      await read(run, TEXT);
      passes.length = 0;
      const { reading, summary } = await read(run, changed);
      expectAlike(reading, await fresh(changed));
      const tokens = reading.pieces.length;
      expect(summary.remembered + summary.tokens).toBe(tokens);
      expect(passes.reduce((sum, count) => sum + count, 0)).toBe(summary.tokens + summary.readoutTokens);
      if (changed.startsWith('Ada')) expect(summary.remembered).toBeGreaterThan(3);
      else expect(summary.remembered).toBe(0);
      run.dispose();
    },
    120_000,
  );

  it('with control texts where there were none reads all that the control texts need', async () => {
    const { run } = countedRun();
    await read(run, TEXT, false);
    const { reading } = await read(run, TEXT, true);
    expectAlike(reading, await fresh(TEXT, true));
    run.dispose();
  }, 120_000);

  it('without control texts where there were some computes one token', async () => {
    const { run } = countedRun();
    await read(run, TEXT, true);
    const { reading, summary } = await read(run, TEXT, false);
    expect(summary.tokens).toBe(1);
    expect(reading.readouts).toHaveLength(0);
    expectAlike(reading, await fresh(TEXT, false));
    run.dispose();
  }, 120_000);

  it('after it was written on writes the same words again', async () => {
    const { run } = countedRun();
    const sampling = { temperature: 0.8, topK: 0, topP: 0.95, seed: 3, maxTokens: 6 };
    const write = async (): Promise<string> => {
      const { reading } = await read(run, TEXT);
      await run.generate(sampling, { readouts: false }, reading, never);
      return reading.pieces.map((piece) => piece.text).join('');
    };
    const first = await write();
    expect(await write()).toBe(first);
    run.dispose();
  }, 120_000);

  it('after it was stopped goes on from where it was', async () => {
    const { run } = countedRun();
    const stop = new AbortController();
    const half = new GrownReading();
    const stopping = {
      tokens: (batch: Parameters<GrownReading['tokens']>[0]) => {
        half.tokens(batch);
        stop.abort();
      },
      readout: (readout: Parameters<GrownReading['readout']>[0]) => half.readout(readout),
    };
    const long = `${TEXT} ${TEXT} ${TEXT} ${TEXT} ${TEXT} ${TEXT}`;
    await expect(run.read(long, { readouts: true }, stopping, stop.signal)).rejects.toMatchObject({
      code: 'cancelled',
    });
    expect(half.pieces.length).toBeGreaterThan(0);
    const { reading, summary } = await read(run, long);
    expect(summary.remembered).toBeGreaterThan(0);
    expectAlike(reading, await fresh(long));
    run.dispose();
  }, 120_000);
});
