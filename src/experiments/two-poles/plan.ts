/** Which topics are asked after which contexts, and what marked turn stands beside each. Pure; all of it follows from the spec's seed. */
import { createRng } from '../../base/rng.ts';
import type { RunSize } from '../experiment-types.ts';
import type { Question } from '../subject.ts';
import { mostShown, type PoleAxis, type Pole, POLES, type Topic, type TwoPolesSpec } from './spec.ts';

/** What a context shows. */
export const SHOWN = ['a', 'b', 'neutral'] as const;
export type Shown = (typeof SHOWN)[number];

/** A marked turn of another axis, with its own neutral turn. */
export interface MarkedTurn {
  readonly topic: Topic;
  readonly pole: Pole;
}

/** A topic that is asked for. */
export interface Asked {
  readonly topic: Topic;
  /** At which doses, ascending. */
  readonly doses: readonly number[];
}

/** A context, in three versions (one a pole and a neutral one), and the topics that are asked after it. */
export interface PlannedContext {
  /** The topics that it shows, none of them asked; a smaller dose shows the first of them. */
  readonly shows: readonly Topic[];
  readonly asked: readonly Asked[];
  /** Two turns of the marked axis, one of either pole. */
  readonly marked: readonly MarkedTurn[];
}

/** One question with what it is of. */
export interface PlannedQuestion {
  readonly context: number;
  readonly shown: Shown;
  readonly dose: number;
  /** A topic of the axis or a marked turn, by its number in the context. */
  readonly what: 'own' | 'marked';
  readonly at: number;
  readonly question: Question;
}

/** The contexts of an axis at a size. */
export function contextsOf(spec: TwoPolesSpec, axis: PoleAxis, size: RunSize): readonly PlannedContext[] {
  const most = mostShown(spec);
  const at = spec.axes.indexOf(axis);
  const rng = createRng(spec.seed, at + 1);
  const order = rng.shuffle([...axis.topics]);
  const other = spec.axes.find(({ id }) => id === axis.marked);
  const turns = rng.shuffle([...(other?.topics ?? [])]);
  const contexts: PlannedContext[] = [];
  for (let from = 0; from < order.length; from += axis.perContext) {
    const mine = order.slice(from, from + axis.perContext);
    const rest = order.filter((topic) => !mine.includes(topic));
    contexts.push({
      shows: rng.shuffle(rest).slice(0, most),
      asked: mine.map((topic, i): Asked => ({
        topic,
        doses: size === 'full' && i === 0 && contexts.length < spec.doseTopics ? spec.doses : [most],
      })),
      marked: POLES.map((pole, i): MarkedTurn => {
        const turn = turns[(2 * contexts.length + i) % turns.length];
        if (turn === undefined) throw new RangeError(`axis ${axis.id} has no marked turn`); // cannot be: parsing asks for one
        return { topic: turn, pole };
      }),
    });
  }
  return size === 'full' ? contexts : contexts.slice(0, spec.quick.contexts);
}

/** The text of a context at a dose. */
function textOf({ shows }: Pick<PlannedContext, 'shows'>, shown: Shown, dose: number): string {
  return shows
    .slice(0, dose)
    .map((topic) => `${topic.lead} ${topic[shown]}`)
    .join(' ');
}

/**
 * Every question of some contexts, those that begin alike side by side. After an opening: the turn of either pole and the neutral
 * one. At the dose of the verdict also the marked turns, each with its own neutral one, after the opening that is theirs.
 */
export function questionsOf(spec: TwoPolesSpec, contexts: readonly PlannedContext[]): readonly PlannedQuestion[] {
  const most = mostShown(spec);
  return contexts.flatMap((context, c) =>
    SHOWN.flatMap((shown) =>
      spec.doses.flatMap((dose): PlannedQuestion[] => {
        const before = textOf(context, shown, dose);
        const of = { context: c, shown, dose };
        const own = context.asked.flatMap(({ topic, doses }, at): PlannedQuestion[] =>
          doses.includes(dose)
            ? [
                {
                  ...of,
                  what: 'own',
                  at,
                  question: {
                    context: `${before} ${topic.lead}`,
                    continuations: [topic.a, topic.b, topic.neutral],
                  },
                },
              ]
            : [],
        );
        if (dose < most) return own;
        return [
          ...own,
          ...context.marked.map(({ topic, pole }, at): PlannedQuestion => ({
            ...of,
            what: 'marked',
            at,
            question: { context: `${before} ${topic.lead}`, continuations: [topic[pole], topic.neutral] },
          })),
        ];
      }),
    ),
  );
}
