/** Passages on the real model: what is read together in few passes is what each gives by itself. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readPromptSet } from '../../../src/cli/files.ts';
import { relativeError } from '../../../src/stats/relative-error.ts';
import type { Decoder } from '../../../src/engine/decoder.ts';
import { openNodeEngine, type NodeEngine } from '../../../src/engine/node/node-engine.ts';
import { PROOF_TEXT } from '../../../src/engine/proofs/proof-text.ts';
import { createSegmentReader } from '../../../src/engine/passages/segment-reader.ts';
import { readAll } from '../../../src/training/read-all.ts';
import type { Passage, PassageReading } from '../../../src/training/reader.ts';
import { rememberReadings } from '../../../src/training/remembered.ts';
import { countedDecoder } from '../../fixtures/counted-decoder.ts';
import { MODEL, SETS } from '../../fixtures/embedded-model.ts';

/** Rounding differs between passes of different sizes and neighbours by about 1e-6. */
const LIMIT = 1e-5;

let engine: NodeEngine;
let turns: readonly Passage[];
let everything: readonly Passage[];
let alone: readonly PassageReading[];
beforeAll(async () => {
  engine = await openNodeEngine(MODEL);
  const set = await readPromptSet(`${SETS}/kind-cruel-24/kind-cruel-24.set.json`, { requireNeutral: true });
  const readoutTexts = set.taps.slice(0, 2);
  turns = set.rows.slice(0, 12).map((row, index) => ({
    text: [row.context, row.text],
    readoutTexts,
    readoutAfter: index % 3 === 0 ? [0, 1] : [1],
  }));
  const [first, second, third] = set.rows;
  const sentences = PROOF_TEXT.split(/(?<=\.) /);
  everything = [
    ...turns.slice(0, 4),
    { text: sentences, readoutTexts, readoutAfter: sentences.map((_, index) => index) },
    { text: { user: first!.context, assistant: first!.text }, readoutTexts, readoutAfter: [1] },
    {
      text: { user: second!.context, assistant: second!.text },
      readoutTexts: readoutTexts.slice(1),
      readoutAfter: [1],
    },
    {
      text: { system: 'You keep a shop.', user: 'When do you open?', assistant: third!.text },
      readoutTexts: [],
      readoutAfter: [1],
    },
    { text: [first!.context, first!.text], readoutTexts: [], readoutAfter: [], keepTokens: true },
  ];
  const { decoder } = counted(false);
  alone = await createSegmentReader({ ...engine, decoder, setTokens: 128 }).read(everything);
}, 120_000);
afterAll(() => engine.dispose());

const counted = (branching = true) => countedDecoder({ ...engine.decoder, branching });

/** All vectors of a reading, each with its name. */
const vectorsOf = ({ readouts, tokens }: PassageReading): [string, Float32Array][] => [
  ...readouts.flatMap(({ own, means }, place) => [
    [`own ${place}`, own] as [string, Float32Array],
    ...means.map((mean, readout): [string, Float32Array] => [`readout ${place} ${readout}`, mean]),
  ]),
  ...(tokens ? [['tokens', tokens.residuals] as [string, Float32Array]] : []),
];

function expectAlike(found: readonly PassageReading[], wanted: readonly PassageReading[]): void {
  expect(found).toHaveLength(wanted.length);
  for (const [index, reading] of found.entries()) {
    const other = wanted[index]!;
    expect(reading.readouts.map(({ tokensBefore }) => tokensBefore)).toEqual(
      other.readouts.map(({ tokensBefore }) => tokensBefore),
    );
    expect(reading.tokens?.count).toBe(other.tokens?.count);
    const [own, its] = [vectorsOf(reading), vectorsOf(other)];
    expect(own.map(([name]) => name)).toEqual(its.map(([name]) => name));
    for (const [place, [, values]] of own.entries()) expect(relativeError(values, its[place]![1])).toBeLessThan(LIMIT);
  }
}

