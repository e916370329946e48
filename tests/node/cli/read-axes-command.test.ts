/** The command `read` with several probes on the embedded model: each axis as its probe alone prints it, and a file that opens. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { csvRecords } from '../../../src/base/csv.ts';
import { read } from '../../../src/cli/commands/read.ts';
import { parseAxes } from '../../../src/formats/runs/axes-json.ts';
import { MODEL, PROBE } from '../../fixtures/embedded-model.ts';

const dir = mkdtempSync(join(tmpdir(), 'flipside-axes-'));
afterAll(() => rmSync(dir, { recursive: true }));
const signal = new AbortController().signal;
const FORMAL = PROBE.replace('kind-cruel', 'formal-casual');
const run = (...args: string[]) => read.run(['--model', MODEL, ...args], signal);
const TEXT = 'The guard hugged the hungry old man and gave him his own bread. Then he left.';

interface Printed {
  readonly readings: readonly { readonly afterToken: number; readonly score: number; readonly low: number }[];
}

describe('flipside read with several probes', () => {
  it('prints each axis as its probe alone is printed, in a file that opens', async () => {
    const table = join(dir, 'axes.csv');
    const args = ['--text', TEXT, '--every', 'word'];
    const { result } = await run('--probe', PROBE, '--probe', FORMAL, ...args, '--csv', table);
    const record = parseAxes(JSON.stringify(result));
    expect(record.axes.map(({ axis }) => axis.positive)).toEqual(['kind', 'formal']);
    expect(record.pieces.map(({ text }) => text).join('')).toBe(TEXT);
    const { axes } = result as { axes: readonly Printed[] };
    for (const [index, probe] of [PROBE, FORMAL].entries()) {
      const { readings } = (await run('--probe', probe, ...args)).result as Printed;
      expect(axes[index]!.readings.map(({ afterToken }) => afterToken)).toEqual(
        readings.map(({ afterToken }) => afterToken),
      );
      for (const [at, reading] of readings.entries()) {
        expect(axes[index]!.readings[at]!.score).toBeCloseTo(reading.score, 3);
        expect(axes[index]!.readings[at]!.low).toBeCloseTo(reading.low, 3);
      }
    }
    const rows = [...csvRecords(readFileSync(table, 'utf8'), 20)];
    expect(rows).toHaveLength(1 + 2 * record.readings.length);
  }, 60_000);

  it.each([
    [['--probe', PROBE, '--probe', PROBE, '--text', 'A'], 'is the same probe as'],
    [['--probe', PROBE, '--probe', FORMAL, '--text', 'A', '--no-readouts'], '--no-readouts'],
    [['--probe', PROBE, '--probe', FORMAL, '--text', 'A', '--no-taps'], '--no-taps'],
    [['--probe', PROBE, '--text', 'A', '--csv', 'x.csv'], '--csv is the table of several axes'],
    [['--text', 'A'], '--probe is missing'],
    [
      [...Array.from({ length: 13 }, (_, at) => ['--probe', `p${at}`]).flat(), '--text', 'A'],
      '--probe may be given 12 times',
    ],
  ])('refuses %j before a model is opened', async (args, says) => {
    await expect(run(...args)).rejects.toMatchObject({
      code: 'usage',
      message: expect.stringContaining(says) as string,
    });
  });
});
