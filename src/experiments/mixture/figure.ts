/**
 * The figure: odds against evidence as found and as fitted, by number of sentences, frame and steering; and what every rival loses or
 * wins.
 */
import type { RunSize } from '../experiment-types.ts';
import type { ExperimentFigure, FigurePanel, FigurePoint, FigureSeries } from '../../charts/figure.ts';
import type { Estimate } from '../../stats/estimate.ts';
import { mean } from '../../stats/stats.ts';
import { dosed, extentOf } from './contexts.ts';
import { ACCOUNTS, evidenceOf } from './models.ts';
import { levels, meanOver, NEVER, type Numbers } from './numbers.ts';
import { netOf } from './orders.ts';
import { type ConditionId, type MixtureSpec } from './spec.ts';
import type { Row, Table } from './table.ts';
import { pointOf } from '../figure-point.ts';

const TONES = ['first', 'second', 'third', 'fourth'] as const;
const ODDS = 'log odds of going on kindly, nats';

/** The figure: four panels, three where no steering was measured. */
export function figureOf(spec: MixtureSpec, size: RunSize, table: Table, numbers: Numbers): ExperimentFigure {
  const drawing = new Drawing(spec, size, table, numbers);
  const interventions = table.conditions.includes('plus');
  return {
    caption: `How the odds of a kind continuation move with the evidence, means over ${table.topics.length} topics with 95 % intervals, and the fit of evidence that adds up (lines; the odds of a probability, so that a sigmoid is a straight line): by balance and number of sentences without a frame; then behind frames${interventions ? ' and under steering' : ''}, where all sentences say the same, with the number N* of kind sentences at which the odds are back where they began. Last: held-out log-likelihood of evidence that adds up less that of each rival.`,
    panels: [
      drawing.byNumber(),
      drawing.crossed(
        'Frames',
        [
          ['kind', 'kind frame', 'positive'],
          ['cruel', 'cruel frame', 'negative'],
          ['neutral', 'neutral frame', 'third'],
          ['none', 'no frame', 'first'],
        ],
        'neutral',
        'cruel',
        numbers.crossings.frame,
      ),
      ...(interventions
        ? [
            drawing.crossed(
              'Steering',
              [
                ['plus', 'steered towards kind', 'positive'],
                ['minus', 'steered towards cruel', 'negative'],
                ['none', 'no steering', 'first'],
              ],
              'none',
              'minus',
              numbers.crossings.push,
            ),
          ]
        : []),
      rivals(spec, numbers),
    ],
  };
}

class Drawing {
  readonly #spec: MixtureSpec;
  readonly #orders: number;
  readonly #table: Table;
  readonly #numbers: Numbers;
  /** Mean of each topic's rows, so that a point is about evidence and not about which topics have it. */
  readonly #centres: readonly number[];
  /** Where the first condition begins, by the fit. */
  readonly #origin: number;

  constructor(spec: MixtureSpec, size: RunSize, table: Table, numbers: Numbers) {
    this.#spec = spec;
    this.#orders = 2 * extentOf(spec, size).beside;
    this.#table = table;
    this.#numbers = numbers;
    this.#centres = table.topics.map(({ rows }) => mean(rows.map(({ odds }) => odds)));
    const level = levels(numbers.fit, table.conditions);
    this.#origin = mean(
      table.topics.map(({ rows }) => mean(rows.map((row) => row.odds - level(row.condition) - this.#added(row.signs)))),
    );
  }

  /** What the fit says that evidence adds. */
  #added(signs: readonly number[]): number {
    const { coefficients, shape } = this.#numbers.fit;
    return (coefficients.at(-1) ?? NaN) * evidenceOf(ACCOUNTS[0], signs, shape);
  }

  /** The mean over topics of rows that `which` takes, each topic shifted to the mean of all. */
  #found(which: (row: Row) => boolean): Estimate {
    const grand = mean(this.#centres);
    const byTopic = this.#table.topics.flatMap(({ rows }, topic) => {
      const own = rows.filter(which).map(({ odds }) => odds);
      return own.length === 0 ? [] : [mean(own) - (this.#centres[topic] ?? NaN) + grand];
    });
    return meanOver(this.#spec, byTopic);
  }

  byNumber(): FigurePanel {
    const plain = this.#table.topics.flatMap(({ rows }) => rows.filter(({ condition }) => condition === 'none'));
    return {
      title: 'By balance and number, no frame',
      x: { label: 'kind less cruel sentences' },
      y: { label: ODDS },
      series: dosed(this.#spec).flatMap((dose, at): FigureSeries[] => {
        const tone = TONES[at % TONES.length] ?? 'first';
        const nets = [
          ...new Set(plain.filter(({ signs }) => signs.length === dose).map(({ signs }) => netOf(signs))),
        ].sort((a, b) => a - b);
        const points = nets.map((net) =>
          pointOf(
            net,
            this.#found(
              ({ condition, signs }) => condition === 'none' && signs.length === dose && netOf(signs) === net,
            ),
          ),
        );
        const line = [-1, 1].map((side): FigurePoint => ({
          x: side * dose,
          y: this.#origin + this.#added(Array.from({ length: dose }, () => side)),
        }));
        return [
          { name: `${dose} sentences`, as: 'intervals', tone, points },
          { name: `${dose} sentences, fit`, as: 'line', tone, points: line.filter(drawable) },
        ];
      }),
    };
  }

