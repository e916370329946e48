/** Files that somebody brings are parsed beside the page where they are large, and give what they give in it. */
import { describe, expect, it } from 'vitest';
import { csv } from '../../../src/base/csv.ts';
import { serialiseRecording } from '../../../src/formats/runs/recording-json.ts';
import { importSet } from '../../../src/formats/sets/set-import.ts';
import { bytesOf } from '../../../src/state/storage/bytes-of.ts';
import { parseRun, parseSet } from '../../../src/worker/client/parse-files.ts';
import { refusalOf } from '../../fixtures/refusal.ts';
import { sampleRun } from '../../fixtures/samples/sample-run.ts';

const file = (name: string, text: string) => ({ name, bytes: new TextEncoder().encode(text) });
const POLES = { positive: 'kind', negative: 'cruel', neutral: 'plain' };
const table = (topics: number, words: string): string =>
  csv(
    ['topic', 'pole', 'context', 'text'],
    Array.from({ length: topics }, (_, topic) =>
      Object.values(POLES).map((pole) => [
        `t${topic}`,
        pole,
        `Scene ${topic}.`,
        `What is ${pole} in ${topic} ${words}.`,
      ]),
    ).flat(),
  );

/** Workers that were started while `run` ran. */
async function workersOf<T>(run: () => Promise<T>): Promise<{ readonly result: T; readonly started: number }> {
  const { Worker: Original } = globalThis;
  let started = 0;
  globalThis.Worker = class extends Original {
    constructor(...given: ConstructorParameters<typeof Original>) {
      super(...given);
      started += 1;
    }
  };
  try {
    return { result: await run(), started };
  } finally {
    globalThis.Worker = Original;
  }
}

describe('a set', () => {
  it('that is small is parsed in the page, one that is large in a worker, and both alike', async () => {
    const small = [file('mine.csv', table(8, 'x'))];
    const large = [file('mine.csv', table(300, 'x'.repeat(1000)))];
    expect(large[0]!.bytes.length).toBeGreaterThan(500_000);
    const here = await workersOf(() => parseSet(small, { poles: POLES }));
    const beside = await workersOf(() => parseSet(large, { poles: POLES }));
    expect([here.started, beside.started]).toEqual([0, 1]);
    expect(here.result).toEqual(importSet(small, { poles: POLES }));
    expect(beside.result).toEqual(importSet(large, { poles: POLES }));
    expect(beside.result.kind).toBe('ready');
  });

  it('that is large and wrong comes back as its problems', async () => {
    const wrong = [file('x.csv', ','.repeat(17_000_000))];
    expect(await parseSet(wrong)).toEqual(importSet(wrong));
  });
});

describe('a run', () => {
  it('that is large comes back whole, and one that is broken is refused by its path', async () => {
    const run = sampleRun();
    const padded = serialiseRecording(run) + ' '.repeat(600_000);
    const { result, started } = await workersOf(() => parseRun('run-json', file('x.run.json', padded)));
    expect(started).toBe(1);
    expect(serialiseRecording(result)).toBe(serialiseRecording(run));
    const record = await refusalOf(
      parseRun('run-json', file('x.run.json', padded.replace('"flipside-recording"', '"flipside-other"'))),
    );
    expect(record).toMatchObject({
      code: 'recording-invalid',
      message: expect.stringContaining('recording.format must be "flipside-recording"') as string,
    });
  });
});

it('a file that is too large is refused with its size before any of it is read', async () => {
  const unread = (): Promise<never> => Promise.reject(new Error('it was read'));
  const record = await refusalOf(bytesOf({ name: 'huge.csv', size: 3e9, text: unread, arrayBuffer: unread }));
  expect(record).toMatchObject({
    code: 'import-unknown',
    message: expect.stringContaining('huge.csv has 3000 MB; at most 512 MB are read') as string,
  });
});
