/** The figure: where equally many acts lie, by how many there are and by what happens between them. */
import type { ExperimentFigure, FigurePoint, FigureSeries } from '../../charts/figure.ts';
import type { Estimate } from '../../stats/estimate.ts';
import { placeOf } from './contrasts.ts';
import { type AxisOdds, awayWay, backWay, blockWay, EVENT_WORDS, mixedWay } from './places.ts';
import { EVENT_IDS } from './plan.ts';
import type { AxisId, MidpointSpec } from './spec.ts';
import { pointOf } from '../figure-point.ts';

const TONES: Readonly<Record<AxisId, FigureSeries['tone']>> = { moral: 'third', mood: 'second', style: 'first' };

/** Two panels: by length, and in two blocks by event with both ways of turning. */
export function midpointFigure(spec: MidpointSpec, axes: readonly AxisOdds[]): ExperimentFigure {
  const { noAttractor, attractor } = spec.thresholds;
  const lines = [
    { at: 0.5, across: 'x', says: 'halfway: no attractor' },
    { at: 0, across: 'x', says: 'as after dark acts alone' },
  ] as const;
  const bands = [{ from: 0, to: attractor, says: 'an attractor' }];
  const nameOf = ({ axis }: AxisOdds): string => `${axis.light}–${axis.dark}`;
  const turned = { back: 'dark, then light', away: 'light, then dark' } as const;
  const categories = [...Object.values(turned), ...EVENT_IDS.map((event) => `both orders: ${EVENT_WORDS[event]}`)];
  return {
    caption: `Where the model goes on after equally many light and dark acts, between all dark acts (0) and all light ones (1). By length: drawn orders with their mirror images, by how many acts were read; an attractor would lie near 0, and the rule asks for ${noAttractor} or more. In two blocks: ${spec.blocks / 2} acts of one side and then ${spec.blocks / 2} of the other; both orders together where something happens. 95 % intervals over stories.`,
    panels: [
      {
        title: 'By length',
        x: { label: 'acts read, half of them light', log: true },
        y: { label: 'place between all dark (0) and all light (1)' },
        series: axes.map((one) => ({
          name: nameOf(one),
          as: 'line',
          tone: TONES[one.axis.id],
          points: one.lengths.map((length) =>
            namedPoint(
              length,
              placeOf(
                one.stories.map((story) => mixedWay(story, [length])),
                spec,
              ),
              `${nameOf(one)}, ${length} acts`,
            ),
          ),
        })),
        bands,
        lines,
      },
      {
        title: 'In two blocks',
        x: { label: 'what was read', categories },
        y: { label: 'place between all dark (0) and all light (1)' },
        series: axes.map((one) => {
          const { stories } = one;
          const away = placeOf(
            stories.map((story) => awayWay(story, spec.blocks)),
            spec,
          );
          const places: readonly (readonly [string, Estimate])[] = [
            [
              turned.back,
              placeOf(
                stories.map((story) => backWay(story, spec.blocks)),
                spec,
              ),
            ],
            [turned.away, mirrored(away)],
            ...EVENT_IDS.map(
              (event) =>
                [
                  `both orders: ${EVENT_WORDS[event]}`,
                  placeOf(
                    stories.map((story) => blockWay(story, spec.blocks, event)),
                    spec,
                  ),
                ] as const,
            ),
          ];
          return {
            name: nameOf(one),
            as: 'intervals',
            tone: TONES[one.axis.id],
            points: places.map(([x, estimate]) => namedPoint(x, estimate, `${nameOf(one)}, ${x}`)),
          };
        }),
        bands,
        lines,
      },
    ],
  };
}

/** How far down from all light, as a place: 1 less that. */
function mirrored({ value, low, high, n }: Estimate): Estimate {
  return { value: 1 - value, low: high === null ? null : 1 - high, high: low === null ? null : 1 - low, n };
}

function namedPoint(x: number | string, estimate: Estimate, label: string): FigurePoint {
  return pointOf(x, estimate, `${label}: ${estimate.value.toFixed(2)}`);
}
