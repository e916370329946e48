/** The readings of a training, one a text, and which of them belong together. */
import { labelOf, type RowInfo, type ReadoutRows, type TurnRows, turnsOf } from '../stats/linear/rows.ts';
import { opposite, type Pole, signOf } from '../probe/heads.ts';
import type { FitMethod } from '../probe/probe-types.ts';

/** Weight of the turns of a zero set in a hardened fit; its neutral turns weigh 1 like all others. */
const HARD_WEIGHT = 10;

/** All readings, by number. */
export interface Readings {
  readonly turns: readonly TurnRows[];
  readonly info: readonly RowInfo[];
  /** Of both poles of the axis. */
  readonly poles: readonly number[];
  /** By topic of the axis, by topic of the zero sets, by story: what is held out together. */
  readonly topics: readonly (readonly number[])[];
  readonly zeroTopics: readonly (readonly number[])[];
  readonly stories: readonly (readonly number[])[];
}

/** Sorts the rows of a training into readings. */
export function readingsIn(rows: ReadoutRows): Readings {
  const turns = turnsOf(rows.info, () => true);
  const info = turns.map((turn) => turn.info);
  const byTopic = groupBy(info, (row) => row.topic);
  return {
    turns,
    info,
    poles: info.flatMap((row, i) => (labelOf(row.role) === 0 ? [] : [i])),
    topics: byTopic.filter((_, topic) => topic < rows.topicCount),
    zeroTopics: byTopic.filter((_, topic) => topic >= rows.topicCount),
    stories: groupBy(info, (row) => row.story),
  };
}

/** Places in `info` by a key, in ascending order of the key; negative keys are left out, and every key up to the largest must occur. */
export function groupBy(info: readonly RowInfo[], key: (row: RowInfo) => number): number[][] {
  const groups: number[][] = [];
  info.forEach((row, i) => {
    const at = key(row);
    if (at >= 0) (groups[at] ??= []).push(i);
  });
  return groups;
}

/** What a target learns from: readings by number, with target and weight. */
export interface Selection {
  readonly select: readonly number[];
  readonly targets: Float64Array;
  readonly weights: Float64Array;
  /** Where a reading stands in `select`; -1 where it is not fitted. */
  readonly place: Int32Array;
}

/** The readings that a method of this target learns from. */
export function selectFor(readings: Readings, target: FitMethod['target']): Selection {
  const { info } = readings;
  const select = info.flatMap(({ role }, i) =>
    labelOf(role) !== 0 || (target !== 'poles' && role !== 'zero') || target === 'hardened' ? [i] : [],
  );
  return selectionOf(readings, select);
}

/** Weight of readings that are scored by a fit, their topic left out, and have no say in it. */
const NO_SAY = 1e-9;

/** What both poles' own directions are fitted among: the readings of the target, and the neutral turns in any case. */
export function selectWithNeutral(readings: Readings, target: FitMethod['target']): Selection {
  const wanted = new Set(selectFor(readings, target).select);
  return selectionOf(
    readings,
    readings.info.flatMap(({ role }, i) => (wanted.has(i) || role === 'neutral' ? [i] : [])),
  );
}

/** The same readings for one pole from neutral: only it is compared with 0; the other pole's turns do not count. */
export function selectPole(readings: Readings, among: Selection, pole: Pole): Selection {
  const roleAt = (place: number): RowInfo['role'] | undefined => readings.info[among.select[place] ?? -1]?.role;
  return {
    ...among,
    targets: among.targets.map((_, i) => (roleAt(i) === pole ? signOf(pole) : 0)),
    weights: among.weights.map((weight, i) => (roleAt(i) === opposite(pole) ? NO_SAY : weight)),
  };
}

function selectionOf({ info }: Readings, select: readonly number[]): Selection {
  const place = new Int32Array(info.length).fill(-1);
  select.forEach((reading, i) => (place[reading] = i));
  return {
    select,
    place,
    targets: Float64Array.from(select, (i) => labelOf(info[i]?.role ?? 'neutral')),
    weights: Float64Array.from(select, (i) => (info[i]?.role === 'zero' && info[i].side !== 0 ? HARD_WEIGHT : 1)),
  };
}

/** Units of readings as units of what is fitted; units of which nothing is fitted are dropped. */
export function unitsOf(selection: Selection, units: readonly (readonly number[])[]): number[][] {
  return units
    .map((unit) =>
      unit.flatMap((reading) => ((selection.place[reading] ?? -1) >= 0 ? [selection.place[reading] ?? 0] : [])),
    )
    .filter((unit) => unit.length > 0);
}