describe('passages that are read together', () => {
  it.each([512, 128, 64, 31])(
    'in passes of %i read as each by itself',
    async (setTokens) => {
      const { decoder, passes } = counted();
      const reader = createSegmentReader({ ...engine, decoder, setTokens });
      const groups = reader.groups(everything);
      expect(groups.flat()).toEqual(everything);
      expectAlike(await reader.read(everything), alone);
      expect(Math.max(...passes)).toBeLessThanOrEqual(setTokens);
    },
    120_000,
  );

  it('take as few passes as they fill, and what they begin with alike is read once', async () => {
    const { decoder, passes } = counted();
    const length = (text: string): number => engine.tokenizer.encode(text).length;
    const apart = turns.map(
      ({ text, readoutTexts, readoutAfter }) =>
        length((text as readonly string[]).join(' ')) +
        readoutAfter.length * readoutTexts.reduce((sum, readoutText) => sum + length(` ${readoutText}`), 0),
    );
    const tokens = apart.reduce((sum, each) => sum + each, 0);
    await createSegmentReader({ ...engine, decoder, setTokens: 1024 }).read(turns);
    expect(passes).toHaveLength(1);
    expect(passes[0]).toBeLessThan(0.82 * tokens);
    passes.length = 0;
    const reader = createSegmentReader({ ...engine, decoder, setTokens: 256 });
    await reader.read(turns);
    expect(passes).toHaveLength(reader.groups(turns).length);
    expect(passes.length).toBeLessThanOrEqual(Math.ceil(tokens / 256));
  }, 120_000);

  it('give the same bytes every time', async () => {
    const reader = createSegmentReader(engine);
    expect(await reader.read(turns)).toEqual(await reader.read(turns));
  }, 120_000);

  it('are read each by itself where the decoder takes no branches, every control text in a pass of its own', async () => {
    const { decoder, passes } = counted(false);
    const reader = createSegmentReader({ ...engine, decoder });
    expect(reader.groups(turns.slice(0, 3)).map((group) => group.length)).toEqual([1, 1, 1]);
    await reader.read(turns.slice(0, 3));
    // The scene, the turn, and two control texts after each; then twice a text and its two control texts.
    expect(passes).toHaveLength(6 + 3 + 3);
  }, 120_000);

  it('are refused where one is longer than the model reads', async () => {
    const { decoder } = counted();
    const short: Decoder = { ...decoder, sizes: { ...decoder.sizes, contextTokens: 24 } };
    const reader = createSegmentReader({ ...engine, decoder: short });
    await expect(reader.read(turns.slice(0, 1))).rejects.toMatchObject({ code: 'text-too-long' });
  }, 120_000);
});

describe('a reading that is stopped', () => {
  it('ends after the pass that runs, and begins none where it was stopped before', async () => {
    const controller = new AbortController();
    const { decoder, passes } = counted();
    const stopping: Decoder = {
      ...decoder,
      run: (...given) => {
        controller.abort();
        return decoder.run(...given);
      },
    };
    const reader = createSegmentReader({ ...engine, decoder: stopping, setTokens: 128 });
    await expect(reader.read(turns, controller.signal)).rejects.toMatchObject({ code: 'cancelled' });
    expect(passes).toHaveLength(1);
    await expect(reader.read(turns, controller.signal)).rejects.toMatchObject({ code: 'cancelled' });
    expect(passes).toHaveLength(1);
  }, 120_000);
});

describe('remembered passages', () => {
  it('are not read again among new ones, and come in their places', async () => {
    const store = new Map<string, Float32Array>();
    const { decoder, passes } = counted();
    const reader = createSegmentReader({ ...engine, decoder });
    const remembering = rememberReadings(reader, {
      get: async (key) => store.get(key),
      set: async (key, values) => void store.set(key, values),
    });
    const some = turns.filter((_, index) => index % 4 !== 1);
    const before = await remembering.read(some);
    passes.length = 0;
    const all = await remembering.read(turns);
    expect(all.filter((_, index) => index % 4 !== 1)).toEqual(before);
    const fresh = passes.splice(0);
    expectAlike(all, await reader.read(turns));
    const whole = passes.splice(0);
    const tokens = (of: readonly number[]): number => of.reduce((sum, each) => sum + each, 0);
    expect(fresh).toHaveLength(1);
    expect(tokens(fresh)).toBeLessThan(tokens(whole) / 2);
    expect(await remembering.read(turns)).toEqual(all);
    expect(passes).toHaveLength(0);
  }, 120_000);

  it('are kept pass by pass, so that what was read before a stop is there', async () => {
    const store = new Map<string, Float32Array>();
    const { decoder, passes } = counted();
    const remembering = rememberReadings(createSegmentReader({ ...engine, decoder, setTokens: 128 }), {
      get: async (key) => store.get(key),
      set: async (key, values) => void store.set(key, values),
    });
    const controller = new AbortController();
    let seen = 0;
    const reading = async (): Promise<void> => {
      for await (const [passage] of readAll(remembering, turns, async () => controller.abort(), controller.signal)) {
        expect(passage).toBe(turns[seen]);
        seen += 1;
      }
    };
    await expect(reading()).rejects.toMatchObject({ code: 'cancelled' });
    expect(passes).toHaveLength(1);
    await remembering.read(turns.slice(0, seen));
    expect(passes).toHaveLength(1);
  }, 120_000);
});
