/**
 * The fit, the smoothing and the chance range of a trace readout against numpy (tests/fixtures/reference/make_trace_fixture.py),
 * and on the toy model.
 */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { differences, momentsOf, ridgeOf, without } from '../../../src/probe/fit/free-ridge.ts';
import { standardRows } from '../../../src/stats/linear/standard-rows.ts';
import { smoothed } from '../../../src/reading/trace.ts';
import { directionsOf, drawTrace, traceScores } from '../../../src/reading/trace-score.ts';
import type { TraceHead } from '../../../src/probe/trace-types.ts';
import { parseProbe, serialiseProbe } from '../../../src/formats/probe/probe.ts';
import { createScorer } from '../../../src/engine/scorer.ts';
import { inParts, tracePassages } from '../../../src/training/trace/trace-passages.ts';
import { traceLayers, trainTrace } from '../../../src/training/trace/trace-readout.ts';
import { sampleProbe } from '../../fixtures/samples/sample-probe.ts';
import { readOne, toyReader, toySet, toyStories } from '../../fixtures/toy/toy-reader.ts';

interface Fixture {
  readings: number[][];
  labels: number[];
  weights: number[];
  pairs: [number[], number[]][];
  lambda: number;
  differences: number[][];
  ridge: number[];
  pole: number[];
  values: [number, number][];
  smoothed: number[];
  null: {
    factor: number[][][];
    featureScale: number[][];
    center: number[][];
    reading: number[][];
    draws: number[][];
    layers: [number, number][];
    shown: [number, number];
  };
}
const fixture = JSON.parse(
  readFileSync(new URL('../../fixtures/reference/trace.fixture.json', import.meta.url), 'utf8'),
) as Fixture;
const close = (found: ArrayLike<number>, wanted: readonly number[], digits = 9): void => {
  expect(found).toHaveLength(wanted.length);
  wanted.forEach((value, i) => expect(found[i]).toBeCloseTo(value, digits));
};

test('projects differences out and fits what is left, as numpy does', () => {
  const hidden = fixture.readings[0]!.length;
  // In float64: the fixture's readings are not rounded.
  const rows = standardRows(Float64Array.from(fixture.readings.flat()) as unknown as Float32Array, hidden);
  const taken = differences(
    rows,
    fixture.pairs.map(([plus, minus]) => ({ plus, minus })),
  );
  taken.forEach((direction, i) => close(direction, fixture.differences[i]!));
  const free = without(rows, taken);
  const groups = [1, -1, 0].map((label) => fixture.labels.flatMap((own, i) => (own === label ? [i] : [])));
  const moments = momentsOf(free, fixture.weights, groups);
  close(ridgeOf(moments, [1, -1, 0], fixture.lambda), fixture.ridge);
  close(ridgeOf([moments[0]!, moments[2]!], [1, 0], fixture.lambda), fixture.pole);
});

test('smooths by what came before, as numpy does', () => {
  const points = smoothed(
    fixture.values.map(([afterToken, score]) => ({ afterToken, score, low: score - 1, high: score + 1 })),
  );
  close(
    points.map(({ score }) => score),
    fixture.smoothed,
  );
  // A range around the score stays around it.
  for (const { score, low, high } of points) close([low, high], [score - 1, score + 1]);
});

test('no later readout changes an earlier point', () => {
  const values = fixture.values.map(([afterToken, score]) => ({ afterToken, score, low: -1, high: 1 }));
  expect(smoothed(values).slice(0, 3)).toEqual(smoothed(values.slice(0, 3)));
});

test('the range of random directions, by layer and of their mean, is that of numpy', () => {
  const { factor, featureScale, center, reading, draws, layers, shown } = fixture.null;
  const flat = (rows: number[][]): Float32Array => Float32Array.from(rows.flat());
  const drawn = directionsOf(
    {
      layers: [0, 1],
      rank: 4,
      factor: Float32Array.from(factor.flat(2)),
      featureScale: flat(featureScale),
      center: flat(center),
    },
    [0, 1],
    draws,
  );
  const directions = { directions: new Float32Array(6), zero: [0, 0] };
  const head: TraceHead = {
    ...directions,
    scale: 1,
    poles: { positive: directions, negative: directions },
    nullModel: {
      layers: [0, 1],
      rank: 4,
      factor: new Float32Array(0),
      featureScale: new Float32Array(6),
      center: new Float32Array(6),
      seed: 1,
      count: 50,
    },
  };
  const found = traceScores(head, drawn, [0, 1], flat(reading));
  close([...found.low, ...found.high], [layers[0]![0], layers[1]![0], layers[0]![1], layers[1]![1]], 5);
  close([found.shown.low, found.shown.high], shown, 5);
});

test('cuts a turn at shares of its words, and never into nothing', () => {
  expect(inParts('one two three four five six', [0.5, 0.7])).toEqual(['one two three', 'four', 'five six']);
  expect(inParts('one', [0.45, 0.65, 0.85])).toEqual(['one']);
  expect(inParts('one two', [0.45, 0.65])).toEqual(['one', 'two']);
});

