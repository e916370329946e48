/** What the shipped flip-back spec holds, and what the design refuses. */
import { describe, expect, test } from 'vitest';
import { segmentsOf } from '../../../src/experiments/flip-back/schedules.ts';
import { keptLayers } from '../../../src/experiments/flip-back/spec.ts';
import { parseJson, shippedJson } from '../../fixtures/experiments/flip-back-spec.ts';

const spec = parseJson(shippedJson());

describe('the shipped spec', () => {
  test('has 24 moral stories and 8 on each control axis, of 12 beats', () => {
    expect(spec.axes.map(({ id, stories, fit }) => [id, stories.length, fit.length])).toEqual([
      ['moral', 24, 44],
      ['formal', 8, 23],
      ['mood', 8, 23],
    ]);
    for (const { stories } of spec.axes) for (const { beats } of stories) expect(beats.length).toBe(12);
  });

  test('its versions are matched in length: beats within 20 %, stories within 10 %', () => {
    const apart = (light: number, dark: number) => Math.abs(light - dark) / ((light + dark) / 2);
    for (const { stories } of spec.axes) {
      for (const { id, beats } of stories) {
        for (const [beat, { light, dark }] of beats.entries())
          expect(apart(light.length, dark.length), `${id} ${beat + 1}`).toBeLessThanOrEqual(0.2);
        const total = (pole: 'light' | 'dark') => beats.reduce((sum, beat) => sum + beat[pole].length, 0);
        expect(apart(total('light'), total('dark')), id).toBeLessThanOrEqual(0.1);
      }
    }
  });

  test('over all moral stories neither version is longer by more than 3 %', () => {
    const beats = spec.axes[0]?.stories.flatMap((story) => story.beats) ?? [];
    const total = (pole: 'light' | 'dark') => beats.reduce((sum, beat) => sum + beat[pole].length, 0);
    expect(Math.abs(total('light') / total('dark') - 1)).toBeLessThan(0.03);
  });

  test('no beat holds a keyword, nor a word that the judge asks for', () => {
    const banned = new Set([...spec.keywords, ...spec.judge.questions.flatMap(({ light, dark }) => [light, dark])]);
    const beats = spec.axes.flatMap(({ stories }) =>
      stories.flatMap((story) => story.beats.flatMap(({ light, dark }) => [light, dark])),
    );
    for (const sentence of beats)
      expect(
        sentence
          .toLowerCase()
          .split(/[^\p{L}]+/u)
          .filter((word) => banned.has(word)),
        sentence,
      ).toEqual([]);
  });

  test('no sentence stands twice, and each is one sentence that ends', () => {
    const beats = spec.axes.flatMap(({ stories }) =>
      stories.flatMap((story) => story.beats.flatMap(({ light, dark }) => [light, dark])),
    );
    expect(new Set(beats).size).toBe(beats.length);
    for (const sentence of beats) expect(sentence).toMatch(/^\p{Lu}.*[.!?]"?$/u);
  });

  test('both versions of a beat begin with the same situation', () => {
    for (const { id, beats } of spec.axes.flatMap(({ stories }) => stories)) {
      for (const { light, dark } of beats) {
        let same = 0;
        while (light[same] === dark[same]) same += 1;
        expect(same, `${id}: ${light}`).toBeGreaterThan(9);
      }
    }
  });

  test('reads layer 16 of 30 and two beside it, and the same share of another depth', () => {
    expect(keptLayers(spec, 30)).toEqual([14, 16, 18]);
    expect(keptLayers(spec, 24)).toEqual([11, 13, 15]);
  });

  test('an order puts its special sentence before its beat, and control texts never enter', () => {
    const [story] = spec.axes[0]?.stories ?? [];
    const dream = spec.axes[0]?.schedules.find(({ id }) => id === 'dream');
    if (story === undefined || dream === undefined) return expect.fail('no story or no dream');
    const segments = segmentsOf(story, dream);
    expect(segments.length).toBe(13);
    expect(segments[4]).toBe(story.beats[3]?.light);
    expect(segments[5]).toBe(`${story.dream ?? ''} ${story.beats[4]?.dark ?? ''}`);
    expect(segments[9]).toBe(`${story.wake ?? ''} ${story.beats[8]?.light ?? ''}`);
  });
});

const MORAL = 'spec.axes[0]';
const GONE = Symbol('left out');

/** A copy of the shipped spec in which the value at `path` has become what `to` makes of it. */
function changed(path: string, to: (old: unknown) => unknown): unknown {
  const copy = shippedJson();
  const keys = path.split('.');
  const last = keys.pop() ?? '';
  const parent = keys.reduce<Record<string, unknown>>((value, key) => value[key] as Record<string, unknown>, copy);
  const value = to(parent[last]);
  if (value === GONE) delete parent[last];
  else parent[last] = value;
  return copy;
}

const list = (value: unknown): unknown[] => value as unknown[];
const lengthened = (value: unknown): unknown =>
  list(value).map((beat) => {
    const { dark } = beat as { dark: string };
    return { light: `${dark} ${'x'.repeat(Math.floor(dark.length * 0.15))}`, dark };
  });

/** What is changed, where, into what, and what the refusal says. */
const REFUSALS: readonly (readonly [what: string, path: string, to: (old: unknown) => unknown, says: string])[] = [
  [
    'a story with too few beats',
    'axes.0.stories.3.beats',
    (old) => list(old).slice(1),
    `${MORAL}.stories[3].beats must have 12 items, got 11`,
  ],
  [
    'a beat whose versions differ in length',
    'axes.0.stories.3.beats.2.light',
    (old) => `${String(old)} And then there was nothing more to be said about the matter.`,
    `${MORAL}.stories[3].beats[2]: the light version`,
  ],
  [
    'a story whose versions differ in length',
    'axes.0.stories.1.beats',
    lengthened,
    `${MORAL}.stories[1].beats: the light version`,
  ],
  [
    'a keyword',
    'axes.0.stories.0.beats.0.dark',
    (old) => String(old).replace('drove', 'cruelly'),
    `${MORAL}.stories[0].beats[0].dark holds the keyword "cruelly"`,
  ],
  [
    'an unknown letter',
    'schedules.2.letters',
    () => 'LLLLWWWWXWWW',
    'spec.schedules[2].letters may hold the letters L and W only, got "X"',
  ],
  [
    'a schedule of another length',
    'schedules.3.letters',
    () => 'WWWWLLLL',
    'spec.schedules[3].letters must have 12 letters, one a beat, got 8',
  ],
  [
    'unbalanced switches',
    'schedules.5.letters',
    () => 'WWWWLLLLLWWW',
    'spec.schedules: the schedules that switch without a dream or a topic break hold 25 L and 23 W beats',
  ],
  [
    'letters that do not make the schedule',
    'schedules.6.letters',
    () => 'LLLLLLLLLLLL',
    'spec.schedules[6].letters must be LLLLWWWWLLLL for the schedule "dream"',
  ],
  [
    'a special sentence at another beat',
    'schedules.6.special.0.beat',
    () => 6,
    'spec.schedules[6].special must be dream before beat 5',
  ],
  ['schedules in another order', 'schedules', (old) => list(old).reverse(), 'spec.schedules[0].id must be "all-light"'],
  ['two stories of one name', 'axes.0.stories.5.id', () => 'campsite', `${MORAL}.stories[5].id "campsite"`],
  ['two topics of one name', 'axes.1.fit.4.id', () => 'bank', 'spec.axes[1].fit[4].id "bank"'],
  [
    'a topic with the setting of a story',
    'axes.0.fit.7.setting',
    () => 'Nadia drove the number nine bus on the hill route.',
    `${MORAL}.fit[7].setting`,
  ],
  ['too few topics', 'axes.0.fit', (old) => list(old).slice(0, 35), `${MORAL}.fit must have 36 to 200 items, got 35`],
  ['no tap', 'taps', () => [], 'spec.taps must have 1 to 4 items, got 0'],
  ['taps left out', 'taps', () => GONE, 'spec.taps is missing'],
  ['a missing special sentence', 'axes.0.stories.8.wake', () => GONE, `${MORAL}.stories[8].wake is missing`],
  ['a missing threshold', 'thresholds.kappa', () => GONE, 'spec.thresholds.kappa is missing'],
  [
    'beats to recover in beyond the next switch',
    'thresholds.recoverBeats',
    () => 5,
    'spec.thresholds.recoverBeats must be a whole number from 1 to 4',
  ],
  ['two prompts of one name', 'free.prompts.1.id', () => 'rink', 'spec.free.prompts[1].id "rink"'],
  [
    'prompts that lean to one side',
    'free.prompts.0.so',
    () => 'cruel',
    'spec.free.prompts: 3 of 12 prompts are "kind" so far',
  ],
  [
    'rollouts that do not fill their units',
    'free.rollouts',
    () => 30,
    'spec.free.rollouts must be a multiple of perUnit (24), got 30',
  ],
  ['axes in another order', 'axes', (old) => list(old).reverse(), 'spec.axes[0].id must be "moral"'],
  [
    'a control axis with a schedule too many',
    'axes.1.schedules',
    (old) => [...list(old), 'dream'],
    'spec.axes[1].schedules must have 4 items, got 5',
  ],
  [
    'one question to the judge',
    'judge.questions',
    (old) => list(old).slice(1, 2),
    'spec.judge.questions must have 2 to 4 items, got 1',
  ],
];

describe('refusals', () => {
  test.each(REFUSALS)('%s', (_, path, to, says) => {
    expect(() => parseJson(changed(path, to))).toThrow(says);
  });
});
