/** What is lost of what a model says of a text, topic by topic: read from units. Pure. */
import { field, integer, list, number } from '../../json/json-path.ts';
import { exactly } from '../../json/json-values.ts';
import { mean } from '../../stats/stats.ts';
import type { UnitResult } from '../design.ts';
import type { RunSize } from '../experiment-types.ts';
import { plannedText, unitOf, unitRoot } from '../unit-json.ts';
import { groupsOf, passesOf, RANDOM_SETS, type SetName, SETS } from './passes.ts';
import { type PunctuationAxis, type PunctuationSpec, type Side, SIDES } from './spec.ts';

/** The unit of what is told and lost. */
export const NATS = 'nats a word';

/** One topic. */
export interface TopicLosses {
  /** Log odds after the light version less those after the dark one, as the texts are: nats, mean over words. */
  readonly told: number;
  /** What of it is gone where the direction is taken out at these tokens. */
  readonly lost: Readonly<Record<SetName | 'others', number>>;
  /** The same along random directions, mean over them. */
  readonly random: Readonly<Record<(typeof RANDOM_SETS)[number], number>>;
  /** Marks among the tokens of both versions. */
  readonly marks: number;
  readonly tokens: number;
}

/** What an axis is found by. */
export interface AxisLosses {
  readonly axis: PunctuationAxis;
  readonly topics: readonly TopicLosses[];
}

/** All axes, their topics in the order of the spec. Throws `units-missing` and `unit-invalid`. */
export function lossesOf(spec: PunctuationSpec, size: RunSize, units: readonly UnitResult[]): readonly AxisLosses[] {
  const groups = groupsOf(spec, size);
  const read = groups.map((group) => {
    const unit = unitOf(units, group.id);
    const nodes = exactly(field(unitRoot(unit.data, unit.id), 'topics'), group.topics.length, (node) => node);
    return group.topics.map((topic, t): TopicLosses => {
      const node = nodes[t] ?? unitRoot(unit.data, unit.id);
      plannedText(node, 'id', topic.id);
      const versions = new Map(SIDES.map((side) => [side, versionOf(field(node, side), spec, group.axis)]));
      return topicLosses(spec, (side) => versions.get(side) ?? EMPTY);
    });
  });
  return spec.axes.map((axis) => ({
    axis,
    topics: groups.flatMap((group, g) => (group.axis === axis ? (read[g] ?? []) : [])),
  }));
}

interface Version {
  readonly tokens: number;
  readonly marks: number;
  /** Mean log odds over words, by pass. */
  readonly odds: readonly number[];
}

const EMPTY: Version = { tokens: 0, marks: 0, odds: [] };

function versionOf(node: Parameters<typeof field>[0], spec: PunctuationSpec, axis: PunctuationAxis): Version {
  const passes = passesOf(spec).length;
  return {
    tokens: integer(field(node, 'tokens'), 1, 10_000),
    marks: integer(field(node, 'marks'), 1, 10_000),
    odds: list(field(node, 'odds'), passes, passes).map((pass) => mean(exactly(pass, axis.words.length, number))),
  };
}

function topicLosses(spec: PunctuationSpec, version: (side: Side) => Version): TopicLosses {
  const passes = passesOf(spec);
  const [light, dark] = [version('light'), version('dark')];
  const told = (id: string): number => {
    const at = passes.findIndex((pass) => pass.id === id);
    return (light.odds[at] ?? Number.NaN) - (dark.odds[at] ?? Number.NaN);
  };
  const lost = (id: string): number => told('none') - told(id);
  const over = (count: number, id: (at: number) => string): number =>
    mean(Array.from({ length: count }, (_, at) => lost(id(at))));
  return {
    told: told('none'),
    lost: {
      ...(Object.fromEntries(SETS.map((set) => [set, lost(set)])) as Record<SetName, number>),
      others: over(spec.others, (draw) => `others.${draw}`),
    },
    random: Object.fromEntries(
      RANDOM_SETS.map((set) => [set, over(spec.random, (one) => `random.${set}.${one}`)]),
    ) as TopicLosses['random'],
    marks: light.marks + dark.marks,
    tokens: light.tokens + dark.tokens,
  };
}