test('reads 14, 16, 18, 20 and 22 of 30 layers together, and as many in proportion', () => {
  expect(traceLayers(30)).toEqual([14, 16, 18, 20, 22]);
  expect(traceLayers(2)).toEqual([1]);
});

const texts = { sets: [toySet(14), toySet(8, 'second')], stories: toyStories(4, 3), zeros: [], freeOf: [], told: [] };
const trace = await trainTrace(toyReader(), texts, { texts: ['A clock struck.'], seed: 3 });

test('reads the toy inside turns, at their ends, and in a set that it has not seen', () => {
  const { topics, sets, stories, apart } = trace.evidence;
  expect(topics.ends.value).toBeGreaterThan(0.9);
  // Of the places inside, the first lies before the verb.
  expect(topics.inside.value).toBeGreaterThan(0.7);
  expect(sets.map(({ name }) => name)).toEqual(['toy-set', 'second']);
  expect(stories).toBeNull();
  expect(apart).toEqual([]);
});

test('labelled stories are read word by word and left out where they are scored', async () => {
  const told = {
    name: 'told',
    licence: 'Apache-2.0',
    about: 'Toys.',
    kind: 'story' as const,
    contrasts: [],
    items: [],
    sha256: 'ab'.repeat(32),
    rows: Array.from({ length: 7 }, (_, s) => ({
      kind: 'story' as const,
      item: `s${s}`,
      line: s + 1,
      beats: [
        { text: `Here ${s} is a place.`, cell: 'neutral' },
        { text: `There a person helps number ${s} again.`, cell: 'kind' },
        { text: 'Then that person harms and harms someone.', cell: 'cruel' },
      ],
    })),
  };
  const passages = tracePassages({ ...texts, told: [told] }, ['A clock struck.']);
  const story = passages.at(-1)!;
  expect(story.text).toContain('helps');
  expect(story.places.filter(({ stand }) => stand === 'sentence').map(({ side }) => side)).toEqual([0, 1, -1]);
  const { evidence } = await trainTrace(
    toyReader(),
    { ...texts, told: [told] },
    { texts: ['A clock struck.'], seed: 3 },
  );
  expect(evidence.stories?.within.ends).toMatchObject({ n: 7 });
  expect(evidence.stories!.within.ends.value).toBeGreaterThan(0.9);
});

test('a difference that is projected out no longer moves the reading', async () => {
  // It differs in the very words of the axis, so without it nothing is left to read.
  const { evidence } = await trainTrace(
    toyReader(),
    { ...texts, freeOf: [toySet(30, 'twin')] },
    { texts: ['A clock struck.'], seed: 3 },
  );
  expect(trace.evidence.topics.ends.value - evidence.topics.ends.value).toBeGreaterThan(0.2);
  expect(evidence.apart.map(({ name, auroc }) => [name, auroc.n])).toEqual([['twin', 30]]);
});

test('a probe with a readout is written and read again, number by number', () => {
  const { json, tensors } = serialiseProbe(sampleProbe);
  expect(parseProbe(json, tensors).trace).toEqual(sampleProbe.trace);
  const without = serialiseProbe({ ...sampleProbe, trace: null });
  expect(parseProbe(without.json, without.tensors).trace).toBeNull();
});

test("the scorer reads an end with the text's own token and every other place without", async () => {
  const scorer = createScorer({
    ...sampleProbe,
    model: { id: 'toy', weightsSha256: 'ab'.repeat(32), layerCount: 2, hidden: 12 },
    poles: null,
    directions: new Float32Array(36),
    trace,
  });
  expect(scorer.readouts.sentence).toEqual({ texts: ['A clock struck.'], own: true });
  expect(scorer.readouts.word).toEqual({ texts: ['A clock struck.'], own: false });
  const read = async (verb: string) =>
    (
      await readOne(toyReader(), {
        text: ['In place 30 someone works.', `There a person ${verb} number 30.`],
        readoutTexts: trace.texts,
        readoutAfter: [1],
        lastTokens: true,
      })
    ).readouts[0]!;
  const at = async (verb: string, stand: 'sentence' | 'word') => {
    const { means, tokensBefore, last } = await read(verb);
    return scorer.readout(means, tokensBefore, stand, stand === 'sentence' ? last! : null).shown!;
  };
  for (const stand of ['sentence', 'word'] as const) {
    const [kind, cruel] = [await at('helps', stand), await at('harms', stand)];
    expect(kind.score).toBeGreaterThan(cruel.score + 1);
    expect(kind.low).toBeLessThan(kind.high);
  }
});

test('one draw serves all layers, and equal seeds draw equal directions', () => {
  const { nullModel } = trace.ends;
  expect(drawTrace(nullModel, trace.layers).draws).toEqual(drawTrace(nullModel, trace.layers).draws);
  expect(drawTrace({ ...nullModel, seed: 4 }, trace.layers).draws).not.toEqual(
    drawTrace(nullModel, trace.layers).draws,
  );
});
