/** The stimuli of experiment A as they ship, what they cost, and what a spec is refused for. */
import { describe, expect, it } from 'vitest';
import { wordCount, wordsOf } from '../../../src/text/words.ts';
import { AppError } from '../../../src/base/errors.ts';
import {
  bindingCells,
  controlCells,
  CONTROLS,
  mainCells,
  type CellText,
} from '../../../src/experiments/authors/cells.ts';
import { authors } from '../../../src/experiments/authors/index.ts';
import { fitCells, fitPlaces, unitsOf } from '../../../src/experiments/authors/plan.ts';
import { AUTHORS, CHARACTERS, ruledLayer, SPANS, type Span } from '../../../src/experiments/authors/spec.ts';
import { parsed, SOURCE } from '../../fixtures/experiments/authors-run.ts';

const spec = parsed(SOURCE);
const units = unitsOf(spec, 'full');
const spanText = (cell: CellText, span: Span): string => cell.segments[cell.spans[span]] ?? '';
const allCells = (unit: (typeof units)[number]): CellText[] => [
  ...spec.strengths.flatMap((strength) => mainCells(spec, unit, strength)),
  ...CONTROLS.flatMap((control) => controlCells(spec, unit, control)),
  ...bindingCells(spec, unit),
];

describe('the shipped stimuli', () => {
  it('are 24 scenarios in 3 templates, 12 more to fit on, 12 subjects told by either author, 4 ways of going on', () => {
    expect([
      spec.scenarios.length,
      spec.templates.length,
      spec.fit.length,
      spec.excerpts.length,
      spec.continuations.length,
    ]).toEqual([24, 3, 12, 12, 4]);
    expect(spec.strengths).toEqual([0, 1, 3]);
    expect(ruledLayer(spec, 30)).toBe(16);
    // Half as deep and half as many again.
    expect(ruledLayer(spec, 15)).toBe(8);
    expect(ruledLayer(spec, 24)).toBe(13);
  });

  it('have excerpts of 40 to 60 words, in pairs of about one length, that share no topic with a story', () => {
    for (const { kind, cruel } of spec.excerpts) {
      for (const excerpt of [kind, cruel]) {
        expect([excerpt, wordCount(excerpt) >= 40 && wordCount(excerpt) <= 60]).toEqual([excerpt, true]);
        const said = new Set(wordsOf(excerpt));
        expect([...spec.scenarios, ...spec.fit].filter(({ topic }) => said.has(topic))).toEqual([]);
      }
      expect(Math.abs(wordCount(kind) - wordCount(cruel))).toBeLessThanOrEqual(
        0.15 * Math.max(wordCount(kind), wordCount(cruel)),
      );
    }
  });

  it('tell the two authors by no mean length of excerpts or continuations', () => {
    for (const pairs of [spec.excerpts, spec.continuations]) {
      const [kind = NaN, cruel = NaN] = AUTHORS.map(
        (author) => pairs.reduce((sum, pair) => sum + wordCount(pair[author]), 0) / pairs.length,
      );
      expect(Math.abs(kind - cruel)).toBeLessThan(0.03 * kind);
    }
  });

  it('do not name a scenario of the fit among those that are measured', () => {
    expect(
      spec.fit.map(({ topic }) => topic).filter((topic) => spec.scenarios.some((scenario) => scenario.topic === topic)),
    ).toEqual([]);
    expect(new Set([...spec.scenarios, ...spec.fit].map(({ topic }) => topic)).size).toBe(36);
  });

  it('give every byline as many kind as cruel authors, in the measured, the quick and the fit scenarios, of different names', () => {
    const signsOf = (scenarios: typeof spec.scenarios): Map<string, [number, number, number]> => {
      const signs = new Map<string, [number, number, number]>();
      for (const { names } of scenarios)
        (['kind', 'cruel', 'unseen'] as const).forEach((role, at) => {
          const count = signs.get(names[role]) ?? [0, 0, 0];
          count[at] = (count[at] ?? 0) + 1;
          signs.set(names[role], count);
        });
      return signs;
    };
    expect([...signsOf(spec.scenarios).values()]).toEqual(Array.from({ length: 4 }, () => [6, 6, 6]));
    expect([...signsOf(spec.scenarios.slice(0, 8)).values()]).toEqual(Array.from({ length: 4 }, () => [2, 2, 2]));
    expect([...signsOf(spec.fit).values()]).toEqual(Array.from({ length: 4 }, () => [3, 3, 3]));
    expect([...signsOf(spec.fit).keys()].filter((name) => signsOf(spec.scenarios).has(name))).toEqual([]);
  });

  it('keep every name away from any one subject', () => {
    const told = new Map<string, Set<string>>();
    for (const unit of units)
      for (const { segments } of mainCells(spec, unit, 1)) {
        const name =
          [...new Set(Object.values(unit.scenario.names))].find((candidate) => segments[0]?.includes(candidate)) ?? '';
        told.set(name, (told.get(name) ?? new Set()).add(segments[0]?.split('.').slice(-3).join() ?? ''));
      }
    for (const subjects of told.values()) expect(subjects.size).toBeGreaterThanOrEqual(12);
  });
});

