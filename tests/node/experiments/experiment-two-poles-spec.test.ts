/** What a `two-poles` spec must say, and that the shipped one does: every refusal names its path. */
import { describe, expect, test } from 'vitest';
import { POLES } from '../../../src/experiments/two-poles/spec.ts';
import { type AxisJson, parsed, type SpecJson, specJson } from '../../fixtures/experiments/two-poles-spec.ts';

const axis = (json: SpecJson, at = 0): AxisJson => json.axes[at] ?? expect.unreachable(`no axis ${at}`);
const topic = (json: SpecJson, at: number, t = 0) => axis(json, at).topics[t] ?? expect.unreachable('no topic');

describe('refusals', () => {
  const cases: readonly (readonly [says: string, alter: (json: SpecJson) => void, message: string])[] = [
    [
      'a third class',
      (json) => Object.assign(axis(json), { kind: 'taste' }),
      'spec.axes[0].kind must be one of conduct, style',
    ],
    ['a missing turn', (json) => Reflect.deleteProperty(topic(json, 4), 'b'), 'spec.axes[4].topics[0].b is missing'],
    [
      'the name of a pole in what shows it',
      (json) => (topic(json, 4).a = 'was generous to the whole street.'),
      'spec.axes[4].topics[0].a holds "generous", which names generous or stingy',
    ],
    [
      'a pole that ends as the neutral turn does',
      (json) => (topic(json, 4, 2).b = topic(json, 4, 2).neutral),
      'spec.axes[4].topics[2] ends in the same way twice',
    ],
    [
      'a turn of two axes',
      (json) => Object.assign(topic(json, 5, 1), { ...topic(json, 4, 1), id: 'twice' }),
      'spec.axes[5].topics[1].a is the same as spec.axes[4].topics[1].a',
    ],
    [
      'a topic twice',
      (json) => (topic(json, 6, 3).id = topic(json, 6, 2).id),
      'spec.axes[6].topics[3].id is the same as spec.axes[6].topics[2].id',
    ],
    [
      'a turn without an end',
      (json) => (topic(json, 7).a = 'said so'),
      'spec.axes[7].topics[0].a must end its sentence',
    ],
    [
      'a marked axis that is not there',
      (json) => (axis(json, 3).marked = 'bold-shy'),
      'spec.axes[3].marked names the axis "bold-shy", which the spec does not have',
    ],
    [
      'a marked axis of the other class',
      (json) => (axis(json, 3).marked = 'loud-quiet'),
      'spec.axes[3].marked is "loud-quiet", an axis of style, and this one is of conduct',
    ],
    [
      'the axis itself as marked',
      (json) => (axis(json, 3).marked = axis(json, 3).id),
      'spec.axes[3].marked is the axis itself',
    ],
    [
      'one marked axis for two',
      (json) => (axis(json, 3).marked = axis(json, 2).marked),
      'spec.axes[3].marked is the same as spec.axes[2].marked',
    ],
    [
      'an axis too few in a class',
      (json) => (axis(json, 0).kind = 'style'),
      'spec.axes[0].marked is "brave-cowardly", an axis of conduct',
    ],
    [
      'topics that do not fill the contexts',
      (json) => axis(json, 5).topics.pop(),
      'spec.axes[5].topics must be a multiple of perContext, 4, got 15',
    ],
    [
      'fewer topics than a context shows and asks',
      (json) => (axis(json, 5).topics.length = 8),
      'spec.axes[5].topics must have 12 to 400 items, got 8',
    ],
    ['doses out of order', (json) => (json.doses = [1, 4, 2, 8]), 'spec.doses[2] must be above the dose before it'],
    [
      'poles of unequal length',
      (json) => axis(json, 8).topics.forEach((one) => (one.a = `in the end, after all was said and done, ${one.a}`)),
      'spec.axes[8]: turns of fair have',
    ],
    ['a threshold left out', (json) => delete json.thresholds['gainBits'], 'spec.thresholds.gainBits is missing'],
    [
      'more axes than there are',
      (json) => (json.thresholds['axesPerClass'] = 13),
      'spec.axes holds 12 of conduct and 12 of style, and thresholds.axesPerClass asks for 13 of each',
    ],
    ['a misspelt name', (json) => Object.assign(axis(json, 1), { markd: 'x' }), 'spec.axes[1].markd is not known'],
    [
      'more dose topics than contexts',
      (json) => (json.doseTopics = 9),
      'spec.doseTopics must be a whole number from 0 to 4',
    ],
  ];

  test.each(cases)('%s', (_, alter, message) => {
    const json = specJson();
    alter(json);
    expect(() => parsed(json)).toThrow(message);
  });
});

describe('the shipped spec', () => {
  const spec = parsed();

  test('has twelve axes a class, 40 topics where the shipped sets have them, and 16 where they were written', () => {
    for (const kind of ['conduct', 'style'] as const)
      expect(spec.axes.filter((one) => one.kind === kind)).toHaveLength(12);
    for (const { topics, source } of spec.axes) expect(topics).toHaveLength(source.startsWith('probes/sets') ? 40 : 16);
  });

  test('has poles of one length: on no axis but the one about length are they a tenth apart in words by more than one', () => {
    for (const { id, topics } of spec.axes) {
      if (id === 'terse-wordy') continue;
      const [one, other] = POLES.map(
        (pole) => topics.reduce((sum, each) => sum + each[pole].split(' ').length, 0) / topics.length,
      );
      expect(Math.abs((one ?? NaN) - (other ?? NaN)), id).toBeLessThan(1);
    }
  });

  test('says what was seen before it was final', () => {
    expect(spec.seenBefore).toMatch(/^Three axes were looked at before/);
  });

  test('shares no word of meaning between a turn and the opposite turn more often than with its own pole', () => {
    // Else an opposite could gain by words that the shown pole's turns repeat.
    const stems = (text: string): Set<string> =>
      new Set((text.toLowerCase().match(/[a-z]{5,}/g) ?? []).map((word) => word.slice(0, 5)));
    for (const kind of ['conduct', 'style'] as const) {
      const overlap = { own: 0, opposite: 0 };
      for (const { topics } of spec.axes.filter((one) => one.kind === kind))
        for (const asked of topics)
          for (const shown of topics) {
            if (asked === shown) continue;
            for (const pole of POLES) {
              const shownStems = stems(shown[pole]);
              const shared = (text: string): number => [...stems(text)].filter((stem) => shownStems.has(stem)).length;
              overlap.own += shared(asked[pole]);
              overlap.opposite += shared(asked[pole === 'a' ? 'b' : 'a']);
            }
          }
      expect(overlap.opposite, kind).toBeLessThan(overlap.own);
    }
  });
});
