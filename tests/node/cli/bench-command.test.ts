/** The command `bench` on the embedded model, once: a record that opens, with everything in it. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { bench } from '../../../src/cli/commands/bench.ts';
import { parseSpeed } from '../../../src/formats/speed/speed-json.ts';
import { speedRows } from '../../../src/formats/speed/speed-summary.ts';
import { MODEL, PROBE } from '../../fixtures/embedded-model.ts';

const dir = mkdtempSync(join(tmpdir(), 'flipside-bench-'));
afterAll(() => rmSync(dir, { recursive: true }));

it('writes a record of the embedded model that opens, with every measure that there is on a processor', async () => {
  const out = join(dir, 'here.json');
  const { result, ok } = await bench.run(
    ['--model', MODEL, '--probe', PROBE, '--rounds', '1', '--seconds', '3600', '--out', out],
    new AbortController().signal,
  );
  expect(ok).toBe(true);
  const record = parseSpeed(readFileSync(out, 'utf8'));
  expect(record).toMatchObject({ backend: 'cpu', adapter: null, complete: true, writing: 'stepwise' });
  expect(record.model.id).toBe('smollm2-135m-instruct-q4');
  const measured = speedRows(record).map(({ measure }) => measure);
  const lacking = record.lacks.map(({ measure }) => measure);
  expect([...measured, ...lacking].toSorted()).toEqual(
    ['every', 'futures', 'one', 'plain', 'read', 'steer', 'stepwise', 'write'].toSorted(),
  );
  expect(measured).toContain('read');
  expect(record.memory).toMatchObject([{ what: 'process' }]);
  expect(result).toMatchObject({ tokensPerSecond: speedRows(record) });
});
