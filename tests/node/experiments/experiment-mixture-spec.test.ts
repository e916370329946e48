/**
 * What a spec of the design `mixture` may not say, each refused by its path; the orders and texts that its parts make;
 * and the size of the work.
 */
import { describe, expect, it } from 'vitest';
import type { RunSize } from '../../../src/experiments/experiment-types.ts';
import { questionsOf, unitOf, unitsOf } from '../../../src/experiments/mixture/contexts.ts';
import { mixture } from '../../../src/experiments/mixture/index.ts';
import { netOf, ordersOf } from '../../../src/experiments/mixture/orders.ts';
import { CONDITIONS, type MixtureSpec } from '../../../src/experiments/mixture/spec.ts';
import { alteredJson, refusal } from '../../fixtures/refusal.ts';
import { loaded, parsed, SHIPPED } from '../../fixtures/experiments/mixture-spec.ts';

const spec = parsed();
const pair = (topic: number, at: number) => spec.topics[topic]?.evidence[at] ?? expect.unreachable('no such pair');

describe('a spec is refused', () => {
  it.each<[string, readonly (string | number)[], unknown, RegExp]>([
    [
      'for a factor that there is not',
      ['factors', 'weather'],
      ['dry', 'wet'],
      /^spec\.factors\.weather is no factor of this design, which has frame, steering, sentences\.$/,
    ],
    [
      'for a level that there is not',
      ['factors', 'frame'],
      ['none', 'kind', 'wicked', 'neutral'],
      /^spec\.factors\.frame\[2\] must be "cruel", got "wicked"/,
    ],
    [
      'for steering of another size',
      ['factors', 'steering'],
      [-2, 0, 2],
      /^spec\.factors\.steering\[0\] must be -1, got -2/,
    ],
    [
      'for a level too few',
      ['factors', 'frame'],
      ['none', 'kind', 'cruel'],
      /^spec\.factors\.frame must have 4 items, got 3/,
    ],
    [
      'for doses that do not begin with 0',
      ['factors', 'sentences'],
      [2, 4, 8],
      /^spec\.factors\.sentences\[0\] is 2; numbers of sentences begin with 0 and ascend/,
    ],
    [
      'for doses that fall',
      ['factors', 'sentences'],
      [0, 4, 2],
      /^spec\.factors\.sentences\[2\] is 2; numbers of sentences begin with 0 and ascend/,
    ],
    [
      'for a first order that is not all kind',
      ['orders'],
      [12, 8],
      /^spec\.orders\[0\] must be 16, all sentences kind, got 12/,
    ],
    [
      'for orders that mix nothing',
      ['orders'],
      [16, 16, 0],
      /^spec\.orders must hold an order that mixes both versions, got 16, 16, 0/,
    ],
    ['for more orders beside than there are', ['beside'], 6, /^spec\.beside must be a whole number from 1 to 5, got 6/],
    [
      'for a quick run of five topics',
      ['quick', 'topics'],
      5,
      /^spec\.quick\.topics must be a whole number from 6 to 16, got 5/,
    ],
    [
      'for a quick run that has more beside than without',
      ['quick'],
      { topics: 6, orders: 1, beside: 2 },
      /^spec\.quick\.beside is 2, and orders 1/,
    ],
    ['without a threshold', ['thresholds', 'rope'], undefined, /^spec\.thresholds\.rope is missing/],
    ['for steering of no KL', ['thresholds', 'kl'], 0, /^spec\.thresholds\.kl must be above 0/],
    [
      'for frames of two lengths',
      ['frames', 'neutral'],
      'A story.',
      /^spec\.frames\.neutral has 8 characters and kind has 56; they must not differ by more than 15 %/,
    ],
    [
      'for fewer sentences than the largest dose',
      ['topics', 3, 'evidence'],
      spec.topics[3]?.evidence.slice(1),
      /^spec\.topics\[3\]\.evidence must have 16 pairs or more, got 15/,
    ],
    [
      'for a pair of two lengths',
      ['topics', 2, 'evidence', 5, 'cruel'],
      'She left.',
      /^spec\.topics\[2\]\.evidence\[5\]\.cruel has 9 characters and kind has 47/,
    ],
    [
      'for a pair that says the same',
      ['topics', 2, 'evidence', 5, 'cruel'],
      pair(2, 5).kind,
      /^spec\.topics\[2\]\.evidence\[5\]\.cruel is the same as kind/,
    ],
    [
      'for a sentence that begins otherwise',
      ['topics', 2, 'evidence', 5, 'cruel'],
      'Then the orphan was locked in with all his fear.',
      /^spec\.topics\[2\]\.evidence\[5\]\.cruel must be one sentence that begins with "She"/,
    ],
    [
      'for two sentences',
      ['topics', 2, 'evidence', 5, 'cruel'],
      'She came. She locked the orphan in, with his fear.',
      /must be one sentence that begins with "She" and ends with its only full stop/,
    ],
    [
      'for a keyword',
      ['topics', 2, 'evidence', 5, 'cruel'],
      'She was cruel to the orphan who told of his fear.',
      /^spec\.topics\[2\]\.evidence\[5\]\.cruel holds the keyword "cruel"/,
    ],
    [
      'for a keyword in a frame',
      ['frames', 'kind'],
      'This is by a kind writer whose people know one another.',
      /^spec\.frames\.kind holds the keyword "kind"/,
    ],
    [
      'for a sentence twice',
      ['topics', 1, 'evidence', 0],
      pair(1, 7),
      /^spec\.topics\[1\]\.evidence\[7\]\.kind is the same as spec\.topics\[1\]\.evidence\[0\]\.kind/,
    ],
    [
      'for evidence that is also a way of going on',
      ['topics', 0, 'continuations', 0],
      { kind: pair(0, 8).kind, cruel: 'She wrote down what the poor families owed her.' },
      /^spec\.topics\[0\]\.continuations\[0\]\.kind is the same as spec\.topics\[0\]\.evidence\[8\]\.kind/,
    ],
    [
      'for ways of going on that begin differently',
      ['topics', 0, 'continuations', 0, 'cruel'],
      'Later she gave the hungry boy a kick.',
      /^spec\.topics\[0\]\.continuations\[0\]\.cruel must begin with the words "Then she" as kind does/,
    ],
    [
      'for three ways of going on',
      ['topics', 0, 'continuations'],
      spec.topics[0]?.continuations.slice(1),
      /^spec\.topics\[0\]\.continuations must have 4 to 1000 items, got 3/,
    ],
    [
      'for a setting without its name',
      ['topics', 4, 'setting'],
      'A nurse was on the night ward.',
      /^spec\.topics\[4\]\.setting must begin with the name Ruth/,
    ],
    ['for a topic twice', ['topics', 4, 'id'], 'farm', /^spec\.topics\[4\]\.id is "farm", as that of another/],
    [
      'for more men than women',
      ['topics'],
      spec.topics.filter(({ id }) => id !== 'bakery'),
      /^spec\.topics: of all topics 8 are about a man and 7 about a woman/,
    ],
    [
      'for a quick run of more men than women',
      ['topics'],
      [...spec.topics.filter(({ id }) => id !== 'bakery'), spec.topics[0]].toSorted((a, b) =>
        a?.pronoun === b?.pronoun ? 0 : a?.pronoun === 'he' ? -1 : 1,
      ),
      /^spec\.topics: of the first 6 topics, which a quick run takes, 6 are about a man and 0 about a woman/,
    ],
    ['for five scenes to fit on', ['fit'], spec.fit.slice(0, 5), /^spec\.fit must have 6 to 1000 items, got 5/],
    [
      'for a layer beyond the last',
      ['steering', 'index'],
      31,
      /^spec\.steering\.index must be a whole number from 1 to 30, got 31/,
    ],
  ])('%s', (_, path, value, message) => {
    const { code, message: told } = refusal(() => loaded(alteredJson(SHIPPED, path, value)));
    expect(code).toBe('spec-invalid');
    expect(told).toMatch(message);
  });
});

