/** Futures on the toy model: the tokens of single continuations, and the readings of lines that are read by themselves. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createRng } from '../../../src/base/rng.ts';
import type { Decoder } from '../../../src/engine/decoder.ts';
import { writeFutures, type FuturesParts } from '../../../src/engine/futures/write-futures.ts';
import { openNodeEngine, type NodeEngine } from '../../../src/engine/node/node-engine.ts';
import { collect, Sequence } from '../../../src/engine/sequence.ts';
import { SteeredWriting } from '../../../src/engine/steering/steered-writing.ts';
import { TextRun } from '../../../src/engine/text-run.ts';
import { meanOverTokens } from '../../../src/engine/token-mean.ts';
import { GrownFutures } from '../../../src/reading/futures/grown-futures.ts';
import type { ReadingSink } from '../../../src/reading/reading.ts';
import type { Intervention } from '../../../src/steering/steering.ts';
import { toyDecoderFiles, TOY } from '../../fixtures/toy/toy-graph.ts';
import { writeToyFolder } from '../../fixtures/toy/toy-folder.ts';
import { wholeScorer } from '../../fixtures/whole-scorer.ts';
import { countedDecoder } from '../../fixtures/counted-decoder.ts';

const signal = new AbortController().signal;
const folder = mkdtempSync(join(tmpdir(), 'flipside-futures-'));
const LAYERS = TOY.layerCount + 1;
const READOUT = 'Cab';
const scorer = wholeScorer(['Dad fed'], { layers: LAYERS, hidden: TOY.hidden, count: 1 }, [READOUT]);
const LAYER = 2;
const GIVEN = 'A bad egg had fed Abe';
const PLAN = { count: 5, every: 3, sampling: { temperature: 1.1, topK: 0, topP: 0.9, seed: 9, maxTokens: 10 } };
const vector = Float32Array.from(
  { length: TOY.hidden },
  (
    (rng) => () =>
      0.6 * rng.normal()
  )(createRng(2)),
);
const ADDED: Intervention = [{ stream: 2, add: vector, bound: null }];
const direction = vector.map((value) => value / Math.hypot(...vector));
const BOUND: Intervention = [{ stream: 1, add: null, bound: { direction, low: -0.1, high: 0.1 } }];

let plain: NodeEngine;
let editing: NodeEngine;
beforeAll(async () => {
  const path = writeToyFolder(folder, toyDecoderFiles({ weightFile: 'model_q4.onnx_data' }), 'model_q4.onnx');
  plain = await openNodeEngine(path);
  editing = await openNodeEngine(path, { editing: true });
});
afterAll(async () => {
  await plain?.dispose();
  await editing?.dispose();
  rmSync(folder, { recursive: true });
});

const partsOf = (more: Partial<FuturesParts> = {}): FuturesParts => ({
  ...plain,
  writer: plain.decoder,
  reader: plain.decoder,
  scorer,
  layer: LAYER,
  ...more,
});
const given = (): readonly number[] => plain.tokenizer.start(GIVEN);

async function futures(
  parts: FuturesParts,
  intervention: Intervention = [],
  more: Partial<Parameters<typeof writeFutures>[1]> = {},
): Promise<{ grown: GrownFutures; summary: Awaited<ReturnType<typeof writeFutures>> }> {
  const request = { ...PLAN, given: given(), intervention, where: 'generated' as const, ...more };
  const grown = new GrownFutures(request);
  return { grown, summary: await writeFutures(parts, request, grown, signal) };
}

/** The ids that a single continuation writes after what is given. */
async function alone(seed: number, intervention: Intervention, where: 'generated' | 'all' | number): Promise<number[]> {
  const ids: number[] = [];
  const sink: ReadingSink = {
    readout: () => undefined,
    tokens: ({ pieces }) => ids.push(...pieces.map(({ id }) => id)),
  };
  const sampling = { ...PLAN.sampling, seed };
  if (intervention.length > 0)
    await new SteeredWriting({ ...editing, scorer }, intervention).write(
      { text: GIVEN, where, sampling, readouts: false },
      sink,
      signal,
    );
  else {
    const run = new TextRun({ ...plain, scorer });
    await run.read(GIVEN, { readouts: false }, sink, signal);
    await run.generate(sampling, { readouts: false }, sink, signal);
    run.dispose();
  }
  return ids.slice(given().length);
}