describe('the cells', () => {
  it('hold the same narration everywhere, and the same quote whoever the author is', () => {
    for (const unit of units) {
      const cells = allCells(unit);
      for (const span of ['before', 'after'] as const)
        expect(new Set(cells.map((cell) => spanText(cell, span))).size).toBe(1);
      for (const character of CHARACTERS) {
        const quotes = [...spec.strengths.map((strength) => `-${character}-${strength}`), `-${character}`].flatMap(
          (end) => cells.filter(({ id }) => id.endsWith(end)).map((cell) => spanText(cell, 'quote')),
        );
        expect(quotes).toHaveLength(2 * 3 + 2 * 3);
        expect(new Set(quotes)).toEqual(new Set([unit.scenario.stories[character].quote]));
      }
      for (const cell of cells)
        expect(SPANS.map((span) => cell.spans[span]).every((at, i, all) => i === 0 || at > (all[i - 1] ?? NaN))).toBe(
          true,
        );
    }
  });

  it('of one context differ in nothing but the last byline, both orders and characters balanced', () => {
    const heroes = new Map<string, number>();
    for (const unit of units) {
      const [kindFirst, , cruelFirst] = bindingCells(spec, unit);
      for (const order of [bindingCells(spec, unit).slice(0, 2), bindingCells(spec, unit).slice(2)]) {
        const [kind, cruel] = order.map(({ segments }) => segments);
        const heading = 2 * spec.bindingExcerpts;
        expect(kind?.flatMap((segment, at) => (segment === cruel?.[at] ? [] : [at]))).toEqual([heading]);
        expect(kind?.[heading]?.replace(unit.scenario.names.kind, unit.scenario.names.cruel)).toBe(cruel?.[heading]);
      }
      // The same excerpts, the other author's first.
      const excerpts = (cell: CellText | undefined): string[] => cell?.segments.slice(0, 4) ?? [];
      expect(excerpts(cruelFirst)).toEqual([...excerpts(kindFirst).slice(2), ...excerpts(kindFirst).slice(0, 2)]);
      for (const cell of bindingCells(spec, unit))
        if (spanText(cell, 'quote') === unit.scenario.stories.hero.quote)
          heroes.set(cell.id, (heroes.get(cell.id) ?? 0) + 1);
    }
    expect([...heroes.values()]).toEqual([36, 36, 36, 36]);
  });

  it('of the controls: no name anywhere, the same words in another order, a name that signed nothing', () => {
    for (const unit of units) {
      const names = Object.values(unit.scenario.names);
      for (const { segments } of controlCells(spec, unit, 'unsigned'))
        expect(names.filter((name) => segments.join(' ').includes(name))).toEqual([]);
      const plain = mainCells(spec, unit, 3);
      controlCells(spec, unit, 'scrambled').forEach(({ segments }, at) =>
        segments.slice(0, 3).forEach((segment, i) => {
          const original = plain[at]?.segments[i] ?? '';
          expect(segment).not.toBe(original);
          expect(segment.split(' ').sort()).toEqual(original.split(' ').sort());
        }),
      );
      controlCells(spec, unit, 'mismatched').forEach(({ segments }, at) => {
        expect(segments.slice(0, 3)).toEqual(plain[at]?.segments.slice(0, 3));
        expect(segments[3]).toContain(unit.scenario.names.unseen);
        expect(segments.slice(0, 3).join(' ')).not.toContain(unit.scenario.names.unseen);
      });
    }
  });

  it('fit on scenarios of the same form, all templates in turn', () => {
    const places = fitPlaces(spec);
    expect(spec.templates.map(({ id }) => places.filter(({ template }) => template.id === id).length)).toEqual([
      4, 4, 4,
    ]);
    expect(
      fitCells(
        spec,
        places[0] ??
          (() => {
            throw new Error('no fit');
          })(),
      ).main.map(({ id }) => id),
    ).toEqual(['kind-hero-3', 'kind-villain-3', 'cruel-hero-3', 'cruel-villain-3']);
  });
});

