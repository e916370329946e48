/** How long an experiment will take on a model: measured on a short stretch first, then corrected by what its units took. */
import type { Cost } from './design.ts';
import type { Subject } from './subject.ts';

/** Seconds of a token. */
export interface Pace {
  readonly read: number;
  readonly written: number;
}

/** A stretch of text as experiments read it: short texts with control texts, many at once. */
const BEGINNING = 'The mill stood at the bend of the river, and its wheel had not turned since the spring flood.';
const READOUT_TEXT = 'The afternoon went on, and the light moved across the floor.';
const TEXTS = 12;
const ROLLOUTS = 24;
const ROLLOUT_TOKENS = 4;

/** Reads and writes for a few seconds. `clock` gives milliseconds. Throws what the subject throws. */
export async function measurePace(
  subject: Subject,
  clock: () => number,
  writes: boolean,
  signal?: AbortSignal,
): Promise<Pace> {
  // No two begin alike: what is shared is read once, and would be counted twelve times.
  const passages = Array.from({ length: TEXTS }, (_, index) => ({
    text: [`${index + 1} carts came down the hill. ${BEGINNING}`, 'Nobody was at the gate.'],
    readoutTexts: [READOUT_TEXT],
    readoutAfter: [0, 1],
  }));
  const [first] = passages;
  // The first pass of a session pays for what later ones find ready.
  if (first !== undefined) await subject.read([first], signal);
  const tokens = passages.reduce(
    (sum, { text }) => sum + subject.encode(text.join(' ')).length + 2 * subject.encode(` ${READOUT_TEXT}`).length,
    0,
  );
  const began = clock();
  await subject.read(passages, signal);
  const read = (clock() - began) / 1000 / tokens;
  if (!writes) return { read, written: 0 };
  const writing = clock();
  await subject.write(
    [BEGINNING],
    { count: ROLLOUTS, maxTokens: ROLLOUT_TOKENS, temperature: 1, topP: 1, seed: 0 },
    signal,
  );
  return { read, written: (clock() - writing) / 1000 / (ROLLOUTS * ROLLOUT_TOKENS) };
}

/** Seconds that this costs at that pace. */
export function secondsOf({ read, written }: Cost, pace: Pace): number {
  return read * pace.read + written * pace.written;
}

/** The sum of costs. */
export function totalCost(costs: readonly Cost[]): Cost {
  return costs.reduce((sum, cost) => ({ read: sum.read + cost.read, written: sum.written + cost.written }), {
    read: 0,
    written: 0,
  });
}
