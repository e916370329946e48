/**
 * The most memory that a training takes, in a process of its own: 288 turns of 96 topics, the shipped stories, zeros, controls and
 * other axes, at two control texts, 31 layers of width 576, in the worker's own room with its memory of readings, on a reader
 * without a model. A second training follows, as on the page, so that remembered readings lie beside the running ones.
 * Prints JSON: `mostHeldMB` are arrays and heap, what waits to be collected included; `mostProcessMB` is the whole process,
 * which keeps what was freed and held `beforeMB` before it began.
 */
import { fileURLToPath } from 'node:url';
import { Options } from '../src/cli/command.ts';
import { PLAN_OPTIONS, planFrom } from '../src/cli/train-plan.ts';
import { createRng } from '../src/base/rng.ts';
import type { TrainingPlan } from '../src/probe/training-plan.ts';
import { READING_BUDGET_BYTES } from '../src/training/reading-memory.ts';
import type { SegmentReader, ReadoutPass } from '../src/training/reader.ts';
import { createTrainingCalls } from '../src/worker/host/training-calls.ts';

const LAYERS = 31;
const HIDDEN = 576;
const TOPICS = 96;
/** Texts in a group. */
const TOGETHER = 10;
const SETS = fileURLToPath(new URL('../probes/sets', import.meta.url));

/** A reader that gives numbers as fast as they can be drawn: what happens to them costs what it costs with a model. */
function emptyReader(): SegmentReader {
  const rng = createRng(5);
  const vector = (length: number): Float32Array => Float32Array.from({ length }, () => rng.uniform() - 0.5);
  return {
    model: { id: 'none', weightsSha256: 'ab'.repeat(32), layerCount: LAYERS - 1, hidden: HIDDEN },
    unreadable: () => null,
    groups: (passages) =>
      Array.from({ length: Math.ceil(passages.length / TOGETHER) }, (_, group) =>
        passages.slice(group * TOGETHER, (group + 1) * TOGETHER),
      ),
    read: (passages) =>
      Promise.resolve(
        passages.map(({ text, readoutTexts, readoutAfter, keepTokens }) => {
          const count = ('user' in text ? text.assistant : text.join(' ')).split(' ').length;
          const read: ReadoutPass[] = readoutAfter.map((_, index) => ({
            tokensBefore: 10 * (index + 1),
            means: readoutTexts.map(() => vector(LAYERS * HIDDEN)),
            own: vector(LAYERS * HIDDEN),
          }));
          return keepTokens === true
            ? { readouts: read, tokens: { count, residuals: vector(LAYERS * count * HIDDEN) } }
            : { readouts: read };
        }),
      ),
  };
}

/** The plan that a set of 96 topics gets where nothing is chosen. */
async function planOfMany(): Promise<TrainingPlan> {
  const plan = await planFrom(
    new Options('bench', ['--set', `${SETS}/kind-cruel-24/kind-cruel-24.set.json`], PLAN_OPTIONS),
    'many',
  );
  const [set] = plan.sets;
  if (set === undefined) throw new Error('There is no set to lend its header.');
  const rows = Array.from({ length: TOPICS }, (_, t) =>
    ['kind', 'cruel', 'neutral']
      .map((pole) =>
        JSON.stringify({
          topic: `topic ${t}`,
          pole,
          context: `Somebody stands in room ${t}.`,
          text: `There is a ${pole === 'neutral' ? 'plain' : pole} turn number ${t}.`,
        }),
      )
      .join('\n'),
  ).join('\n');
  return { ...plan, sets: [{ ...set, rows }] };
}

let mostResident = 0;
let mostHeld = 0;
const look = (): void => {
  const { rss, arrayBuffers, heapUsed } = process.memoryUsage();
  mostResident = Math.max(mostResident, rss);
  mostHeld = Math.max(mostHeld, arrayBuffers + heapUsed);
};

const plan = await planOfMany();
const room = createTrainingCalls(emptyReader);
const before = process.memoryUsage().rss;
const megabytes = (bytes: number): number => Math.round(bytes / 1e6);
const trainings = [];
for (const seed of [1, 2]) {
  const started = performance.now();
  await room.train({ ...plan, seed }, look, new AbortController().signal);
  trainings.push({
    seconds: Number(((performance.now() - started) / 1000).toPrecision(3)),
    mostHeldMB: megabytes(mostHeld),
    mostProcessMB: megabytes(mostResident),
  });
}
process.stdout.write(
  JSON.stringify({
    turns: TOPICS * 3,
    taps: plan.readoutCount,
    layers: LAYERS,
    hidden: HIDDEN,
    shuffles: plan.shuffles,
    readingBudgetMB: megabytes(READING_BUDGET_BYTES),
    beforeMB: megabytes(before),
    trainings,
  }),
);