describe('the units', () => {
  it('are 72 in full and 8 quickly, in the order of their ids, within what was planned', () => {
    const full = authors.units(spec, 'full');
    const quick = authors.units(spec, 'quick');
    expect([full.length, quick.length]).toEqual([72, 8]);
    expect(full.slice(0, 4).map(({ id }) => id)).toEqual(['s01-t1', 's01-t2', 's01-t3', 's02-t1']);
    expect(quick[0]?.id).toBe('s01-t1-quick');
    for (const plan of [full, quick]) expect(plan.map(({ id }) => id)).toEqual(plan.map(({ id }) => id).sort());
    const tokens = (plan: typeof full): number => plan.reduce((sum, { cost }) => sum + cost.read, 0);
    expect(tokens(full) + authors.preparation(spec, 'full').read).toBeLessThan(450_000);
    expect(tokens(quick) + authors.preparation(spec, 'quick').read).toBeLessThan(60_000);
    expect(tokens(full)).toBeGreaterThan(300_000);
    expect([...full, ...quick].every(({ cost }) => cost.written === 0)).toBe(true);
  });
});

describe('a spec is refused', () => {
  // A spec is broken where its own types would not let it be.
  /* eslint-disable @typescript-eslint/no-explicit-any, @typescript-eslint/no-unsafe-member-access */
  /* eslint-disable @typescript-eslint/no-unsafe-assignment, @typescript-eslint/no-unsafe-call */
  const refusal = (spoil: (spec: any) => void): string => {
    const copy = JSON.parse(SOURCE) as any;
    spoil(copy);
    try {
      parsed(JSON.stringify(copy));
    } catch (error) {
      if (error instanceof AppError && error.code === 'spec-invalid') return error.message;
      throw error;
    }
    return 'nothing';
  };

  it('not as it is', () => {
    expect(refusal(() => undefined)).toBe('nothing');
  });

  it.each<[string, (spec: any) => void, string]>([
    [
      'a factor that there is not',
      (s) => {
        s.factors.mood = ['glad'];
      },
      'spec.factors.mood is no factor of this design, which has author, character, strength.',
    ],
    [
      'a factor that is missing',
      (s) => {
        delete s.factors.character;
      },
      'spec.factors.character is missing.',
    ],
    [
      'a level that there is not',
      (s) => {
        s.factors.author[1] = 'sly';
      },
      'spec.factors.author[1] must be "cruel", got "sly"; the levels are kind and cruel, in this order.',
    ],
    [
      'a level too many',
      (s) => {
        s.factors.character.push('fool');
      },
      'spec.factors.character must have 2 items, got 3.',
    ],
    [
      'strengths out of order',
      (s) => {
        s.factors.strength = [0, 3, 1];
      },
      'spec.factors.strength[2] is 1; strengths are numbers of excerpts that begin with 0 and ascend.',
    ],
    [
      'strengths without none',
      (s) => {
        s.factors.strength = [1, 3];
      },
      'spec.factors.strength[0] is 1; strengths are numbers of excerpts that begin with 0 and ascend.',
    ],
    [
      'a threshold that is missing',
      (s) => {
        delete s.thresholds.byline;
      },
      'spec.thresholds.byline is missing.',
    ],
    [
      'a layer beyond the last',
      (s) => {
        s.layer.index = 31;
      },
      'spec.layer.index must be a whole number from 1 to 30, got 31.',
    ],
    [
      'narration that differs before the quote',
      (s) => {
        s.stimuli.scenarios[3].villain.before += ' It was hot.';
      },
      'spec.stimuli.scenarios[3].villain.before differs from hero.before; narration must be the same in all cells, so that only the context can make a difference there.',
    ],
    [
      'narration that differs after it, in a fit scenario',
      (s) => {
        s.stimuli.fit[0].hero.after = 'Then it rained.';
      },
      'spec.stimuli.fit[0].villain.after differs from hero.after; narration must be the same in all cells, so that only the context can make a difference there.',
    ],
    [
      'one quote for both',
      (s) => {
        s.stimuli.scenarios[0].villain.quote = s.stimuli.scenarios[0].hero.quote;
      },
      'spec.stimuli.scenarios[0].villain.quote is the same as hero.quote; what is said is all that tells the characters apart.',
    ],
    [
      'a quote that is much longer',
      (s) => {
        s.stimuli.scenarios[0].villain.quote += ' He said it once more, louder.';
      },
      'spec.stimuli.scenarios[0].villain.quote has 25 words and hero.quote has 19; they must not differ by more than 15 %, or length would tell them apart.',
    ],
    [
      'a cell that is missing',
      (s) => {
        delete s.stimuli.scenarios[5].villain;
      },
      'spec.stimuli.scenarios[5].villain is missing.',
    ],
    [
      'a name that goes with a valence',
      (s) => {
        Object.assign(s.stimuli.scenarios[0], { kind: 'K. Dasp', cruel: 'R. Velm' });
      },
      'spec.stimuli.scenarios: over all scenarios K. Dasp signs 7 kind and 5 cruel authors; every name must sign as many of both, or the name would tell the author.',
    ],
    [
      'a name that does so in a quick run',
      (s) => {
        const [a, b] = [s.stimuli.scenarios[0], s.stimuli.scenarios[10]];
        [a.kind, a.cruel, b.kind, b.cruel] = [a.cruel, a.kind, b.cruel, b.kind];
      },
      'spec.stimuli.scenarios: over the first 8, which a quick run takes, scenarios K. Dasp signs 3 kind and 1 cruel authors; every name must sign as many of both, or the name would tell the author.',
    ],
    [
      'an unseen name that is seen',
      (s) => {
        s.stimuli.scenarios[1].unseen = s.stimuli.scenarios[1].kind;
      },
      'spec.stimuli.scenarios[1] has bylines P. Tarn, M. Urvo, P. Tarn; kind, cruel and unseen must be three names.',
    ],
    [
      'too few scenarios',
      (s) => {
        s.stimuli.scenarios.length = 5;
      },
      'spec.stimuli.scenarios must have 6 to 1000 items, got 5.',
    ],
    [
      'too few to fit on',
      (s) => {
        s.stimuli.fit.length = 4;
      },
      'spec.stimuli.fit must have 6 to 1000 items, got 4.',
    ],
    [
      'two scenarios of one id',
      (s) => {
        s.stimuli.scenarios[1].id = 's01';
      },
      'spec.stimuli.scenarios[1].id is "s01", as that of another; ids must differ.',
    ],
    [
      'a heading without its byline',
      (s) => {
        s.stimuli.templates[0].signed = 'A story.';
      },
      'spec.stimuli.templates[0].signed must hold {byline} once, got "A story.".',
    ],
    [
      'a byline where there must be none',
      (s) => {
        s.stimuli.templates[0].unsigned = 'A story by {byline}.';
      },
      'spec.stimuli.templates[0].unsigned is the heading without a byline and takes no placeholder, got "A story by {byline}.".',
    ],
    [
      'a story without its quote',
      (s) => {
        s.stimuli.templates[1].story = '{before} {after}';
      },
      'spec.stimuli.templates[1].story must hold {before}, {quote} and {after}, each once and in this order, got "{before} {after}".',
    ],
    [
      'a story in another order',
      (s) => {
        s.stimuli.templates[1].story = '{quote} {before} {after}';
      },
      'spec.stimuli.templates[1].story must hold {before}, {quote} and {after}, each once and in this order, got "{quote} {before} {after}".',
    ],
    [
      'a placeholder that there is not',
      (s) => {
        s.stimuli.templates[2].story = '{before} {quote} {end} {after}';
      },
      'spec.stimuli.templates[2].story holds {end}, which is no placeholder of a story; there are {before}, {quote} and {after}.',
    ],
    [
      'excerpts of one valence only',
      (s) => {
        delete s.stimuli.excerpts[4].cruel;
      },
      'spec.stimuli.excerpts[4].cruel is missing.',
    ],
    [
      'an excerpt that is much shorter',
      (s) => {
        s.stimuli.excerpts[2].cruel = 'It burned.';
      },
      'spec.stimuli.excerpts[2].cruel has 2 words and kind has 43; they must not differ by more than 15 %, or length would tell them apart.',
    ],
    [
      'an excerpt on the topic of a story',
      (s) => {
        s.stimuli.excerpts[2].kind = s.stimuli.excerpts[2].kind.replace('lawn', 'ferry');
      },
      'spec.stimuli.excerpts[2].kind speaks of "ferry", the topic of scenario s02; excerpts must be about something else.',
    ],
    [
      'too few excerpts',
      (s) => {
        s.stimuli.excerpts.length = 3;
      },
      'spec.stimuli.excerpts must have 4 items or more, got 3: a context takes so many of one author, or half as many of each.',
    ],
    [
      'too few ways of going on',
      (s) => {
        s.stimuli.continuations.length = 3;
      },
      'spec.stimuli.continuations must have 4 to 1000 items, got 3.',
    ],
    [
      'a quick run that is longer than the full one',
      (s) => {
        s.quick.scenarios = 25;
      },
      'spec.quick.scenarios is 25, but there are 24 scenarios; take no more than there are.',
    ],
    [
      'units of one name',
      (s) => {
        Object.assign(s.stimuli.scenarios[1], { id: 's01-t1' });
        s.stimuli.templates[1].id = 't1-t1';
      },
      "spec.stimuli: two units have the id s01-t1-t1, which is made of a scenario's and a template's; name one of them otherwise.",
    ],
  ])('for %s', (_, spoil, message) => {
    expect(refusal(spoil)).toBe(message);
  });
  /* eslint-enable @typescript-eslint/no-explicit-any, @typescript-eslint/no-unsafe-member-access */
  /* eslint-enable @typescript-eslint/no-unsafe-assignment, @typescript-eslint/no-unsafe-call */
});