/** The reading after tokens, on the model without steering, by itself. */
async function readingAfter(ids: readonly number[]): Promise<number> {
  const sequence = new Sequence(plain.decoder, 128);
  await collect(sequence.append([...given(), ...ids]));
  const mean = meanOverTokens(
    await collect(sequence.peek(plain.tokenizer.encode(` ${READOUT}`))),
    plain.decoder.sizes.hidden,
  );
  sequence.dispose();
  return scorer.readout([mean], 0, 'word', null).score[LAYER]!;
}

const idsOf = ({ futures: { lines } }: GrownFutures): number[][] =>
  lines.map(({ pieces }) => pieces.map(({ id }) => id));
async function singles(
  intervention: Intervention,
  where: 'generated' | 'all' | number = 'generated',
): Promise<number[][]> {
  const out: number[][] = [];
  for (let line = 0; line < PLAN.count; line += 1)
    out.push(await alone(PLAN.sampling.seed + line, intervention, where));
  return out;
}

async function expectReadings({ futures: { start, lines } }: GrownFutures): Promise<void> {
  expect(start?.score).toBeCloseTo(await readingAfter([]), 4);
  for (const { pieces, readings } of lines) {
    const ids = pieces.map(({ id }) => id);
    const places = ids.map((_, token) => token + 1).filter((after) => after % PLAN.every === 0 || after === ids.length);
    expect(readings.map(({ after }) => after)).toEqual(places);
    for (const { after, score } of readings) expect(score).toBeCloseTo(await readingAfter(ids.slice(0, after)), 3);
  }
}

