/** In which ways every text is read: as it is, and with a direction taken out at one set of its tokens. Pure. */
import type { Places } from './places.ts';
import type { PunctuationAxis, PunctuationSpec, Topic } from './spec.ts';
import type { RunSize } from '../experiment-types.ts';

/** A way of reading a text. */
export interface TextPass {
  /** Names it in the analysis: `others.0`. */
  readonly id: string;
  /** What is taken out: nothing, the axis, or the random direction of that number. */
  readonly out: 'nothing' | 'axis' | number;
  readonly tokens: (places: Places) => readonly number[];
}

/** The sets that are no draws. */
export const SETS = ['all', 'marks', 'commas', 'before', 'behind'] as const satisfies readonly (keyof Places)[];
export type SetName = (typeof SETS)[number];

/** The sets at which random directions are taken out too; each at one draw of other tokens. */
export const RANDOM_SETS = ['all', 'marks', 'others'] as const;

/** All ways, in the order in which a unit holds them. */
export function passesOf({ others, random }: Pick<PunctuationSpec, 'others' | 'random'>): readonly TextPass[] {
  return [
    { id: 'none', out: 'nothing', tokens: () => [] },
    ...SETS.map((set): TextPass => ({ id: set, out: 'axis', tokens: (places) => places[set] })),
    ...Array.from({ length: others }, (_, draw): TextPass => ({
      id: `others.${draw}`,
      out: 'axis',
      tokens: (places) => places.others[draw] ?? [],
    })),
    ...RANDOM_SETS.flatMap((set) =>
      Array.from({ length: random }, (_, one): TextPass => ({
        id: `random.${set}.${one}`,
        out: one,
        tokens: (places) => (set === 'others' ? (places.others[one % others] ?? []) : places[set]),
      })),
    ),
  ];
}

/** A unit: an axis and one group of its topics. */
export interface Group {
  readonly id: string;
  readonly axis: PunctuationAxis;
  /** Those that are measured, and those that the directions are fitted on. */
  readonly topics: readonly Topic[];
  readonly fit: readonly Topic[];
}

/** The groups of a size, in the order of their ids. */
export function groupsOf(spec: PunctuationSpec, size: RunSize): readonly Group[] {
  return spec.axes
    .flatMap((axis) =>
      Array.from({ length: size === 'full' ? spec.groups : spec.quick.groups }, (_, group): Group => {
        const each = axis.topics.length / spec.groups;
        const own = axis.topics.slice(group * each, (group + 1) * each);
        return {
          id: `${axis.id}.${String(group + 1).padStart(2, '0')}`,
          axis,
          topics: own,
          fit: axis.topics.filter((topic) => !own.includes(topic)),
        };
      }),
    )
    .toSorted((one, other) => (one.id < other.id ? -1 : 1));
}
