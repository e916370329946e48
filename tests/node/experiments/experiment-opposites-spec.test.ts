/** What an `opposites` spec must say, and that the shipped one does: every refusal names its path. */
import { describe, expect, test } from 'vitest';
import { questionAbout, agreementOf } from '../../../src/experiments/opposites/agreement.ts';
import {
  asSentence,
  contextsOf,
  extentOf,
  halfOf,
  matchingContexts,
  neutralOf,
} from '../../../src/experiments/opposites/contexts.ts';
import { cellOf, CELLS } from '../../../src/experiments/opposites/spec.ts';
import { namedIn } from '../../../src/experiments/spec-checks.ts';
import { type AxisJson, parsed, type SpecJson, specJson } from '../../fixtures/experiments/opposites-spec.ts';

const axis = (json: SpecJson, at = 0): AxisJson => json.axes[at] ?? expect.unreachable(`no axis ${at}`);

describe('refusals', () => {
  const cases: readonly (readonly [says: string, alter: (json: SpecJson) => void, message: string])[] = [
    [
      'an unknown factor',
      (json) => {
        axis(json).mood = 'glad';
      },
      'spec.axes[0].mood is no factor of this design',
    ],
    [
      'an unknown level',
      (json) => {
        (axis(json, 2) as Record<string, unknown>).moral = 'rather';
      },
      'spec.axes[2].moral must be true or false, got "rather"',
    ],
    [
      'a missing factor',
      (json) => {
        delete (axis(json, 1) as Record<string, unknown>).opposable;
      },
      'spec.axes[1].opposable is missing',
    ],
    [
      'a cell without axes',
      (json) => {
        json.axes = json.axes.filter(({ moral, opposable }) => moral || opposable);
        json.related = [];
      },
      'spec.axes has no axis with moral false and opposable false',
    ],
    [
      'fewer sentences than items',
      (json) => {
        axis(json, 3).shows.pop();
      },
      'spec.axes[3].shows must have 8 items, got 7',
    ],
    [
      'more acts than items',
      (json) => {
        axis(json, 3).acts.push('did one thing more.');
      },
      'spec.axes[3].acts must have 8 items, got 9',
    ],
    [
      'fewer opposite acts than items',
      (json) => {
        axis(json, 4).oppositeActs.pop();
      },
      'spec.axes[4].oppositeActs must have 8 items, got 7',
    ],
    [
      'X in what shows it',
      (json) => {
        axis(json).shows[2] = 'He was kind to the lost child under the old bridge.';
      },
      'spec.axes[0].shows[2] holds "kind"',
    ],
    [
      'a form of X in its acts',
      (json) => {
        axis(json).acts[0] = 'spoke kindly to the old man.';
      },
      'spec.axes[0].acts[0] holds "kindly"',
    ],
    [
      'the antonym in what shows X',
      (json) => {
        axis(json).shows[5] = 'He never bore the cruelty of the other boys in silence.';
      },
      'spec.axes[0].shows[5] holds "cruelty"',
    ],
    [
      'the antonym in its own acts',
      (json) => {
        axis(json).oppositeActs[1] = 'was cruel to the limping dog.';
      },
      'spec.axes[0].oppositeActs[1] holds "cruel"',
    ],
    [
      'the same string in two axes',
      (json) => {
        axis(json, 7).acts[3] = axis(json, 1).acts[2] ?? '';
      },
      'spec.axes[7].acts[3] is the same as spec.axes[1].acts[2]',
    ],
    [
      'the same string within an axis',
      (json) => {
        axis(json).shows[1] = axis(json).shows[0] ?? '';
      },
      'spec.axes[0].shows[1] is the same as spec.axes[0].shows[0]',
    ],
    [
      'a neutral sentence that shows an axis',
      (json) => {
        json.neutral[4] = axis(json, 2).shows[0] ?? '';
      },
      'spec.neutral[4] is the same as spec.axes[2].shows[0]',
    ],
    [
      'an id twice',
      (json) => {
        axis(json, 5).id = axis(json, 4).id;
      },
      'spec.axes[5].id is the same as spec.axes[4].id',
    ],
    [
      'an act without a full stop',
      (json) => {
        axis(json, 1).acts[6] = 'kept the scales clean';
      },
      'spec.axes[1].acts[6] must be a clause',
    ],
    [
      'an act that is a sentence of its own',
      (json) => {
        axis(json, 1).acts[6] = 'He kept the scales clean.';
      },
      'spec.axes[1].acts[6] must be a clause',
    ],
    [
      'an act of two sentences',
      (json) => {
        axis(json, 1).acts[6] = 'kept the scales. They were clean.';
      },
      'spec.axes[1].acts[6] must be a clause',
    ],
    [
      'a sentence about somebody else',
      (json) => {
        axis(json, 1).shows[6] = 'She marked the shortest route on the map for him.';
      },
      'spec.axes[1].shows[6] must be one sentence that begins with "He"',
    ],
    [
      'a missing trigger',
      (json) => {
        json.triggers.pop();
      },
      'spec.triggers must be even in number',
    ],
    [
      'no triggers',
      (json) => {
        delete (json as Record<string, unknown>).triggers;
      },
      'spec.triggers is missing',
    ],
    [
      'two triggers fewer than items',
      (json) => {
        json.triggers.length = 6;
        json.doses = [1, 6];
      },
      'spec.axes[0].shows must have 6 items, got 8',
    ],
    [
      'a trigger that no act can follow',
      (json) => {
        json.triggers[1] = 'When the others arrived, she';
      },
      'spec.triggers[1] must begin with a capital and end with "he"',
    ],
    [
      'doses out of order',
      (json) => {
        json.doses = [1, 4, 2];
      },
      'spec.doses[2] must be above the dose before it',
    ],
    [
      'a dose above the sentences',
      (json) => {
        json.doses = [1, 9];
      },
      'spec.doses[1] must be a whole number from 1 to 8',
    ],
    [
      'too small a largest dose',
      (json) => {
        json.doses = [1, 2];
      },
      'spec.doses must end at 4 sentences or more',
    ],
    [
      'too few neutral sentences',
      (json) => {
        json.neutral.length = 14;
      },
      'spec.neutral must have 16 to 200 items, got 14',
    ],
    [
      'naming without a name',
      (json) => {
        json.naming.named = 'Everyone knew him well.';
      },
      'spec.naming.named must hold {called} once',
    ],
    [
      'a question without X',
      (json) => {
        json.questions[3] = 'The antonym is';
      },
      'spec.questions[3] must hold {x} once',
    ],
    [
      'a related axis that is not there',
      (json) => {
        (json.related[0] ?? [])[1] = 'gallant';
      },
      'spec.related[0][1] names the axis "gallant"',
    ],
    [
      'a valence beyond the scale',
      (json) => {
        axis(json).valence = 3;
      },
      'spec.axes[0].valence must be a whole number from -2 to 2',
    ],
    [
      'a missing threshold',
      (json) => {
        delete json.thresholds.ropeBits;
      },
      'spec.thresholds.ropeBits is missing',
    ],
    [
      'a missing share of steered axes',
      (json) => {
        delete json.thresholds.pushedShare;
      },
      'spec.thresholds.pushedShare is missing',
    ],
    [
      'no interventions',
      (json) => {
        delete (json as Record<string, unknown>).push;
      },
      'spec.push is missing',
    ],
    [
      'a KL of nothing',
      (json) => {
        json.push.kl = 0;
      },
      'spec.push.kl must be greater than 0, got 0',
    ],
    [
      'a KL that need not be met',
      (json) => {
        json.push.tolerance = 0.6;
      },
      'spec.push.tolerance must lie between 0.01 and 0.5',
    ],
    [
      'more neutral texts than are read',
      (json) => {
        json.push.texts = 13;
      },
      'spec.push.texts must be a whole number from 1 to 12',
    ],
    [
      'no try',
      (json) => {
        json.push.tries = 0;
      },
      'spec.push.tries must be a whole number from 1 to 20',
    ],
    [
      'interventions without a rule',
      (json) => {
        delete json.push.rule;
      },
      'spec.push.rule is missing',
    ],
    [
      'a layer outside the model',
      (json) => {
        json.layerShare = 1.2;
      },
      'spec.layerShare must lie between 0 and 1',
    ],
  ];
  test.each(cases)('%s', (_, alter, message) => {
    const json = specJson();
    alter(json);
    expect(() => parsed(json)).toThrow(message);
  });

  test('cells with fewer axes than the gate asks for, with the four counts: the gate could only fail after the run', () => {
    const moved = specJson();
    const first = moved.axes.find(({ moral, opposable }) => moral && opposable) ?? expect.unreachable('no moral axis');
    first.moral = false;
    expect(() => parsed(moved)).toThrow(
      'spec.axes: the cells hold 11 (moral, with an antonym), 12 (moral, without one), 13 (not moral, with an antonym), 12 (not moral, without one), and thresholds.axesPerCell asks for 12 in each',
    );
    // Anyone who writes down that fewer are enough may run with fewer; a cell may have more.
    moved.thresholds.axesPerCell = 11;
    expect(parsed(moved).axes).toHaveLength(48);
    moved.thresholds.axesPerCellQuick = 12;
    expect(() => parsed(moved)).toThrow('thresholds.axesPerCellQuick asks for 12 in each');
  });

  test('names that nothing reads, wherever they stand, with the nearest that is known', () => {
    const refused = (alter: (json: SpecJson) => void, message: string): void => {
      const json = specJson();
      alter(json);
      expect.soft(() => parsed(json)).toThrow(message);
    };
    refused((json) => {
      json.threshholds = {};
    }, 'spec.threshholds is not known; the nearest name that is known there is thresholds.');
    refused((json) => {
      json.thresholds.foo = 1;
    }, 'spec.thresholds.foo is not known');
    refused((json) => {
      json.thresholds.ropebits = 1;
    }, 'spec.thresholds.ropebits is not known; the nearest name that is known there is ropeBits.');
    refused((json) => {
      json.push.tolerence = 0.1;
    }, 'spec.push.tolerence is not known; the nearest name that is known there is tolerance.');
    refused((json) => {
      (json.rule as unknown as Record<string, string>).denied = 'Never.';
    }, 'spec.rule.denied is not known; the nearest name that is known there is deny.');
  });

  test('names are found by their parts and forms, short words only as a name of their own', () => {
    expect(namedIn('baked a generosity cake.', ['generous'])).toBe('generosity');
    expect(namedIn('robbed the bank.', ['grave robber'])).toBe('robbed');
    expect(namedIn('rowed to the island.', ['grave robber'])).toBeNull();
    expect(namedIn('caught the robbers at night.', ['grave robber'])).toBe('robbers');
    expect(namedIn('was shyly silent.', ['shy'])).toBe('shyly');
    expect(namedIn('went out of the house.', ['man of means'])).toBeNull();
  });
});