describe('futures', () => {
  it('have the tokens of single continuations with their seeds, and the readings of lines by themselves', async () => {
    const { grown, summary } = await futures(partsOf());
    expect(idsOf(grown)).toEqual(await singles([]));
    expect(new Set(idsOf(grown).map(String)).size).toBeGreaterThan(1);
    await expectReadings(grown);
    const { lines } = grown.futures;
    expect(summary).toMatchObject({
      lines: 5,
      tokens: lines.reduce((sum, { pieces }) => sum + pieces.length, 0),
      readings: 1 + lines.reduce((sum, { readings }) => sum + readings.length, 0),
      left: null,
    });
    expect(grown.futures.lines.map(({ ended }) => ended).every((ended) => ended !== null)).toBe(true);
  });

  it('are the same however few tokens a pass holds, and where the model takes no branches', async () => {
    const { grown } = await futures(partsOf());
    for (const parts of [
      partsOf({ chunkTokens: 7 }),
      partsOf({ writer: { ...plain.decoder, branching: false }, reader: { ...plain.decoder, branching: false } }),
    ]) {
      const other = (await futures(parts)).grown;
      expect(idsOf(other)).toEqual(idsOf(grown));
      await expectReadings(other);
    }
  });

  it('take one pass a token for all lines together, and one for each reading of all', async () => {
    const { decoder, passes } = countedDecoder(plain.decoder);
    const { grown } = await futures(partsOf({ writer: decoder, reader: decoder, endTokens: [] }));
    const readout = plain.tokenizer.encode(` ${READOUT}`).length;
    expect(grown.futures.lines.every(({ pieces }) => pieces.length === 10)).toBe(true);
    const reading = PLAN.count * readout;
    const [three, five] = [[5, 5, 5, reading], PLAN.count];
    expect(passes).toEqual([given().length, readout, ...three, ...three, ...three, five, reading]);
  });

  it('steered, by vectors or by edits, have the tokens of single steered ones, and are read without steering', async () => {
    for (const [intervention, writer] of [
      [ADDED, () => plain.decoder],
      [ADDED, () => editing.decoder],
      [BOUND, () => editing.decoder],
    ] as const) {
      const { grown } = await futures(partsOf({ writer: writer() }), intervention);
      expect(idsOf(grown)).toEqual(await singles(intervention));
      expect(idsOf(grown)).not.toEqual(await singles([]));
      await expectReadings(grown);
    }
    // One decoder that both writes and reads, as in the command.
    const { grown } = await futures(partsOf({ writer: editing.decoder, reader: editing.decoder }), ADDED);
    expect(idsOf(grown)).toEqual(await singles(ADDED));
    await expectReadings(grown);
    // Afterwards nothing is steered.
    expect(idsOf((await futures(partsOf({ writer: editing.decoder, reader: editing.decoder }))).grown)).toEqual(
      await singles([]),
    );
  });

  it('are steered from where they should be', async () => {
    for (const where of ['all', 3, given().length + 4] as const) {
      const { grown } = await futures(partsOf({ writer: editing.decoder }), ADDED, { where });
      expect(idsOf(grown)).toEqual(await singles(ADDED, where));
    }
  });

  it('end with the end token, and are read at their end', async () => {
    const first = idsOf((await futures(partsOf())).grown)[0]![3]!;
    const { grown } = await futures(partsOf({ endTokens: [first] }));
    const [line] = grown.futures.lines;
    expect(line).toMatchObject({ ended: 'end-token' });
    expect(line!.pieces.length).toBeLessThan(4);
    await expectReadings(grown);
  });

  it('stop where they are told to, and what was told stays', async () => {
    const controller = new AbortController();
    const request = { ...PLAN, given: given(), intervention: ADDED, where: 'generated' as const };
    const grown = new GrownFutures(request, ({ lines }) => {
      if ((lines[0]?.pieces.length ?? 0) >= 4) controller.abort();
    });
    await expect(writeFutures(partsOf(), request, grown, controller.signal)).rejects.toMatchObject({
      code: 'cancelled',
    });
    expect(grown.futures.lines.map(({ pieces }) => pieces.length)).toEqual(Array(5).fill(4));
    expect(grown.futures.lines[0]?.readings.map(({ after }) => after)).toEqual([3]);
    expect(idsOf((await futures(partsOf())).grown)).toEqual(await singles([]));
  });

  it('are written in turns where the context has no room for all at once, and refused where it has none for one', async () => {
    const narrow = (contextTokens: number): Decoder => ({
      ...plain.decoder,
      sizes: { ...plain.decoder.sizes, contextTokens },
    });
    const short = given().length + plain.tokenizer.encode(` ${READOUT}`).length;
    const few = narrow(short + 25);
    const { grown } = await futures(partsOf({ writer: few, reader: few }));
    expect(idsOf(grown)).toEqual(await singles([]));
    await expectReadings(grown);
    const none = narrow(short + 9);
    await expect(futures(partsOf({ writer: none, reader: none }))).rejects.toMatchObject({ code: 'text-too-long' });
  });

  it('have no readings where the probe has no text to read with, and say so', async () => {
    const silent = wholeScorer([], { layers: LAYERS, hidden: TOY.hidden, count: 1 });
    const { grown, summary } = await futures(partsOf({ scorer: silent }));
    expect(summary).toMatchObject({ readings: 0, left: 'probe' });
    expect(grown.futures.start).toBeNull();
    expect(idsOf(grown)).toEqual(await singles([]));
  });

  it('are refused at temperature 0, where all lines would be one', async () => {
    const sampling = { ...PLAN.sampling, temperature: 0 };
    await expect(futures(partsOf(), [], { sampling })).rejects.toMatchObject({ code: 'usage' });
  });
});