describe('the orders of the shipped spec', () => {
  const all = spec.topics.map((_, topic) => ordersOf(spec, topic));

  it('are ten a topic, with the planned numbers of kind sentences, each followed by its mirror', () => {
    for (const orders of all) {
      expect(orders.map(({ signs }) => signs.filter((sign) => sign > 0).length)).toEqual([
        16, 0, 12, 4, 12, 4, 8, 8, 8, 8,
      ]);
      for (let at = 0; at < orders.length; at += 2) {
        const [one, mirror] = orders.slice(at, at + 2);
        expect(mirror?.beats).toEqual(one?.beats);
        expect(mirror?.signs).toEqual(one?.signs.map((sign) => -sign));
        expect([...(one?.beats ?? [])].sort((a, b) => a - b)).toEqual(Array.from({ length: 16 }, (_, beat) => beat));
      }
    }
  });

  it('differ from topic to topic, and come out the same again', () => {
    expect(new Set(all.map((orders) => JSON.stringify(orders))).size).toBe(16);
    expect(ordersOf(spec, 5)).toEqual(all[5]);
    expect(ordersOf({ ...spec, seed: spec.seed + 1 }, 5)).not.toEqual(all[5]);
  });

  it('let the last sentence and the balance go together far less than chance would', () => {
    const correlation = (orders: readonly (typeof all)[number][]): number => {
      const told = orders
        .flat()
        .flatMap(({ signs }) =>
          [2, 4, 8, 16].map((dose) => ({ last: signs[dose - 1] ?? NaN, share: netOf(signs.slice(0, dose)) / dose })),
        );
      const sum = (of: (one: (typeof told)[number]) => number): number =>
        told.reduce((total, one) => total + of(one), 0);
      return (
        sum(({ last, share }) => last * share) /
        Math.sqrt(sum(({ last }) => last ** 2) * sum(({ share }) => share ** 2))
      );
    };
    // Of one draw instead of the best of a hundred the mixed orders alone reach about what all ten have here.
    expect(correlation(all)).toBeLessThan(0.35);
    expect(correlation(all)).toBeGreaterThan(-0.35);
    expect(correlation(all.map((orders) => orders.slice(2)))).toBeLessThan(0.1);
  });
});

