/** The command `futures` on the embedded model: the words of single continuations, and a file that opens. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { csvRecords } from '../../../src/base/csv.ts';
import { futures } from '../../../src/cli/commands/futures.ts';
import { openNodeEngine } from '../../../src/engine/node/node-engine.ts';
import { noScorer } from '../../../src/engine/scorer.ts';
import { TextRun } from '../../../src/engine/text-run.ts';
import { parseFutures } from '../../../src/formats/runs/futures-json.ts';
import { fanEnd } from '../../../src/reading/futures/fan.ts';
import { MODEL, PROBE } from '../../fixtures/embedded-model.ts';

const dir = mkdtempSync(join(tmpdir(), 'flipside-futures-'));
afterAll(() => rmSync(dir, { recursive: true }));
const signal = new AbortController().signal;
const run = (...args: string[]) => futures.run(['--model', MODEL, '--probe', PROBE, ...args], signal);
const TEXT = 'The guard hugged the hungry old man and gave him his own bread. Then he';
const SAMPLING = { temperature: 0.8, topK: 0, topP: 0.95, maxTokens: 8 };

/** The ids that a single continuation with each seed writes after a text. */
async function singles(text: string, seeds: readonly number[]): Promise<number[][]> {
  const engine = await openNodeEngine(MODEL);
  const all: number[][] = [];
  for (const seed of seeds) {
    const ids: number[] = [];
    const single = new TextRun({ ...engine, scorer: noScorer });
    await single.read(text, { readouts: false }, { tokens: () => undefined, readout: () => undefined }, signal);
    const sink = {
      readout: () => undefined,
      tokens: ({ pieces }: { pieces: readonly { id: number }[] }) => void ids.push(...pieces.map(({ id }) => id)),
    };
    await single.generate({ ...SAMPLING, seed }, { readouts: false }, sink, signal);
    single.dispose();
    all.push(ids);
  }
  await engine.dispose();
  return all;
}

describe('flipside futures', () => {
  it('writes what single continuations with the same seeds write, and prints a file that opens', async () => {
    const table = join(dir, 'futures.csv');
    const { result } = await run(
      ...['--text', `${TEXT} never`, '--at', '16', '--lines', '6', '--seed', '40'],
      ...['--max-tokens', '8', '--every', '4', '--csv', table],
    );
    const { futures: written, given, plan, steering } = parseFutures(JSON.stringify(result));
    // Of the text only what comes before the place counts.
    expect(given.map(({ text }) => text).join('')).toBe(TEXT);
    expect(steering).toBeNull();
    expect(plan).toMatchObject({ count: 6, every: 4 });
    const ids = written.lines.map(({ pieces }) => pieces.map(({ id }) => id));
    expect(ids).toEqual(
      await singles(
        TEXT,
        written.lines.map(({ seed }) => seed),
      ),
    );
    expect(written.lines.map(({ seed }) => seed)).toEqual(Array.from({ length: 6 }, (_, line) => 40 + line));
    for (const { readings, pieces } of written.lines) expect(readings.at(-1)?.after).toBe(pieces.length);
    const { ends } = result as { ends: { lines: number; positive: { count: number } } };
    expect(ends).toMatchObject({ lines: 6, positive: { count: fanEnd(written)?.leans.positive.count } });
    const rows = [...csvRecords(readFileSync(table, 'utf8'), 20)];
    expect(rows).toHaveLength(2 + written.lines.reduce((sum, { readings }) => sum + readings.length, 0));
  }, 60_000);

  it('steers the writing along the probe, says with what, and moves the words', async () => {
    const args = ['--text', TEXT, '--lines', '2', '--max-tokens', '5', '--seed', '1'];
    const { result } = await run(...args, '--steer', 'negative:18:0.6:generated');
    const { futures: written, steering } = parseFutures(JSON.stringify(result));
    expect(steering).toMatchObject({ pole: 'negative', from: 18, strength: 0.6, where: 'generated' });
    const [plain] = await singles(TEXT, [1]);
    expect(written.lines[0]?.pieces.map(({ id }) => id)).not.toEqual(plain?.slice(0, 5));
  }, 60_000);

  it.each([
    [['--text', 'A', '--file', 'b'], '--text or --file'],
    [['--text', 'A', '--temperature', '0'], '--temperature must be above 0'],
    [['--text', 'A', '--lines', '1'], '--lines must be'],
    [['--text', 'A', '--steer', 'sideways'], '--steer'],
  ])('refuses %j before a model is opened', async (args, says) => {
    await expect(run(...args)).rejects.toMatchObject({
      code: 'usage',
      message: expect.stringContaining(says) as string,
    });
  });
});
