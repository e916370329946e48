/** Several directions at once, and steering under a condition, against PyTorch (fixtures/steering/make_steering_fixture.py). */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { GrownReading } from '../../../../src/cli/grown-reading.ts';
import { openNodeEngine, type NodeEngine } from '../../../../src/engine/node/node-engine.ts';
import { noScorer } from '../../../../src/engine/scorer.ts';
import { ConditionalWriting } from '../../../../src/engine/steering/conditional-writing.ts';
import { applySteering } from '../../../../src/engine/steering/steered-writing.ts';
import { meanReading } from '../../../../src/reading/score.ts';
import { combineSteering } from '../../../../src/steering/combine.ts';
import {
  CONDITION_SIDES,
  type ConditionSide,
  type SteeringCondition,
  type TokenDecision,
} from '../../../../src/steering/condition.ts';
import type { Intervention } from '../../../../src/steering/steering.ts';
import { worstError } from '../../../fixtures/stream-error.ts';

interface FixturePart {
  readonly mode: 'add' | 'ablate';
  readonly from: number;
  readonly to: number;
  readonly vector: readonly number[];
}
interface Fixture {
  readonly text: string;
  readonly given: readonly number[];
  readonly neutral: readonly string[];
  readonly readLayer: number;
  readonly along: readonly number[];
  readonly threshold: number;
  readonly parts: Readonly<Record<'sum' | 'mixed', readonly FixturePart[]>>;
  readonly last: Readonly<Record<'sum' | 'mixed', { readonly streams: number[]; readonly logits: number[] }>>;
  readonly cases: readonly {
    readonly parts: 'sum' | 'mixed';
    readonly side: ConditionSide;
    readonly first: number;
    readonly ids: readonly number[];
    readonly decisions: readonly TokenDecision[];
  }[];
}

const FIXTURES = new URL('../../../fixtures/', import.meta.url);
const fixture = JSON.parse(readFileSync(new URL('steering/steering.fixture.json', FIXTURES), 'utf8')) as Fixture;
const MODEL = fileURLToPath(new URL('containers/llama', FIXTURES));
const HIDDEN = 64;
const signal = new AbortController().signal;

let plain: NodeEngine;
let editing: NodeEngine;
beforeAll(async () => {
  plain = await openNodeEngine(MODEL);
  editing = await openNodeEngine(MODEL, { editing: true });
});
afterAll(async () => {
  await plain?.dispose();
  await editing?.dispose();
});

/** Float32 leaves 1e-6 of a stream here; the fixture has six digits. */
const LIMIT = 1e-5;

/** One steering a direction, as each would be by itself. */
const interventionOf = ({ mode, from, to, vector }: FixturePart): Intervention => {
  const length = Math.hypot(...vector);
  return Array.from({ length: to - from + 1 }, (_, index) =>
    mode === 'add'
      ? { stream: from + index, add: Float32Array.from(vector), bound: null }
      : {
          stream: from + index,
          add: null,
          bound: { direction: Float32Array.from(vector, (value) => value / length), low: 0, high: 0 },
        },
  );
};
const together = (name: 'sum' | 'mixed'): Intervention => combineSteering(fixture.parts[name].map(interventionOf));

const conditionOn = (side: ConditionSide, threshold: number): SteeringCondition => ({
  texts: fixture.neutral,
  reading: (means) =>
    fixture.along.reduce(
      (sum, value, feature) => sum + value * meanReading(means)[fixture.readLayer * HIDDEN + feature]!,
      0,
    ),
  holds: (reading) => CONDITION_SIDES[side].holds(reading, threshold),
});

describe('several directions', () => {
  it.each(['sum', 'mixed'] as const)('leave the streams and logits that PyTorch has: %s', async (name) => {
    const { streams, logits } = fixture.last[name];
    const decoders = name === 'sum' ? [plain.decoder, editing.decoder] : [editing.decoder];
    for (const decoder of decoders) {
      const [first, ...others] = plain.tokenizer.encode(fixture.text);
      const start = await decoder.run([first!], null);
      applySteering(decoder, together(name));
      const pass = await decoder.run(others, start.cache);
      applySteering(decoder, []);
      const tokens = others.length;
      const last = Float32Array.from(
        { length: 4 * HIDDEN },
        (_, at) => pass.residuals[(Math.floor(at / HIDDEN) * tokens + tokens - 1) * HIDDEN + (at % HIDDEN)]!,
      );
      expect(worstError(last, Float32Array.from(streams), 1, HIDDEN)).toBeLessThan(LIMIT);
      expect(worstError(pass.logits, Float32Array.from(logits), 1, logits.length)).toBeLessThan(LIMIT);
      start.cache.dispose();
      pass.cache.dispose();
    }
  });
});

describe('writing under a condition', () => {
  const sampling = {
    temperature: 0,
    topK: 0,
    topP: 1,
    seed: 0,
    maxTokens: fixture.cases[0]!.ids.length - fixture.given.length,
  };
  async function write(
    engine: NodeEngine,
    intervention: Intervention,
    condition: SteeringCondition,
    where: 'generated' | 'all' | number,
  ) {
    const decisions: TokenDecision[] = [];
    const grown = new GrownReading();
    const writing = new ConditionalWriting({ ...engine, scorer: noScorer }, intervention, condition, (each) =>
      decisions.push(each),
    );
    const summary = await writing.write({ text: fixture.text, where, sampling, readouts: false }, grown, signal);
    return { decisions, ids: grown.pieces.map(({ id }) => id), summary };
  }

  it.each(fixture.cases.map((each) => [`${each.parts}, ${each.side}, from token ${each.first}`, each] as const))(
    'reads, decides and writes what PyTorch does: %s',
    async (_, { parts, side, first, ids, decisions }) => {
      const where = first === fixture.given.length - 1 ? 'generated' : first === 1 ? 'all' : first;
      const engines = parts === 'sum' ? [plain, editing] : [editing];
      for (const engine of engines)
        for (const decoder of [engine.decoder, { ...engine.decoder, branching: false }]) {
          const found = await write(
            { ...engine, decoder },
            together(parts),
            conditionOn(side, fixture.threshold),
            where,
          );
          expect(found.ids).toEqual(ids);
          expect(found.decisions.map(({ token, steered }) => [token, steered])).toEqual(
            decisions.map(({ token, steered }) => [token, steered]),
          );
          for (const [index, { reading }] of decisions.entries())
            expect(found.decisions[index]!.reading).toBeCloseTo(reading, 3);
        }
    },
    60_000,
  );

  it('that always holds is writing under steering, and one that never does is writing', async () => {
    const never = await write(plain, together('sum'), conditionOn('above', 1e9), 'generated');
    const none = await write(plain, [], conditionOn('above', -1e9), 'generated');
    const always = await write(plain, together('sum'), conditionOn('above', -1e9), 'generated');
    expect(never.ids).toEqual(none.ids);
    expect(never.decisions.some(({ steered }) => steered)).toBe(false);
    expect(always.ids).not.toEqual(none.ids);
    expect(always.decisions.every(({ steered }) => steered)).toBe(true);
  });
});
