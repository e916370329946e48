/** The figure: what is left of each placement under attack and in exceptions, in both families, and both against outside-textiness. */
import type { ExperimentFigure, FigurePanel, FigureSeries } from '../../charts/figure.ts';
import { pointOf } from '../figure-point.ts';
import { type FamilyFindings, type TrendName, TRENDS } from './findings.ts';
import { SHOWN } from './names.ts';
import { PLACEMENTS } from './spec.ts';

const TONES = [
  { attack: 'first', exception: 'second' },
  { attack: 'third', exception: 'fourth' },
] as const satisfies readonly Readonly<Record<TrendName, FigureSeries['tone']>>[];

const NAMES: Readonly<Record<TrendName, string>> = { attack: 'under attack', exception: 'in exceptions' };

/** Three panels. */
export function placementsFigure(families: readonly FamilyFindings[]): ExperimentFigure {
  const toneOf = (findings: FamilyFindings, name: TrendName): FigureSeries['tone'] =>
    TONES[families.indexOf(findings) === 0 ? 0 : 1][name];
  const against = (name: TrendName): FigurePanel => ({
    title: `Left ${NAMES[name]}, by outside-textiness`,
    x: { label: 'outside-textiness, on other contexts' },
    y: { label: `share left ${NAMES[name]}` },
    series: families.map((findings) => ({
      name: findings.family.title,
      as: 'intervals',
      tone: toneOf(findings, name),
      points: findings.all.map((one) => pointOf(one.outside.value, one[name], SHOWN[one.placed.placement])),
    })),
    lines: [{ at: 1, across: 'x', says: 'all of it' }],
  });
  return {
    caption:
      'One supervision at eight places, from a line of text to a fixed bias on the scores: what is left of the nats that it adds to the log odds of the rule, under attack (more is sturdier) and in exceptions, where it should not bind (less is more flexible). Fixed scores add the same everywhere by construction. Then both against outside-textiness, measured on other contexts. 95 % intervals over topics.',
    panels: [
      {
        title: 'What is left of the supervision',
        x: { label: 'where it is put', categories: PLACEMENTS.map((placement) => SHOWN[placement]) },
        y: { label: 'share of the clean effect' },
        series: families.flatMap((findings) =>
          TRENDS.map((name): FigureSeries => ({
            name: `${findings.family.title}, ${NAMES[name]}`,
            as: 'intervals',
            tone: toneOf(findings, name),
            points: findings.all.map((one) => pointOf(SHOWN[one.placed.placement], one[name])),
          })),
        ),
        lines: [
          { at: 1, across: 'x', says: 'all of it' },
          { at: 0, across: 'x', says: 'nothing' },
        ],
      },
      against('attack'),
      against('exception'),
    ],
  };
}
