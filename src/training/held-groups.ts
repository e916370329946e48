/** Styles, and sets of several, left out as a whole with their topics. */
import type { Transfer } from '../probe/report-types.ts';
import type { RowInfo } from '../stats/linear/rows.ts';
import type { PromptSet } from '../formats/sets/prompt-set.ts';
import { readOf } from './evidence/judge-layer.ts';
import type { GroupScores } from './method-curve.ts';
import type { Readings } from './readings.ts';

/** What is left out together. */
export interface HeldGroup {
  readonly kind: 'style' | 'set';
  readonly name: string;
  /** Every topic that has a turn of it. */
  readonly topics: readonly number[];
  /** Its own turns of both poles, by reading. */
  readonly poles: readonly number[];
}

/**
 * Every style, then every set of several. One that is in every topic is passed over: nothing would be left to fit, and
 * all scores would be 0.
 */
export function heldGroups(readings: Readings, sets: readonly PromptSet[]): HeldGroup[] {
  return [
    ...groupsBy(readings, 'style', (row) => row.style),
    ...groupsBy(readings, 'set', (row) => sets[row.set]?.name),
  ];
}

function groupsBy(
  readings: Readings,
  kind: HeldGroup['kind'],
  nameOf: (row: RowInfo) => string | undefined,
): HeldGroup[] {
  const groups = new Map<string, { readonly topics: Set<number>; readonly poles: number[] }>();
  for (const reading of readings.poles) {
    const row = readings.info[reading];
    const name = row === undefined ? undefined : nameOf(row);
    if (row === undefined || name === undefined) continue;
    const group = groups.get(name) ?? { topics: new Set(), poles: [] };
    groups.set(name, group);
    group.topics.add(row.topic);
    group.poles.push(reading);
  }
  if (groups.size < 2) return [];
  return [...groups]
    .filter(([, { topics }]) => topics.size < readings.topics.length)
    .map(([name, { topics, poles }]) => ({ kind, name, topics: [...topics], poles }));
}

/** What the probe's way to fit reads in each group, layer and penalty chosen by the topics outside it. */
export function groupTransfers(
  groups: readonly HeldGroup[],
  scores: readonly GroupScores[],
  readings: Readings,
  seed: number,
): Transfer[] {
  return groups.map(({ kind, name, poles }, index) => {
    const { layer = 0, penalty = 0, byReading } = scores[index] ?? {};
    const info = poles.flatMap((reading) => readings.info[reading] ?? []);
    return {
      kind,
      name,
      ...readOf(
        poles.map((reading) => byReading?.get(reading) ?? NaN),
        info,
        seed,
      ),
      chosen: { layer, penalty },
    };
  });
}