describe('the shipped strings', () => {
  const spec = parsed();

  test('are 48 axes, twelve a cell', () => {
    expect(CELLS.map(({ id }) => spec.axes.filter((one) => cellOf(one) === id).length)).toEqual([12, 12, 12, 12]);
  });

  test('what shows X has 8 to 14 words, acts 5 to 9, neutral sentences 8 to 14', () => {
    const count = (value: string): number => value.split(/\s+/).length;
    for (const { id, shows, acts, oppositeActs } of spec.axes) {
      for (const value of shows) expect.soft([8, 9, 10, 11, 12, 13, 14], `${id}: ${value}`).toContain(count(value));
      for (const value of [...acts, ...oppositeActs])
        expect.soft([5, 6, 7, 8, 9], `${id}: ${value}`).toContain(count(value));
    }
    for (const value of spec.neutral) expect.soft([8, 9, 10, 11, 12, 13, 14], value).toContain(count(value));
  });

  test('acts share no word of meaning with what shows X, so that nothing is likely for having been read', () => {
    for (const { id, shows, acts, oppositeActs } of spec.axes) {
      const read = new Set(shows.flatMap(stems));
      for (const value of [...acts, ...oppositeActs])
        expect
          .soft(
            stems(value).filter((stem) => read.has(stem)),
            `${id}: ${value}`,
          )
          .toEqual([]);
    }
  });

  test('both poles are as long on average, within half a word a cell', () => {
    const count = (values: readonly string[]): number => values.join(' ').split(' ').length / values.length;
    for (const { id } of CELLS) {
      const mine = spec.axes.filter((one) => cellOf(one) === id);
      expect(
        Math.abs(count(mine.flatMap(({ acts }) => acts)) - count(mine.flatMap(({ oppositeActs }) => oppositeActs))),
        id,
      ).toBeLessThan(0.5);
    }
  });

  test('valence is not moral by another name: some moral axes are as near as others, and some others as far', () => {
    const distances = (moral: boolean): number[] =>
      spec.axes
        .filter((one) => one.moral === moral)
        .map(({ valence, oppositeValence }) => Math.abs(valence - oppositeValence));
    expect(Math.min(...distances(true))).toBeLessThanOrEqual(2);
    expect(Math.max(...distances(false))).toBeGreaterThanOrEqual(4);
  });

  test('X is the bad pole on some moral axes of either kind', () => {
    for (const opposable of [true, false]) {
      const signs = spec.axes
        .filter((one) => one.moral && one.opposable === opposable)
        .map(({ valence }) => Math.sign(valence));
      expect(signs.filter((sign) => sign < 0).length).toBeGreaterThanOrEqual(4);
      expect(signs.filter((sign) => sign > 0).length).toBeGreaterThanOrEqual(4);
    }
  });

  test('people are called by an article that fits', () => {
    const called = spec.axes.map((one) => one.called);
    expect(called).toContain('an honest man');
    expect(called).toContain('an informer');
    expect(called).toContain('a usurer');
    expect(called.every((name) => /^an? /.test(name))).toBe(true);
    expect(called.filter((name) => /^a [aeio]/.test(name))).toEqual([]);
  });

  test('twenty questions ask for an opposite', () => {
    expect(new Set(spec.questions).size).toBe(20);
    expect(questionAbout('The opposite of {x} is', 'terse')).toBe('The opposite of terse is');
  });
});

