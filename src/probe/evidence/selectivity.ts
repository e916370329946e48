/**
 * Control tasks (Hewitt and Liang 2019): how much of a probe's accuracy is owed to the probe and not to the model. The
 * same ridge probe learns labels dealt to turns at random, which it can only learn by heart, and is tested as it is on the axis.
 *
 * This is not held-out accuracy. Every turn is in the fit, read at control text A, and tested at control text B: a control label belongs to
 * one turn and can be known only by having seen that turn, so leaving turns out would put every control at chance
 * and the difference would say nothing. Control labels are dealt within topics, as the axis itself is: labels dealt over all turns
 * could be told in part by the topic, which the axis never can, and controls would look easier than it. A high `task`
 * therefore claims nothing about new topics; the difference does
 * tell a readable axis from a probe with room to memorise.
 */
import { shuffleWithinTopics } from '../../stats/bootstrap.ts';
import { clusterRatio } from '../../stats/effect.ts';
import { choleskyInPlace, choleskySolve, productTransposed } from '../../stats/linear/linalg.ts';
import type { Selectivity } from '../report-types.ts';
import { inUnitsOf, kernelOf, standardRows } from '../../stats/linear/standard-rows.ts';
import { mean } from '../../stats/stats.ts';

/** What {@link selectivityOf} needs, at one layer. */
export interface SelectivityInput {
  /** Readings of the turns of both poles at one control text, to learn from `[turns, hidden]`. */
  readonly learned: Float32Array;
  /** Readings of the same turns, in the same order, at another control text, to test on `[turns, hidden]`. */
  readonly tested: Float32Array;
  readonly hidden: number;
  /** +1 and -1 `[turns]`. */
  readonly labels: ArrayLike<number>;
  /** The topic of each turn, any whole numbers `[turns]`; the unit of the interval. */
  readonly topics: ArrayLike<number>;
  /** Lambda of the kernel divided by the width: w = Z'(ZZ'/d + lambda I)^-1 y. */
  readonly penalty: number;
  readonly controlTasks?: number;
  readonly draws: number;
  readonly seed: number;
}

/**
 * Accuracy on the axis, mean accuracy on `controlTasks` (50) labelings dealt anew within topics, and
 * their difference with its 95 % interval over topics. A score of 0 counts as half right.
 *
 * Features are in the standard units of the first control text; each control text is centred on its own mean over all turns, which needs
 * no label, because another wording moves every reading alike. All labelings share one factorisation. Throws
 * `RangeError` where a label is neither +1 nor -1 or the sizes disagree.
 */
export function selectivityOf(input: SelectivityInput): Selectivity {
  const { learned, tested, hidden, topics, penalty, controlTasks = 50, draws, seed } = input;
  const labels = Array.from(input.labels);
  const turns = labels.length;
  if (labels.some((label) => Math.abs(label) !== 1)) throw new RangeError('selectivity needs labels of +1 and -1 only');
  for (const size of [learned.length, tested.length])
    if (size !== turns * hidden)
      throw new RangeError(`${turns} turns of width ${hidden} need ${turns * hidden} numbers, got ${size}`);
  const rows = standardRows(learned, hidden);
  const system = kernelOf(rows);
  for (let i = 0; i < turns; i += 1) system[i * turns + i] = (system[i * turns + i] ?? 0) + penalty;
  choleskyInPlace(system, turns);
  const own = { ...rows, mean: standardRows(tested, hidden).mean };
  const across = productTransposed(inUnitsOf(own, tested), turns, rows.z, turns, hidden);

  /** 1, 0.5 or 0 for every turn, once the probe has learned these labels. */
  const rightOn = (labeling: readonly number[]): Float64Array => {
    const weights = Float64Array.from(labeling);
    choleskySolve(system, turns, weights);
    return Float64Array.from(labeling, (label, i) => {
      let score = 0;
      for (let j = 0; j < turns; j += 1) score += (across[i * turns + j] ?? 0) * (weights[j] ?? 0);
      return score === 0 ? 0.5 : score > 0 === label > 0 ? 1 : 0;
    });
  };
  const task = rightOn(labels);
  const control = new Float64Array(turns);
  const dealt = shuffleWithinTopics(
    labels,
    topics,
    labels.map((_, turn) => turn),
    controlTasks,
    seed ^ CONTROL_STREAM,
  );
  for (const labeling of dealt)
    rightOn(Array.from(labeling)).forEach((right, turn) => (control[turn] = (control[turn] ?? 0) + right));
  // Halves add up exactly; shares of them would not.
  control.forEach((right, turn) => (control[turn] = right / controlTasks));
  const { gains, sizes } = byTopic(task, control, topics);
  return {
    task: mean(task),
    control: mean(control),
    selectivity: clusterRatio(gains, sizes, draws, seed, 'topics'),
    controlTasks,
  };
}

/** Keeps the labelings apart from the resamples of the same seed. */
const CONTROL_STREAM = 0x5e1ec7;

function byTopic(
  task: Float64Array,
  control: Float64Array,
  topics: ArrayLike<number>,
): { gains: number[]; sizes: number[] } {
  const found = new Map<number, { gain: number; size: number }>();
  task.forEach((right, turn) => {
    const topic = topics[turn] ?? 0;
    const sum = found.get(topic) ?? { gain: 0, size: 0 };
    found.set(topic, { gain: sum.gain + right - (control[turn] ?? 0), size: sum.size + 1 });
  });
  return { gains: [...found.values()].map(({ gain }) => gain), sizes: [...found.values()].map(({ size }) => size) };
}
