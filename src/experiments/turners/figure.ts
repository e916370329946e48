/** The figure: how far a beginning sways the next act after each kind of author, and what turners take from it. */
import type { ExperimentFigure, FigureSeries } from '../../charts/figure.ts';
import { pointOf } from '../figure-point.ts';
import { meanOver } from './contrasts.ts';
import { type Hand, type Names, NAMES } from './plan.ts';
import type { ContextOdds } from '../context-odds.ts';
import type { TurnersSpec } from './spec.ts';
import { interaction, SWAY, swayAfter, swayAlone } from './sway.ts';

/** What each kind of author is called. */
export const HAND_WORDS = {
  turners: 'people turn',
  steady: 'people stay',
} as const satisfies Readonly<Record<Hand, string>>;

/** What is said of names. */
export const NAME_WORDS = {
  own: 'each story of one person',
  dealt: 'names dealt anew',
} as const satisfies Readonly<Record<Names, string>>;

const TONES = { own: 'first', dealt: 'null' } as const satisfies Readonly<Record<Names, FigureSeries['tone']>>;

/** Two panels: the sway after each kind of author, and the difference by how many stories came first. */
export function turnersFigure(
  spec: TurnersSpec,
  people: readonly ContextOdds[],
  stories: readonly number[],
): ExperimentFigure {
  const over = (value: (person: ContextOdds) => number) => meanOver(people.map(value), spec);
  const hands = ['steady', 'turners'] as const satisfies readonly Hand[];
  const alone = 'no story before';
  const { rope } = spec.thresholds;
  return {
    caption: `How far two ${spec.light} acts of a new person, against two ${spec.dark} ones, sway their next act. First come stories of other people by one author: all of them turn half-way, or none does. With names dealt anew the same sentences are told of mixed people. 95 % intervals over people.`,
    panels: [
      {
        title: 'How far a beginning sways the next act',
        x: {
          label: 'what the author’s people did before',
          categories: [alone, ...hands.map((hand) => HAND_WORDS[hand])],
        },
        y: { label: `sway of a beginning, ${SWAY}` },
        series: NAMES.map((names) => ({
          name: NAME_WORDS[names],
          as: 'intervals',
          tone: TONES[names],
          points: [
            ...(names === 'own' ? [pointOf(alone, over(swayAlone))] : []),
            ...hands.map((hand) =>
              pointOf(
                HAND_WORDS[hand],
                over((person) => swayAfter(person, hand, names, stories)),
              ),
            ),
          ],
        })),
        lines: [{ at: 0, across: 'x', says: 'a beginning tells nothing' }],
      },
      {
        title: 'What turners take from it',
        x: { label: 'stories before', categories: stories.map((count) => `${count} stories`) },
        y: { label: `turners less steady, ${SWAY}` },
        series: NAMES.map((names) => ({
          name: NAME_WORDS[names],
          as: 'intervals',
          tone: TONES[names],
          points: stories.map((count) =>
            pointOf(
              `${count} stories`,
              over((person) => interaction(person, names, [count])),
            ),
          ),
        })),
        bands: [{ from: -rope, to: rope, says: 'as good as nothing' }],
        lines: [{ at: 0, across: 'x', says: 'both alike' }],
      },
    ],
  };
}
