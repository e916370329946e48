/** The estimate of a whole training from its first texts, against what a training really reads and how long it then takes. */
import { describe, expect, it } from 'vitest';
import {
  CONTROL_SETS,
  OTHER_SETS,
  planTraining,
  TRAINING_DEFAULTS,
  ZERO_SETS,
} from '../../../src/probe/training-defaults.ts';
import type { SetSource, TrainingPlan, TrainingProgress } from '../../../src/probe/training-plan.ts';
import { sha256Hex } from '../../../src/engine/store/sha256.ts';
import { shippedSets } from '../../../src/state/probes/shipped-sets.ts';
import { workOf } from '../../../src/features/train/training-work.ts';
import { wholePace } from '../../../src/features/train/whole-pace.ts';
import type { SegmentReader } from '../../../src/training/reader.ts';
import { runTraining } from '../../../src/training/run-plan.ts';
import { toyReader } from '../../fixtures/toy/toy-reader.ts';

const { sets, controls } = await shippedSets();
const source = (name: string): Promise<SetSource> => [...sets, ...controls].find((set) => set.name === name)!.source();
const all = (names: readonly string[]): Promise<SetSource[]> => Promise.all(names.map(source));
const own = await source('kind-cruel-24');
const plan: TrainingPlan = planTraining(
  {
    sets: [{ ...own, rows: own.rows.split('\n').slice(0, 24).join('\n') }],
    stories: await source('neutral-stories'),
    zeros: await all(ZERO_SETS),
    controls: await all(CONTROL_SETS),
    others: await all(OTHER_SETS.slice(2, 4)),
  },
  { ...TRAINING_DEFAULTS, target: 'zeroed', shuffles: 5, stories: 3 },
);
const PER_CHARACTER = 0.2;
const PER_LAYER = 5000;

/** The toy on a clock of its own: reading takes so long a character, and fitting so long a layer. */
async function trained(together: number): Promise<{
  readonly seen: readonly { readonly at: number; readonly left: number | null; readonly progress: TrainingProgress }[];
  readonly took: number;
}> {
  let now = 0;
  const toy = toyReader({ together });
  const reader: SegmentReader = {
    ...toy,
    read: (passages, signal) => {
      for (const { text, readoutTexts, readoutAfter } of passages) {
        const read = 'user' in text ? [text.system ?? '', text.user, text.assistant] : text;
        now += PER_CHARACTER * (read.join('').length + readoutAfter.length * readoutTexts.join('').length);
      }
      return toy.read(passages, signal);
    },
  };
  const left = wholePace(workOf(plan), () => now);
  const seen: { at: number; left: number | null; progress: TrainingProgress }[] = [];
  await runTraining(reader, plan, {
    hash: (content) => sha256Hex(typeof content === 'string' ? new TextEncoder().encode(content) : content),
    onProgress: (progress) => {
      if (progress.stage === 'fitting') now += PER_LAYER;
      seen.push({ at: now, left: left(progress), progress });
    },
  });
  return { seen, took: now };
}

describe('the estimate of a whole training', async () => {
  const { seen, took } = await trained(1);

  it('is there after a few texts, and counts what all stages read', () => {
    const first = seen.find((step) => step.left !== null)!;
    expect(first.progress).toMatchObject({ stage: 'reading', done: 4 });
    const fitting = seen.filter((step) => step.progress.stage === 'fitting').length * PER_LAYER;
    const reading = took - first.at - fitting;
    // Before a layer is fitted its time is a guess; what is read is not.
    const guess = first.left! - reading;
    expect(guess).toBeGreaterThan(0);
    expect(guess).toBeLessThan(31 * 500);
  });

  it('is the same where texts are read several at once', async () => {
    const groups = await trained(5);
    expect(groups.took).toBeCloseTo(took);
    const early = groups.seen.find((step) => step.left !== null)!;
    expect(early.progress).toMatchObject({ stage: 'reading', done: 20 });
    const alike = seen.find(({ progress }) => progress.done === 20)!;
    expect(Math.abs(early.left! - alike.left!) / alike.left!).toBeLessThan(0.02);
    expect(groups.seen.at(-1)!.left).toBe(0);
  });

  it('is right once a layer has been fitted, and nothing is left at the end', () => {
    const at = seen.filter((step) => step.progress.stage === 'fitting').at(-1)!;
    expect(Math.abs(at.left! - (took - at.at)) / (took - at.at)).toBeLessThan(0.05);
    const judging = seen.filter((step) => step.progress.stage === 'judging');
    expect(judging.at(-1)!.left).toBe(0);
    const half = judging[Math.floor(judging.length / 2)]!;
    expect(Math.abs(half.left! - (took - half.at)) / (took - half.at)).toBeLessThan(0.25);
  });
});
