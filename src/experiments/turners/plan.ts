/** Which contexts a person is asked about in. Pure; all of it follows from the spec's seed. */
import { createRng, type Rng } from '../../base/rng.ts';
import type { RunSize } from '../experiment-types.ts';
import { type Act, type Side, SIDES, type Topic, type TurnersSpec } from './spec.ts';

/** Acts of a story of the author's. */
export const STORY_ACTS = 4;

/** Acts of the new person that begin their story. */
export const START_ACTS = 2;

/** What becomes of the people of an author: they turn half-way, or they stay what they are. */
export const HANDS = ['turners', 'steady'] as const;
export type Hand = (typeof HANDS)[number];

/** Whether the four acts of a story are of one person, or their names are dealt anew within two stories. */
export const NAMES = ['own', 'dealt'] as const;
export type Names = (typeof NAMES)[number];

/** An order, and its mirror image, in which every act has its other version. */
export const ORDERS = ['drawn', 'mirror'] as const;
type Order = (typeof ORDERS)[number];

/** A context of one person, e.g. `turners.own.4.mirror.dark`, or `alone.dark` without stories before. */
export interface PlannedContext {
  readonly id: string;
  readonly text: string;
}

/** Of which side the acts of a story are; the next story of a pair has the other way round. */
const PATTERNS = {
  turners: ['light', 'light', 'dark', 'dark'],
  steady: ['light', 'light', 'light', 'light'],
} as const satisfies Readonly<Record<Hand, readonly Side[]>>;

const OTHER = { light: 'dark', dark: 'light' } as const satisfies Readonly<Record<Side, Side>>;

/** The numbers of stories at a size. */
export function storiesOf(spec: TurnersSpec, size: RunSize): readonly number[] {
  return size === 'full' ? spec.stories : spec.stories.filter((count) => spec.quick.stories.includes(count));
}

/** The people who are asked about at a size. */
export function topicsOf(spec: TurnersSpec, size: RunSize): readonly Topic[] {
  return size === 'full' ? spec.topics : spec.topics.slice(0, spec.quick.topics);
}

/** The id of a context with stories. */
export function contextId(hand: Hand, names: Names, stories: number, order: Order, start: Side): string {
  return `${hand}.${names}.${stories}.${order}.${start}`;
}

/** What is drawn for one person. */
interface Drawn {
  /** In pairs of two who share a pronoun, so that names can be dealt anew: their acts of the stories. */
  readonly pairs: readonly (readonly [Told, Told])[];
  readonly start: readonly Act[];
  readonly tests: readonly Act[];
  /** By hand and pair: which name each of the eight sentences has when names are dealt anew, 0 or 1. */
  readonly dealt: Readonly<Record<Hand, readonly (readonly number[])[]>>;
}

interface Told {
  readonly person: Topic;
  readonly acts: readonly Act[];
}

function drawnFor(spec: TurnersSpec, topic: Topic): Drawn {
  const rng = createRng(spec.seed, spec.topics.indexOf(topic) + 1);
  const most = Math.max(...spec.stories);
  const others = rng.shuffle(spec.topics.filter((one) => one !== topic));
  const of = (pronoun: Topic['pronoun']): Topic[] => others.filter((one) => one.pronoun === pronoun).slice(0, most / 2);
  const told = (person: Topic): Told => ({ person, acts: rng.shuffle([...person.acts]).slice(0, STORY_ACTS) });
  const [she, he] = [of('she').map(told), of('he').map(told)];
  // Women and men by turns, a pair each; which of them come first is drawn.
  const [first, second] = rng.below(2) === 0 ? [she, he] : [he, she];
  const pairs = Array.from({ length: most / 2 }, (_, i): [Told, Told] => {
    const from = i % 2 === 0 ? first : second;
    const at = 2 * Math.floor(i / 2);
    const [one, other] = from.slice(at, at + 2);
    if (one === undefined || other === undefined) throw new RangeError('too few people'); // cannot be: parsing asks for them
    return [one, other];
  });
  const own = rng.shuffle([...topic.acts]);
  return {
    pairs,
    start: own.slice(0, START_ACTS),
    tests: own.slice(START_ACTS, START_ACTS + spec.tests),
    dealt: {
      turners: pairs.map(() => dealtAnew('turners', rng)),
      steady: pairs.map(() => dealtAnew('steady', rng)),
    },
  };
}

/** Names of the eight sentences of a pair, so that each of the two does as much of either side: two of four, drawn. */
function dealtAnew(hand: Hand, rng: Rng): number[] {
  const sides = [0, 1].flatMap((story) => sidesOf(hand, story, 'drawn'));
  const names = { light: rng.shuffle([0, 0, 1, 1]), dark: rng.shuffle([0, 0, 1, 1]) };
  return sides.map((side) => names[side].pop() ?? 0);
}

/** Of which side the acts of the story number `story` are. */
function sidesOf(hand: Hand, story: number, order: Order): readonly Side[] {
  const turned = (story % 2 === 1) !== (order === 'mirror');
  return PATTERNS[hand].map((side) => (turned ? OTHER[side] : side));
}

/** Every context of a person, those that begin alike one after another, and the acts that are asked for behind each. */
export function planOf(
  spec: TurnersSpec,
  topic: Topic,
  size: RunSize,
): { readonly contexts: readonly PlannedContext[]; readonly tests: readonly Act[] } {
  const drawn = drawnFor(spec, topic);
  const begun = (before: string, start: Side): string =>
    `${before}${topic.setting} ${drawn.start.map((act) => `${topic.name} ${act[start]}`).join(' ')} ${topic.name}`;
  const contexts = HANDS.flatMap((hand) =>
    NAMES.flatMap((names) =>
      ORDERS.flatMap((order) =>
        storiesOf(spec, size).flatMap((stories) => {
          const before = `${storiesIn(drawn, hand, names, order, stories).join('\n\n')}\n\n`;
          return SIDES.map((start) => ({
            id: contextId(hand, names, stories, order, start),
            text: begun(before, start),
          }));
        }),
      ),
    ),
  );
  return {
    contexts: [...SIDES.map((start) => ({ id: `alone.${start}`, text: begun('', start) })), ...contexts],
    tests: drawn.tests,
  };
}

function storiesIn(drawn: Drawn, hand: Hand, names: Names, order: Order, stories: number): string[] {
  return drawn.pairs.slice(0, stories / 2).flatMap((pair, p) =>
    pair.map(({ person, acts }, story) => {
      const sides = sidesOf(hand, story, order);
      const sentences = acts.map((act, i) => {
        const named =
          names === 'own' ? person : pair[drawn.dealt[hand][p]?.[STORY_ACTS * story + i] === 1 ? 1 : 0].person;
        return `${named.name} ${act[sides[i] ?? 'light']}`;
      });
      return [person.setting, ...sentences].join(' ');
    }),
  );
}
