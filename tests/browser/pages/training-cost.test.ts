/** What the page says a training will read, against what a training reads. */
import { expect, it } from 'vitest';
import type { SetSource, TrainingPlan } from '../../../src/probe/training-plan.ts';
import { sha256Hex } from '../../../src/engine/store/sha256.ts';
import { shippedSets } from '../../../src/state/probes/shipped-sets.ts';
import { readingsOf } from '../../../src/features/train/training-cost.ts';
import type { SegmentReader } from '../../../src/training/reader.ts';
import { runTraining } from '../../../src/training/run-plan.ts';
import { toyReader } from '../../fixtures/toy/toy-reader.ts';

const { sets, controls } = await shippedSets();
const source = (name: string): Promise<SetSource> => [...sets, ...controls].find((set) => set.name === name)!.source();
/** The first lines of a set. */
const part = async (name: string, lines: number): Promise<SetSource> => {
  const whole = await source(name);
  return { ...whole, rows: `${whole.rows.split('\n').slice(0, lines).join('\n')}\n` };
};

/** Counts places at which control texts are read, and answers. */
async function counted(plan: TrainingPlan): Promise<number> {
  const reader = toyReader();
  let count = 0;
  const counting: SegmentReader = {
    ...reader,
    read: (passages, signal) => {
      count += passages.reduce((sum, { readoutAfter }) => sum + readoutAfter.length, 0);
      return reader.read(passages, signal);
    },
  };
  await runTraining(counting, plan, {
    hash: (content) => sha256Hex(typeof content === 'string' ? new TextEncoder().encode(content) : content),
  });
  return count;
}

const plan: TrainingPlan = {
  id: 'toy',
  title: 'Toy',
  about: 'A toy.',
  sets: [await part('kind-cruel-24', 24)],
  stories: await source('neutral-stories'),
  storyCount: 3,
  zeros: [],
  controls: [],
  others: [],
  readoutCount: 2,
  trace: null,
  otherReadouts: false,
  method: { kind: 'ridge', target: 'poles', penalty: 1 },
  defaultLayer: 1,
  seed: 1,
  shuffles: 5,
};
const everything: Partial<TrainingPlan> = {
  zeros: [await part('luck', 24)],
  others: [await part('formal-casual', 24)],
  controls: await Promise.all(['negation', 'personas', 'flips'].map(source)),
  otherReadouts: true,
  method: { kind: 'ridge', target: 'hardened', penalty: 1 },
};

it.each<[string, Partial<TrainingPlan>]>([
  ['the turns and the stories alone', {}],
  ['zeros, controls, other control texts and other axes', everything],
  [
    'more topics than are read in the chat form',
    { sets: [await part('kind-cruel-24', 72), await part('kind-cruel-more', 30)], otherReadouts: true },
  ],
  ['all control texts trained on, so that there is no other', { readoutCount: 4, otherReadouts: true }],
])(
  'is counted right: %s',
  async (_, changes) => {
    const whole = { ...plan, ...changes };
    expect(readingsOf(whole)).toBe(await counted(whole));
  },
  120_000,
);
