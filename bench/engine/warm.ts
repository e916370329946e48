/** The rounds in which both engines are warm: the same work for each, turn about. */
import { say } from '../../scripts/packages.mjs';
import type { EngineName, Opened, Reads } from './engine.ts';
import { largestDifference, partingPlace, tokenMs, type Values } from './spread.ts';
import type { Tab } from './tab.ts';
import type { Workload } from './workload.ts';

/** Where one way of writing left what transformers.js wrote. */
export interface Parting {
  readonly round: number;
  readonly reads: Reads;
  readonly place: number;
}

/** What the rounds brought. */
export interface WarmRounds {
  readonly opened: Readonly<Record<EngineName, Opened>>;
  readonly rounds: readonly Values[];
  /** Continuations of ours that were held against theirs, with the fewest tokens of any. */
  readonly compared: { readonly runs: number; readonly fewestTokens: number };
  readonly partings: readonly Parting[];
  /** How much reading together changes what is read, relative, each engine by a number of its own. */
  readonly batchDifference: Readonly<Record<EngineName, number>>;
}

/** One way in which an engine writes. */
interface Way {
  readonly engine: EngineName;
  readonly reads: Reads;
}

const BOTH: readonly EngineName[] = ['theirs', 'ours'];

/** Runs them in a tab in which ours is open; theirs joins it. `started` is when the benchmark began. */
export async function warmRounds(
  tab: Tab,
  address: string,
  work: Workload,
  ours: Opened,
  started: number,
): Promise<WarmRounds> {
  const opened = { ours, theirs: await tab.call('theirs', 'open', address) };
  const ways = BOTH.flatMap((engine) => opened[engine].reads.map((reads): Way => ({ engine, reads })));
  if (work.rehearsed) await rehearse(tab, work, ways);
  const rounds: Values[] = [];
  const partings: Parting[] = [];
  const compared = { runs: 0, fewestTokens: Infinity };
  const batchDifference = { ours: 0, theirs: 0 };
  for (let round = 0; round < work.rounds; round += 1) {
    const began = performance.now();
    const values: Record<string, number> = {};
    const turn = <T>(list: readonly T[]): readonly T[] => (round % 2 === 0 ? list : [...list].reverse());
    const written = await write(tab, work, work.prompts[round % work.prompts.length] ?? '', turn(ways), values);
    const theirs = written.get('theirs.nothing') ?? [];
    // What is steered is meant to differ.
    for (const reads of ours.reads.filter((each) => each !== 'steering')) {
      const ids = written.get(`ours.${reads}`) ?? [];
      compared.runs += 1;
      compared.fewestTokens = Math.min(compared.fewestTokens, ids.length, theirs.length);
      const place = partingPlace(ids, theirs);
      if (place !== null) partings.push({ round, reads, place });
    }
    // Without a rehearsal theirs, opened last, still compiles for its first prompt here.
    if (!work.rehearsed && round === 0) for (const { engine, reads } of ways) delete values[`${engine}.first.${reads}`];
    for (const engine of turn(BOTH))
      batchDifference[engine] = Math.max(batchDifference[engine], await read(tab, work, engine, values));
    rounds.push(values);
    say(
      `round ${round + 1} of ${work.rounds}: ms a token: ${ways.map(({ engine, reads }) => `${engine} reading ${reads} ${(values[`${engine}.token.${reads}`] ?? NaN).toFixed(1)}`).join(', ')}`,
    );
    const now = performance.now();
    if (now - started + (now - began) > work.mostMinutes * 60_000) break;
  }
  return { opened, rounds, compared, partings, batchDifference };
}

/** Everything once and short, so that no round compiles a shader. */
async function rehearse(tab: Tab, work: Workload, ways: readonly Way[]): Promise<void> {
  say('warming up');
  for (const { engine, reads } of ways) await tab.call(engine, 'generate', work.prompts[0] ?? '', 2, reads);
  for (const engine of BOTH) {
    await tab.call(engine, 'prefill', work.prefill);
    for (const batch of [1, work.batch]) await tab.call(engine, 'readSet', work.texts.slice(0, work.batch), batch);
  }
}

/** Writes on in every way; what was written by `engine.reads`. */
async function write(
  tab: Tab,
  work: Workload,
  prompt: string,
  ways: readonly Way[],
  values: Record<string, number>,
): Promise<Map<string, readonly number[]>> {
  const written = new Map<string, readonly number[]>();
  for (const { engine, reads } of ways) {
    const { ids, firstTokenMs, gapsMs } = await tab.call(engine, 'generate', prompt, work.tokens, reads);
    values[`${engine}.token.${reads}`] = tokenMs(gapsMs, work.warmUp);
    values[`${engine}.first.${reads}`] = firstTokenMs;
    written.set(`${engine}.${reads}`, ids);
  }
  return written;
}

/** Reads a prompt and the set; how much reading the set together changed. */
async function read(tab: Tab, work: Workload, engine: EngineName, values: Record<string, number>): Promise<number> {
  const { tokens, milliseconds } = await tab.call(engine, 'prefill', work.prefill);
  values[`${engine}.prefill`] = (1000 * tokens) / milliseconds;
  const single = await tab.call(engine, 'readSet', work.texts, 1);
  const together = await tab.call(engine, 'readSet', work.texts, work.batch);
  values[`${engine}.single`] = (1000 * work.texts.length) / single.milliseconds;
  values[`${engine}.together`] = (1000 * work.texts.length) / together.milliseconds;
  return largestDifference(together.marks, single.marks);
}
