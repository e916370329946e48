import { describe, expect, it } from 'vitest';
import type { DoseReport } from '../../../src/steering/dose-types.ts';
import { AppError } from '../../../src/base/errors.ts';
import { createRng } from '../../../src/base/rng.ts';
import { parseDose, serialiseDose } from '../../../src/formats/probe/dose.ts';
import { sampleDose } from '../../fixtures/samples/dose-sample.ts';
import { mutations } from '../../fixtures/mutate/mutate.ts';
import { alteredJson, refusal } from '../../fixtures/refusal.ts';

const source = serialiseDose(sampleDose);
/** The file with one value changed, `path` being its keys; an undefined value removes it. */
const altered = (path: readonly (string | number)[], value: unknown): string => alteredJson(source, path, value);

describe('a dose–response file', () => {
  it('gives back what was written, and writes the same text again', () => {
    const parsed = parseDose(source);
    expect(parsed).toEqual(sampleDose);
    expect(serialiseDose(parsed)).toBe(source);
    expect(JSON.parse(source)).toMatchObject({
      format: 'flipside-dose',
      version: 1,
      provenance: { seed: 1, version: '0.2.0' },
    });
  });

  it('may lack a control, placebos and ranks, steering from a position, and cap on the far side of zero', () => {
    const bare: DoseReport = {
      ...sampleDose,
      mode: 'cap',
      where: 12,
      from: 16,
      to: 20,
      control: null,
      placebos: [],
      ranks: [],
      direction: {
        ...sampleDose.direction,
        levels: sampleDose.direction.levels.slice(0, 1).map((level) => ({ ...level, strength: -0.4 })),
      },
    };
    expect(parseDose(serialiseDose(bare))).toEqual(bare);
  });

  it('keeps an interval that there is not, with the reason', () => {
    const few = { value: 1.5, low: null, high: null, n: 4, note: 'too few items for an interval' };
    const report: DoseReport = { ...sampleDose, choices: { ...sampleDose.choices, pairs: 4, unpushed: few } };
    expect(parseDose(serialiseDose(report))).toEqual(report);
  });

  it('keeps a perplexity beyond any number, as null', () => {
    const broken: DoseReport = {
      ...sampleDose,
      neutral: { ...sampleDose.neutral, perplexity: Infinity },
      direction: {
        ...sampleDose.direction,
        levels: sampleDose.direction.levels.map((level) => ({ ...level, perplexity: Infinity })),
      },
    };
    const written = serialiseDose(broken);
    expect(parseDose(written)).toEqual(broken);
    expect(JSON.parse(written)).toMatchObject({ neutral: { perplexity: null } });
    expect(serialiseDose(parseDose(written))).toBe(written);
  });

  it('is the same text whatever the order of the keys, rounds to six digits, and keeps nothing that it does not know', () => {
    const shuffled = Object.fromEntries(
      Object.entries({ ...sampleDose, secret: 'x' }).reverse(),
    ) as unknown as DoseReport;
    expect(serialiseDose(shuffled)).toBe(source);
    const third: DoseReport = {
      ...sampleDose,
      neutral: { ...sampleDose.neutral, tokens: 999_999, perplexity: 100 / 3 },
    };
    expect(parseDose(serialiseDose(third)).neutral).toEqual({ texts: 12, tokens: 999_999, perplexity: 33.3333 });
  });

  it.each([
    [['format'], 'flipside-report', 'dose.format must be "flipside-dose"'],
    [['version'], 2, 'dose.version is 2, written by a newer Flipside'],
    [['probe', 'id'], '../x', 'dose.probe.id must hold'],
    [['probe', 'title'], 'a\u202eb', 'dose.probe.title holds the invisible character U+202E'],
    [['model', 'weightsSha256'], 'CD', 'dose.model.weightsSha256 must be a SHA-256'],
    [['axis', 'negative'], undefined, 'dose.axis.negative is missing'],
    [['mode'], 'multiply', 'dose.mode must be one of add, cap, ablate, got "multiply"'],
    [['from'], 0, 'dose.from must be a whole number from 1'],
    [['to'], 17, 'dose.to must be a whole number from 18'],
    [['where'], 'here', 'dose.where must be one of all, generated, got "here"'],
    [['where'], -1, 'dose.where must be a whole number from 0'],
    [['where'], 1.5, 'dose.where must be a whole number from 0'],
    [['neutral', 'tokens'], 0, 'dose.neutral.tokens must be a whole number from 1'],
    [['neutral', 'perplexity'], 0.5, 'dose.neutral.perplexity must lie between 1'],
    [['choices', 'pairs'], '48', 'dose.choices.pairs must be a finite number, got string "48"'],
    [['choices', 'unpushed', 'low'], null, 'dose.choices.unpushed must have both ends of its interval or neither'],
    [['direction', 'kind'], 'flipped', 'dose.direction.kind must be one of direction, got "flipped"'],
    [['direction', 'levels'], [], 'dose.direction.levels must have 1 to 100 items'],
    [
      ['direction', 'levels', 1, 'target'],
      0.25,
      'dose.direction.levels[1].target must rise from level to level, got 0.25 after 0.25',
    ],
    [['direction', 'levels', 0, 'target'], 0, 'dose.direction.levels[0].target must be greater than 0'],
    [['direction', 'levels', 2, 'kl'], null, 'dose.direction.levels[2].kl must be a finite number, got null'],
    [['direction', 'levels', 2, 'strength'], 2.5, 'dose.direction.levels[2].strength must lie between -2 and 2'],
    [['direction', 'levels', 2, 'perplexity'], 'much', 'dose.direction.levels[2].perplexity must be a finite number'],
    [['direction', 'levels', 2, 'effect', 'value'], 1e7, 'dose.direction.levels[2].effect.value must lie between'],
    [['direction', 'levels', 2, 'towards', 'high'], -9, 'dose.direction.levels[2].towards has an interval'],
    [
      ['direction', 'levels', 2, 'right', 'value'],
      1.5,
      'dose.direction.levels[2].right.value must lie between 0 and 1',
    ],
    [['control', 'levels'], [], 'dose.control.levels must have 4 items, got 0'],
    [['control', 'levels', 3, 'target'], 4, 'dose.control.levels[3].target must be 2 as that of the direction, got 4'],
    [['placebos', 2, 'kind'], 'direction', 'dose.placebos[2].kind must be one of flipped, isotropic, unrelated'],
    [['placebos', 0, 'levels', 0, 'batches'], -1, 'dose.placebos[0].levels[0].batches must be a whole number from 0'],
    [['ranks', 0, 'target'], 3, "dose.ranks[0].target must be a KL of the direction's levels, got 3"],
    [['ranks', 0, 'atLeast'], 14, 'dose.ranks[0].atLeast must be a whole number from 0 to 13'],
    [['ranks', 0, 'p'], 0.001, 'dose.ranks[0].p must be (1 + atLeast) / (1 + placebos)'],
    [['ranks', 0, 'largest'], -2.5, 'dose.ranks[0].largest must lie between 0'],
    [['provenance', 'seed'], -1, 'dose.provenance.seed must be a whole number from 0'],
    [['provenance'], null, 'dose.provenance must be an object, got null'],
  ] as [(string | number)[], unknown, string][])('with a wrong %j is refused by its path', (path, value, message) => {
    const record = refusal(() => parseDose(altered(path, value)));
    expect(record.code).toBe('dose-invalid');
    expect(record.message).toContain(message);
  });

  it.each(['', '{', '[]', 'null', '7'])('that is %j is refused', (text) => {
    expect(refusal(() => parseDose(text)).code).toBe('dose-invalid');
  });

  it('damaged anyhow is refused by our own error, or is a dose–response that can be written again', () => {
    const rng = createRng(17);
    let refused = 0;
    for (const damaged of mutations(source, 1500, rng)) {
      try {
        const written = serialiseDose(parseDose(damaged));
        expect(serialiseDose(parseDose(written))).toBe(written);
      } catch (error) {
        expect(error).toBeInstanceOf(AppError);
        expect((error as AppError).code).toBe('dose-invalid');
        refused += 1;
      }
    }
    expect(refused).toBeGreaterThan(1000);
  });

  it('is not written where two KLs are one after rounding', () => {
    const [first] = sampleDose.direction.levels;
    const close = {
      ...sampleDose.direction,
      levels: [
        { ...first!, target: 0.25 },
        { ...first!, target: 0.25 + 1e-9 },
      ],
    };
    expect(
      refusal(() => serialiseDose({ ...sampleDose, direction: close, control: null, ranks: [] })).message,
    ).toContain('dose.direction.levels[1].target must rise');
  });

  it('is not written where it could not be read again', () => {
    for (const value of [NaN, Infinity]) {
      const record = refusal(() =>
        serialiseDose({
          ...sampleDose,
          choices: { ...sampleDose.choices, unpushed: { value, low: null, high: null, n: 1 } },
        }),
      );
      expect(record).toMatchObject({ code: 'internal' });
      expect(record.message).toContain('dose.choices.unpushed.value must be a finite number');
    }
    expect(
      refusal(() => serialiseDose({ ...sampleDose, neutral: { ...sampleDose.neutral, perplexity: NaN } })).message,
    ).toContain('dose.neutral.perplexity must be a finite number');
  });
});