describe('contexts', () => {
  const spec = parsed();
  const full = extentOf(spec, 'full');
  const used = full.axes[0] ?? expect.unreachable('no axes');
  const contexts = contextsOf(spec, used, full);
  const sentences = (text: string): string[] => text.split(/(?<=\.) /);

  test('all have eight sentences, and what is said of X stands last', () => {
    for (const { key, text } of contexts) expect(sentences(text), key).toHaveLength(8);
    const shown2 = contexts.find(({ key }) => key === 'shown2.0');
    expect(sentences(shown2?.text ?? '').slice(-2)).toEqual(used.axis.shows.slice(0, 2));
    const named = contexts.find(({ key }) => key === 'named.1');
    expect(sentences(named?.text ?? '').at(-1)).toBe('Everyone in the village knew him as a kind man.');
  });

  test('are neutral, named, denied and fully shown in two orders, at lower doses and with the opposite in one', () => {
    expect(contexts.map(({ key }) => key).sort()).toEqual([
      'named.0',
      'named.1',
      'negated.0',
      'negated.1',
      'neutral.0',
      'neutral.1',
      'opposite.0',
      'opposite.1',
      'shown1.0',
      'shown2.0',
      'shown4.0',
      'shown8.0',
      'shown8.1',
    ]);
  });

  test('no act is asked for where it was read', () => {
    for (const each of full.axes) {
      for (const { key, text, items } of contextsOf(spec, each, full)) {
        for (const item of items)
          for (const act of [each.axis.acts[item] ?? '', each.axis.oppositeActs[item] ?? ''])
            expect(text.includes(asSentence(act)), `${each.axis.id} ${key}`).toBe(false);
      }
    }
  });

  test('the orders, the halves and the matching contexts share no neutral sentence', () => {
    for (const { at } of full.axes)
      expect(neutralOf(spec, at, 0, 8).filter((value) => neutralOf(spec, at, 1, 8).includes(value))).toEqual([]);
    const every = full.axes.map(({ at }) => [0, 1].map((half) => neutralOf(spec, at, half, 4)));
    const [first, second] = [0, 1].map((half) => new Set(every.flatMap((halves) => halves[half] ?? [])));
    expect([...(first ?? [])].filter((value) => second?.has(value))).toEqual([]);
    const [one, other] = matchingContexts(spec);
    expect(
      sentences(one ?? '')
        .slice(0, 8)
        .filter((value) => (other ?? '').includes(value)),
    ).toEqual([]);
    expect(halfOf(['a', 'b', 'c', 'd'], 1)).toEqual(['c', 'd']);
  });
});