describe('the texts', () => {
  it('put frame, setting and evidence in order, each context of an order the beginning of the next', () => {
    const unit = unitOf(spec, 'ferry.cruel') ?? expect.unreachable('no such unit');
    const questions = questionsOf(spec, unit);
    expect(questions).toHaveLength(1 + 4 * 4);
    expect(questions[0]?.context).toBe(`${spec.frames.cruel} Anton worked the ferry across the river.`);
    for (let order = 0; order < 4; order += 1) {
      const contexts = questions.slice(1 + 4 * order, 5 + 4 * order).map(({ context }) => context);
      contexts.forEach((context, at) =>
        expect(context.startsWith(contexts[at - 1] ?? questions[0]?.context ?? '')).toBe(true),
      );
      expect(contexts.map((context) => context.split('. ').length - 2)).toEqual([2, 4, 8, 16]);
    }
    const told = questions[4]?.context ?? '';
    expect(spec.topics[1]?.evidence.every(({ kind, cruel }) => told.includes(kind) && !told.includes(cruel))).toBe(
      true,
    );
    expect(questions[8]?.context).not.toContain(pair(1, 0).kind);
    for (const { continuations } of questions)
      expect(continuations).toEqual(spec.topics[1]?.continuations.flatMap(({ kind, cruel }) => [kind, cruel]));
  });

  it('are the same evidence in every condition, so that only frame or steering differs', () => {
    const evidence = CONDITIONS.map(({ id, frame }) => {
      const unit = unitOf(spec, `court.${id}`) ?? expect.unreachable(id);
      return questionsOf(spec, unit)
        .slice(0, 17)
        .map(({ context }) => (frame === 'none' ? context : context.slice(spec.frames[frame].length + 1)));
    });
    for (const other of evidence) expect(other).toEqual(evidence[0]);
  });
});

describe('the size of the work', () => {
  const tokens = (own: MixtureSpec, size: RunSize): number =>
    mixture.units(own, size).reduce((sum, { cost }) => sum + cost.read, mixture.preparation(own, size).read);

  it('is below 350,000 tokens in full and 60,000 quickly, by the estimate', () => {
    expect(tokens(spec, 'full')).toBeLessThan(350_000);
    expect(tokens(spec, 'full')).toBeGreaterThan(200_000);
    expect(tokens(spec, 'quick')).toBeLessThan(60_000);
  });

  it('is dealt out in 96 units by topic and condition, 36 quickly, in the order of their ids', () => {
    for (const [size, count] of [
      ['full', 96],
      ['quick', 36],
    ] as const) {
      const ids = mixture.units(spec, size).map(({ id }) => id);
      expect(ids).toHaveLength(count);
      expect(ids).toEqual([...new Set(ids)].sort());
      for (const unit of unitsOf(spec, size)) expect(unitOf(spec, unit.id)).toEqual(unit);
    }
    expect(unitOf(spec, 'ferry.dream')).toBeNull();
  });
});
