/** The figure: what robustness costs in flexibility, both against outside-textiness, and where supervision can be seen. */
import type { ExperimentFigure, FigurePanel, FigurePoint, FigureSeries } from '../../charts/figure.ts';
import type { Estimate } from '../../stats/estimate.ts';
import type { FamilyFindings } from './family-findings.ts';
import type { PlacedEstimates, Visible } from './family-parts.ts';
import { SHOWN } from './names.ts';
import type { Placement } from './spec.ts';

/** One figure for all families. */
export function figureOf(families: readonly FamilyFindings[], visibilityMargin: number): ExperimentFigure {
  return {
    caption:
      'Robustness against attacks and flexibility in fair exceptions, for one rule at every place where it can be put, at the same clean effect; then both against the measured outside-textiness of the place, and the AUROC of a probe for whether the rule is on, by layer.',
    panels: families.flatMap((findings) => [
      frontier(findings),
      against(findings, 'Robustness', ({ robustness }) => robustness),
      against(findings, 'Flexibility', ({ flexibility }) => flexibility),
      visibility(findings, visibilityMargin),
    ]),
  };
}

/** Each placement looks the same in every panel, and no two of a family look alike. */
const LOOKS: Readonly<Record<PlacedEstimates['placement'], FigureSeries['tone']>> = {
  none: 'null',
  mask: 'null',
  prompt: 'first',
  early: 'second',
  middle: 'third',
  last: 'fourth',
  gated: 'fifth',
  readout: 'fifth',
  fixed: 'sixth',
  calculator: 'sixth',
};

/** A series a placement, so that the key names every mark. */
function named(placed: readonly PlacedEstimates[], point: (one: PlacedEstimates) => FigurePoint): FigureSeries[] {
  return placed.map((one) => ({
    name: SHOWN[one.placement],
    as: 'intervals',
    tone: LOOKS[one.placement],
    points: [point(one)],
  }));
}

function pointAt(x: number, { value, low, high }: Estimate, label: string): FigurePoint {
  return { x, y: value, ...(low !== null && { low }), ...(high !== null && { high }), label };
}

function frontier({ family, placed, none, mask }: FamilyFindings): FigurePanel {
  const point = (one: PlacedEstimates): FigurePoint =>
    pointAt(one.robustness.value, one.flexibility, SHOWN[one.placement]);
  return {
    title: `${family.title}: what robustness costs`,
    x: { label: 'robustness (share of the clean effect left)' },
    y: { label: 'flexibility in exceptions', range: [-1, 1] },
    series: [
      {
        name: 'in order of outside-textiness',
        as: 'line',
        tone: 'null',
        points: placed.map((one) => ({ x: one.robustness.value, y: one.flexibility.value })),
      },
      ...named(placed, point),
      {
        name: 'no rule, and the mask',
        as: 'dots',
        tone: 'null',
        points: [none, ...(mask === null ? [] : [mask])].map(point),
      },
    ],
  };
}

function against(
  { family, placed }: FamilyFindings,
  what: string,
  estimate: (one: PlacedEstimates) => Estimate,
): FigurePanel {
  return {
    title: `${family.title}: ${what.toLowerCase()}`,
    x: { label: 'outside-textiness' },
    y: { label: what.toLowerCase() },
    series: named(placed, (one) => pointAt(one.outside.value, estimate(one), SHOWN[one.placement])),
  };
}

function visibility({ family, visible }: FamilyFindings, margin: number): FigurePanel {
  const steered = visible.filter(({ name }) => name !== 'head');
  const line = ({ name, byLayer }: Visible, tone: FigureSeries['tone']): FigureSeries => ({
    name: name === 'head' ? 'word scores' : SHOWN[name as Placement],
    as: 'line',
    tone,
    points: byLayer.map((auroc, layer) => pointAt(layer, auroc, `layer ${layer}`)),
  });
  return {
    title: `${family.title}: can it be seen that the rule is on?`,
    x: { label: 'layer' },
    y: { label: 'AUROC, on against off', range: [0, 1] },
    series: [
      ...steered.map((one) => line(one, LOOKS[one.name as Placement])),
      ...visible.filter(({ name }) => name === 'head').map((one) => line(one, 'fifth')),
    ],
    bands: [{ from: 0.5 - margin, to: 0.5 + margin, says: 'cannot be seen' }],
    lines: [{ at: 0.5, across: 'x', says: 'chance' }],
  };
}