describe('agreement', () => {
  test('is 1 for one sure answer, 0 for all alike, and by hand in between', () => {
    expect(agreementOf([[0, -1000, -1000]])).toBeCloseTo(1, 12);
    expect(
      agreementOf([
        [-5, -5, -5, -5],
        [-1, -1, -1, -1],
      ]),
    ).toBeCloseTo(0, 12);
    // Two questions, each sure of another of four answers: the pooled answer is one of two, ln 2 / ln 4 = 1/2.
    expect(
      agreementOf([
        [0, -1000, -1000, -1000],
        [-1000, 0, -1000, -1000],
      ]),
    ).toBeCloseTo(0.5, 12);
    // Shares 3/4 and 1/4: H = 0.5623351446 nats of ln 2.
    expect(agreementOf([[Math.log(0.03), Math.log(0.01)]])).toBeCloseTo(1 - 0.5623351446188083 / Math.LN2, 12);
  });
});

/** Words of meaning without their commonest endings; articles, pronouns, prepositions, numbers and the plainest verbs say nothing of X. */
function stems(value: string): string[] {
  const words =
    value
      .toLowerCase()
      .replaceAll(/['’]s\b/g, '')
      .match(/[a-z]+/g) ?? [];
  return words
    .filter((word) => !PLAIN.has(word))
    .map((word) => {
      const ending = ['ings', 'ing', 'ers', 'er', 'ed', 'es', 's', 'ly'].find(
        (end) => word.endsWith(end) && word.length - end.length >= 3,
      );
      return ending === undefined ? word : word.slice(0, -ending.length);
    });
}

const PLAIN = new Set(
  `a an the and or but nor so that this these those which who whom whose what where when while until before after since because though although
as if than then there he him his himself she her hers they them their theirs it its itself we us our you your i me my one two three four five six nine ten twenty
hundred first second third each every all both some any no none not never nobody nothing everyone somebody something whoever whichever whole other others another own
same more most less only even still again once twice now later late early just also too very much many few of to in into on onto at by for from with without within
under over above below beneath behind beside between among around across along through against about up down out off away back near inside outside upon had has have was
were is be been being do did does would could should will can may might must got let left took take taken went go gone came come put said say told gave give given made
make kept keep sent set man men old new day night home`.split(/\s+/),
);