  /** All sentences alike, by condition; `from` begins where `to` has to get. */
  crossed(
    title: string,
    shown: readonly (readonly [id: ConditionId, name: string, tone: FigureSeries['tone']])[],
    to: ConditionId,
    from: ConditionId,
    crossing: Estimate | null,
  ): FigurePanel {
    const level = levels(this.#numbers.fit, this.#table.conditions);
    const counts = [
      ...dosed(this.#spec)
        .map((dose) => -dose)
        .reverse(),
      0,
      ...dosed(this.#spec),
    ];
    const signs = (count: number): readonly number[] => Array.from({ length: Math.abs(count) }, () => Math.sign(count));
    const start = this.#origin + level(to);
    const name = shown.find(([id]) => id === from)?.[1] ?? from;
    const n = crossing?.value ?? NaN;
    return {
      title,
      x: { label: 'sentences, all kind (right of 0) or all cruel (left)' },
      y: { label: ODDS },
      series: shown.flatMap(([id, says, tone]): FigureSeries[] => [
        {
          name: says,
          as: 'intervals',
          tone,
          points: counts
            .map((count) =>
              pointOf(
                count,
                this.#found(
                  (row) =>
                    row.condition === id &&
                    row.order < this.#orders &&
                    row.signs.length === Math.abs(count) &&
                    netOf(row.signs) === count,
                ),
              ),
            )
            .filter(drawable),
        },
        {
          name: `${says}, fit`,
          as: 'line',
          tone,
          points: counts
            .map((count): FigurePoint => ({ x: count, y: this.#origin + level(id) + this.#added(signs(count)) }))
            .filter(drawable),
        },
      ]),
      lines: [
        ...(Number.isFinite(start)
          ? [{ at: start, across: 'x' as const, says: `where ${shown.find(([id]) => id === to)?.[1] ?? to} begins` }]
          : []),
        ...(Number.isFinite(n) && n <= (counts.at(-1) ?? 0)
          ? [{ at: n, across: 'y' as const, says: `N*, ${name}` }]
          : []),
      ],
    };
  }
}

function rivals(spec: MixtureSpec, { rivalries }: Numbers): FigurePanel {
  const points = rivalries
    .map(({ rival, above }): FigurePoint => pointOf(rival.name, meanOver(spec, above.byTopic)))
    .filter(drawable);
  return {
    title: 'Evidence that adds up, against its rivals',
    x: { label: 'rival', categories: rivalries.map(({ rival }) => rival.name) },
    y: { label: 'held-out log-likelihood, nats a topic' },
    series: [{ name: 'adding up less the rival', as: 'intervals', tone: 'first', points }],
    lines: [{ at: 0, across: 'x', says: 'as good as the rival' }],
  };
}

function drawable({ y }: FigurePoint): boolean {
  return Number.isFinite(y) && Math.abs(y) < NEVER * NEVER;
}
