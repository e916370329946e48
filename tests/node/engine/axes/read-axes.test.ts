/** A text read with several probes in one pass: every axis reads what its probe alone reads, and a shared neutral text is read once. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { GrownReading } from '../../../../src/cli/grown-reading.ts';
import { readProbe } from '../../../../src/cli/files.ts';
import { readAxes } from '../../../../src/engine/axes/read-axes.ts';
import { openNodeEngine, type NodeEngine } from '../../../../src/engine/node/node-engine.ts';
import { createScorer } from '../../../../src/engine/scorer.ts';
import { TextRun } from '../../../../src/engine/text-run.ts';
import type { Probe } from '../../../../src/probe/probe-types.ts';
import { axisHead, axisTrace } from '../../../../src/reading/axes/axes.ts';
import type { Granularity } from '../../../../src/reading/refinement.ts';
import { tracePoints, type TracePoint } from '../../../../src/reading/trace.ts';
import { countedDecoder } from '../../../fixtures/counted-decoder.ts';
import { MODEL, PROBE } from '../../../fixtures/embedded-model.ts';

const TEXT = 'The guard hugged the hungry old man, and gave him bread. Then he laughed at the others.';
const OTHER_WORDS = 'Then they went home';
const never = new AbortController().signal;

let engine: NodeEngine;
let kind: Probe;
let formal: Probe;
/** Reads at another neutral text than the shipped probes. */
let elsewhere: Probe;
/** Made before there was a reading anywhere: two neutral sentences, after sentences alone, at its default layer. */
let early: Probe;
beforeAll(async () => {
  engine = await openNodeEngine(MODEL);
  kind = (await readProbe(PROBE)).probe;
  formal = (await readProbe(PROBE.replace('kind-cruel', 'formal-casual'))).probe;
  elsewhere = { ...formal, trace: { ...formal.trace!, texts: [OTHER_WORDS] } };
  early = { ...kind, trace: null };
}, 120_000);
afterAll(() => engine?.dispose());

/** What a probe alone shows of the text. */
async function alone(probe: Probe, every: Granularity): Promise<{ points: TracePoint[]; tokens: number }> {
  const { decoder, passes } = countedDecoder(engine.decoder);
  const run = new TextRun({ ...engine, decoder, scorer: createScorer(probe) });
  const reading = new GrownReading();
  await run.read(TEXT, { readouts: true }, reading, never);
  if (every !== 'sentence') await run.refine(every, reading, () => undefined, never);
  run.dispose();
  const points = tracePoints(reading.readouts, reading.pieces.length, null, probe.defaultLayer);
  return { points, tokens: sum(passes) };
}

async function together(probes: readonly Probe[], every: Granularity) {
  const { decoder, passes } = countedDecoder(engine.decoder);
  const read = await readAxes({ ...engine, decoder }, probes, { text: TEXT, every }, () => undefined, never);
  return { ...read, passes: sum(passes) };
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

describe('a text read with several probes', () => {
  it.each(['sentence', 'word'] as const)(
    'reads on every axis, after each %s, what its probe alone reads',
    async (every) => {
      const probes = [kind, formal, elsewhere, early];
      const { axes, readings, pieces } = await together(probes, every);
      expect(axes).toEqual(probes.map(axisHead));
      expect(pieces.map(({ text }) => text).join('')).toBe(TEXT);
      for (const [index, probe] of probes.entries()) {
        const found = axisTrace(readings, index, axisHead(probe));
        const { points } = await alone(probe, every);
        expect(found.map(({ from, afterToken, stand }) => ({ from, afterToken, stand }))).toEqual(
          points.map(({ from, afterToken, stand }) => ({ from, afterToken, stand })),
        );
        expect(points.length).toBeGreaterThan(every === 'word' && probe.trace !== null ? 8 : 1);
        for (const key of ['score', 'low', 'high'] as const)
          for (const [at, point] of points.entries()) expect(found[at]![key]).toBeCloseTo(point[key], 3);
      }
      // The axes are no copies of each other.
      const [one, other] = [axisTrace(readings, 0, axisHead(kind)), axisTrace(readings, 1, axisHead(formal))];
      expect(Math.max(...one.map(({ score }, at) => Math.abs(score - other[at]!.score)))).toBeGreaterThan(0.3);
    },
    120_000,
  );

  it('passes no token more than one probe does where both read at the same neutral text', async () => {
    const { tokens } = await alone(kind, 'word');
    const both = await together([kind, formal], 'word');
    expect(both.passes).toBe(tokens);
    expect(both.pieces.length + both.readoutTokens).toBe(tokens);
  }, 120_000);

  it('passes another neutral text once more at every place', async () => {
    const { tokens } = await alone(kind, 'word');
    const { readings, passes } = await together([kind, formal, elsewhere], 'word');
    const words = engine.tokenizer.encode(` ${OTHER_WORDS}`).length;
    expect(passes).toBe(tokens + readings.length * words);
  }, 120_000);

  it('reads nothing inside sentences for a probe that has no numbers there', async () => {
    const { readings } = await together([kind, early], 'word');
    const inside = readings.filter(({ stand }) => stand !== 'sentence');
    expect(inside.length).toBeGreaterThan(5);
    for (const { axes } of inside) expect(axes.map((reading) => reading === null)).toEqual([false, true]);
  }, 120_000);

  it('stops when it is told to', async () => {
    const stop = new AbortController();
    const reading = readAxes(engine, [kind], { text: TEXT, every: 'word' }, () => stop.abort(), stop.signal);
    await expect(reading).rejects.toMatchObject({ code: 'cancelled' });
  }, 120_000);
});
