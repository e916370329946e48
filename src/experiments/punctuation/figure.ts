/** The figure: what is lost at each set of tokens, as a share of what is lost at all of them, and what is told at all. */
import type { ExperimentFigure, FigureSeries } from '../../charts/figure.ts';
import { pointOf } from '../figure-point.ts';
import { type AxisFindings, meanOver, SHARE, shareOf } from './contrasts.ts';
import { NATS, type TopicLosses } from './losses.ts';
import type { SetName } from './passes.ts';
import type { PunctuationSpec } from './spec.ts';

/** What each set of tokens is called. */
export const SET_WORDS = {
  all: 'all tokens',
  marks: 'commas and full stops',
  commas: 'commas alone',
  before: 'tokens before them',
  behind: 'tokens behind them',
  others: 'as many other tokens',
} as const satisfies Readonly<Record<SetName | 'others', string>>;

const TONES = [
  'first',
  'second',
  'third',
  'fourth',
  'fifth',
  'sixth',
] as const satisfies readonly FigureSeries['tone'][];

const RANDOM = 'random directions at marks';

/** Two panels. */
export function punctuationFigure(spec: PunctuationSpec, axes: readonly AxisFindings[]): ExperimentFigure {
  const shown = ['marks', 'behind', 'others', 'commas', 'before'] as const;
  const toneOf = (at: number): FigureSeries['tone'] => TONES[at % TONES.length] ?? 'first';
  const levels: readonly (readonly [name: string, of: (topic: TopicLosses) => number])[] = [
    ['as the text is', ({ told }) => told],
    ['random direction out', ({ told, random }) => told - random.all],
    ['its direction out', ({ told, lost }) => told - lost.all],
  ];
  return {
    caption:
      'A direction is taken out of the stream at chosen tokens of a text, at every layer. How much less does the model then say of the text which version it was? Shares are of what is lost where it is taken out at all tokens of the text. 95 % intervals over topics; directions are fitted on other topics.',
    panels: [
      {
        title: 'What is lost, by where it is taken out',
        x: { label: 'tokens', categories: [...shown.map((set) => SET_WORDS[set]), RANDOM] },
        y: { label: SHARE },
        series: axes.map(({ axis, topics }, at) => ({
          name: axis.name,
          as: 'intervals',
          tone: toneOf(at),
          points: [
            ...shown.map((set) =>
              pointOf(
                SET_WORDS[set],
                shareOf(
                  topics,
                  ({ lost }) => lost[set],
                  ({ lost }) => lost.all,
                  spec,
                ),
              ),
            ),
            pointOf(
              RANDOM,
              shareOf(
                topics,
                ({ random }) => random.marks,
                ({ lost }) => lost.all,
                spec,
              ),
            ),
          ],
        })),
        lines: [
          { at: 1, across: 'x', says: 'as much as at all tokens' },
          { at: 0, across: 'x', says: 'nothing' },
        ],
      },
      {
        title: 'What the model says of the text',
        x: { label: 'at all tokens', categories: levels.map(([name]) => name) },
        y: { label: `light less dark version, ${NATS}` },
        series: axes.map(({ axis, topics }, at) => ({
          name: axis.name,
          as: 'intervals',
          tone: toneOf(at),
          points: levels.map(([name, of]) => pointOf(name, meanOver(topics, of, spec))),
        })),
        lines: [{ at: 0, across: 'x', says: 'both versions alike' }],
      },
    ],
  };
}
