/** The picture and the card of a dose–response say what its numbers say, and let nothing of a file become markup. */
import { describe, expect, it } from 'vitest';
import type { Figure } from '../../../src/charts/plotly-figure.ts';
import type { DoseLevel, DoseReport } from '../../../src/steering/dose-types.ts';
import { doseFindings } from '../../../src/steering/dose-words.ts';
import { doseCard } from '../../../src/formats/probe/dose-card.ts';
import { doseFigure, doseFigureJson } from '../../../src/formats/figures/dose-figure.ts';
import { sampleDose } from '../../fixtures/samples/dose-sample.ts';

const bare: DoseReport = {
  ...sampleDose,
  control: null,
  placebos: [],
  ranks: [],
  direction: { ...sampleDose.direction, levels: sampleDose.direction.levels.slice(2, 3) },
};
/** The sample with its level at a KL of 1 changed. */
const changed = (change: Partial<DoseLevel>): DoseReport => ({
  ...sampleDose,
  direction: {
    ...sampleDose.direction,
    levels: sampleDose.direction.levels.map((level) => (level.target === 1 ? { ...level, ...change } : level)),
  },
});
/** How many marks of one shape there are. */
const count = (svg: string, pattern: RegExp): number => [...svg.matchAll(pattern)].length;

describe('the figure of a dose–response', () => {
  it.each(['light', 'dark'] as const)(
    'has a mark of its own shape for everything that was measured, in %s',
    (theme) => {
      const svg = doseFigure(sampleDose, theme);
      // One of each is the legend's.
      expect(count(svg, / d="M4,0A4,4 /g)).toBe(4 + 1); // the direction
      expect(count(svg, / d="M2\.8,0A2\.8,2\.8 /g)).toBe(10 + 1); // flipped
      expect(count(svg, / d="M3,3L-3,-3M/g)).toBe(3 + 1); // isotropic
      expect(count(svg, / d="M5\.01,0L0,5\.01L/g)).toBe(1 + 1); // unrelated
      expect(count(svg, / d="M-5\.54,2\.4H/g)).toBe(4 + 1); // towards
      expect(count(svg, / d="M-5\.54,-2\.4H/g)).toBe(4 + 1); // away
      expect(count(svg, / d="M3\.8,3\.8H/g)).toBe(4 + 1); // the control
      expect(count(svg, /<rect [^>]*opacity="0\.5"/g)).toBe(1); // what the flipped span
      expect(count(svg, /h8M[^"]*h8"/g)).toBe(8); // intervals of direction and control
    },
  );

  it('puts marks where their numbers are', () => {
    const svg = doseFigure(sampleDose, 'light');
    const [first, second, third, fourth] = [...svg.matchAll(/translate\(([\d.]+) ([\d.]+)\)" d="M4,0A/g)].map(
      ([, x, y]) => [Number(x), Number(y)] as const,
    );
    // KLs that double lie equally far apart; effects 2.5, 4, 6.25 and 8.5 lie as they differ.
    const [a, b, c] = [second![0] - first![0], third![0] - second![0], fourth![0] - third![0]];
    expect(b).toBeCloseTo(a, 1);
    expect(c).toBeCloseTo(a, 1);
    const scale = (first![1] - second![1]) / 1.5;
    expect((second![1] - third![1]) / 2.25).toBeCloseTo(scale, 1);
    expect((third![1] - fourth![1]) / 2.25).toBeCloseTo(scale, 1);
    const zero = Number(/translate\([\d.]+ ([\d.]+)\)"[^>]*>0<\/text>/.exec(svg)?.[1]) - 4.2;
    expect((zero - first![1]) / 2.5).toBeCloseTo(scale, 1);
  });

  it('as JSON has every number and what is seen', () => {
    const { data, layout } = JSON.parse(doseFigureJson(sampleDose, 'dark')) as Figure;
    const effects = data.find(({ legendrank }) => legendrank === 1)!;
    expect(effects.y).toEqual(sampleDose.direction.levels.map(({ effect }) => effect.value));
    expect(effects.x).toEqual(sampleDose.direction.levels.map(({ target }) => target));
    expect(layout.meta?.caption).toContain('At a KL of 1 nat steering moves the choices');
  });

  it('says unit, n, intervals, null with the least p, and what made it; and in words what it shows', () => {
    const svg = doseFigure(sampleDose, 'light');
    const said = svg.replace(/<[^>]*>/g, ' ').replace(/\s+/g, ' ');
    for (const words of [
      'kind over cruel (nats)',
      'KL in nats, 95th percentile',
      '(48 choices)',
      '(n = 10)',
      'isotropic (n = 3)',
      'unrelated axis: Formal–casual',
      '2,000 resamples',
      'none of 13 placebos',
      'p = 0.071, the least that 13 placebos allow',
      'SHA-256 abababababab',
      'seed 1',
      'Flipside 0.2.0',
      'unsteered 29.5',
      'at layer 18',
    ])
      expect(said).toContain(words);
    expect(svg).toMatch(
      /<title>Kind–cruel: what steering does to choices, at layer 18<\/title><desc>At a KL of 1 nat steering moves the choices between kind and cruel by 6\.25 nats \[5\.13, 7\.38\]/,
    );
  });

  it('lets nothing of a file become markup, and names what is hidden', () => {
    const hostile = '<script>alert(1)</script>&"\'\u202e';
    const svg = doseFigure(
      {
        ...sampleDose,
        probe: { ...sampleDose.probe, title: hostile },
        axis: { positive: hostile, negative: hostile, neutral: hostile },
        direction: { ...sampleDose.direction, title: hostile },
        placebos: sampleDose.placebos.map((one) => ({ ...one, title: hostile })),
        version: hostile,
      },
      'light',
    );
    expect(svg).not.toMatch(/<script|<\/script|\u202e/);
    expect(svg).toContain('⟨U+202E⟩');
  });

  it.each([
    ['everything', sampleDose],
    ['one level and nothing else', bare],
    [
      'perplexities beyond any number',
      {
        ...sampleDose,
        direction: {
          ...sampleDose.direction,
          levels: sampleDose.direction.levels.map((level) => ({ ...level, perplexity: Infinity })),
        },
      },
    ],
    ['no effect at all', changed({ effect: { value: 0, low: 0, high: 0, n: 48, note: 'no width' } })],
    [
      'no intervals',
      changed({ effect: { value: 1, low: null, high: null, n: 4, note: 'too few items for an interval' } }),
    ],
  ] as [string, DoseReport][])(
    'of %s has every tag closed, every attribute quoted and no number that is none',
    (_, report) => {
      const svg = doseFigure(report, 'dark');
      const open: string[] = [];
      for (const [whole, end, name, own] of svg.matchAll(
        /<(\/?)([a-zA-Z]+)(?:\s[a-zA-Z-]+(?::[a-z]+)?="[^"<>]*")*\s*(\/?)>/g,
      )) {
        if (end === '/') expect(open.pop(), whole).toBe(name);
        else if (own !== '/') open.push(name!);
      }
      expect(open).toEqual([]);
      expect(svg.replace(/<[^<>]*>/g, '')).not.toMatch(/[<>]/);
      expect(svg).not.toMatch(/NaN|Infinity|undefined/);
    },
  );
});

describe('what a dose–response shows', () => {
  const headline = (report: DoseReport): string => doseFindings(report).headline;
  const all = (report: DoseReport): string =>
    [headline(report), ...doseFindings(report).shows, ...doseFindings(report).doesNot].join('\n');

  it('is an effect with interval and n beside the largest placebo and the least p', () => {
    expect(headline(sampleDose)).toBe(
      'At a KL of 1 nat steering moves the choices between kind and cruel by 6.25 nats [5.13, 7.38], n = 48 choices. The largest of 13 placebos (poles flipped 3) moves them by 2.50 nats at a KL of 1 nat (p = 0.071, the least that 13 placebos allow).',
    );
  });

  it('is that it does not beat the placebos, where it does not', () => {
    expect(
      headline({ ...sampleDose, ranks: [{ ...sampleDose.ranks[0]!, largest: 7, atLeast: 2, p: 3 / 14 }] }),
    ).toContain(
      'It does not beat the placebos at a KL of 1 nat: 2 of 13 move them at least as much as its 6.25 nats, the largest by 7.00 nats (p = 0.21, where 13 placebos allow 0.071).',
    );
  });

  it('is nothing where the interval holds zero or there is none, and the wrong way where it lies below', () => {
    expect(headline(changed({ effect: { value: 0.2, low: -0.3, high: 0.7, n: 48 } }))).toContain(
      'does not move the choices between kind and cruel measurably: +0.20 nats [-0.30, +0.70], n = 48 choices.',
    );
    expect(
      headline(changed({ effect: { value: 2, low: null, high: null, n: 4, note: 'too few items for an interval' } })),
    ).toContain('measurably: +2.00 nats (no interval: too few items for an interval), n = 4 choices.');
    expect(headline(changed({ effect: { value: -2, low: -3, high: -1, n: 48 } }))).toContain(
      'by -2.00 nats [-3.00, -1.00], n = 48 choices, and the wrong way: towards cruel',
    );
  });

  it('without placebos is said to have no null', () => {
    expect(headline(bare)).toContain('No placebo was measured');
    expect(all(bare)).toContain('no control was measured');
    expect(all(bare)).toContain('One KL alone was measured');
  });

  it('names the share of general positivity, and of any other control by its name', () => {
    expect(all(sampleDose)).toContain(
      'On the control choices (luck) the same steering moves +1.75 nats [+1.25, +2.25], n = 64 choices; of which general positivity: 28 %',
    );
    const control = sampleDose.control!;
    expect(all({ ...sampleDose, control: { ...control, choices: { ...control.choices, name: 'style' } } })).toContain(
      'of which what they share with style: 28 %',
    );
    expect(all(changed({ effect: { value: 1.5, low: -0.1, high: 3.1, n: 48 } }))).toContain(
      'n = 64 choices, **as far as the choices of the axis: general positivity is enough to explain them**',
    );
  });

  it('says which of the two interventions moves less, and whether the intervals part them', () => {
    expect(all(sampleDose)).toContain(
      'Steering towards cruel moves less than steering towards kind, though within the intervals.',
    );
    expect(all(changed({ away: { value: -1, low: -1.5, high: -0.5, n: 48 } }))).toContain(
      'Steering towards cruel moves less than steering towards kind.',
    );
    expect(all(changed({ towards: { value: 1, low: 0.5, high: 1.5, n: 48 } }))).toContain(
      'Steering towards kind moves less than steering towards cruel.',
    );
    expect(all(changed({ away: { value: 3, low: 2, high: 4, n: 48 } }))).toContain('**both the same way**');
  });

  it('says where more steering is not more effect, and what it costs', () => {
    expect(all(sampleDose)).toContain('The effect grows with the KL: 2.50 at 0.25, 4.00 at 0.5, 6.25 at 1, 8.50 at 2.');
    expect(all(changed({ effect: { value: 3.5, low: 3, high: 4, n: 48 } }))).toContain('at 1 it is less than before');
    expect(all(sampleDose)).toContain('perplexity of 36.0 when steered, 29.5 without');
    expect(all(changed({ perplexity: Infinity }))).toContain('perplexity of over a million when steered');
  });

  it('says of an unrelated axis what it does, and where that is as much', () => {
    expect(all(sampleDose)).toContain(
      'Formal–casual, an axis that means something else, moves the choices by +1.25 nats [+0.50, +2.00], n = 48 choices, at the same KL.',
    );
    expect(all(changed({ effect: { value: 1, low: 0.5, high: 1.5, n: 48 } }))).toContain(
      'at the same KL: **as much as the direction itself**',
    );
  });
});

describe('the card of a dose–response', () => {
  it('has every level, every placebo, and the command that makes it again', () => {
    const card = doseCard(sampleDose);
    for (const part of [
      '| 1 | 1.01 | 0.3 | 0.354 | 36.0 | +6.25 | +5.13 to +7.38 | 48 | +6.55 | +5.42 to +7.67 | -5.95 | -7.08 to -4.83 | 0.94 | 0.83 to 0.98 | +1.75 | +1.25 to +2.25 |',
      '| poles flipped by chance | poles flipped 7 | 1 | 1.01 | 0.354 | 36.0 | -2.00 | -2.75 to -1.25 | 48 | no |',
      '| isotropic | isotropic 2 |',
      '| an unrelated axis | Formal–casual |',
      '- KL 1: the direction 6.25, the largest of 13 placebos 2.50 (poles flipped 3), as large or larger: 0; p = 0.071',
      '--layer 18 --mode add --where generated --kl 0.25,0.5,1,2 --placebo-kl 1 --seed 1',
      'Choices (kind-cruel-choices), control (luck) and the unrelated axis (Formal–casual) are',
    ])
      expect(card).toContain(part);
    expect(card).not.toMatch(/NaN|undefined|\[object|Infinity/);
  });

  it.each([
    ['everything', sampleDose],
    ['one level and nothing else', bare],
  ] as const)('of %s lays out tables whose rows are as wide as their heads', (_, report) => {
    const lines = doseCard(report).split('\n');
    let tables = 0;
    lines.forEach((line, i) => {
      if (!/^\|(---\|)+$/.test(line)) return;
      tables += 1;
      const columns = line.split('|').length;
      for (let row = i - 1; lines[row]?.startsWith('|'); row += 1)
        expect(lines[row]?.replaceAll('\\|', '').split('|').length, lines[row]).toBe(columns);
    });
    expect(tables).toBe(report === bare ? 2 : 3);
  });

  it('without placebos or control says so, and how to leave them out again', () => {
    const card = doseCard(bare);
    expect(card).toContain('Not measured: without placebos nobody knows');
    expect(card).toContain('--no-placebos');
    expect(card).toContain('--no-control');
  });
});
