/** Rows of logits of a large vocabulary are told a few at a time, and are the same. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Decoder } from '../../../../src/engine/decoder.ts';
import { openNodeFiles } from '../../../../src/engine/node/node-decoder.ts';
import { mostRows, readSteeredLines, type SteeredLine } from '../../../../src/engine/steering/steered-lines.ts';
import { writeRollouts } from '../../../../src/engine/steering/rollouts.ts';
import { toyDecoderFiles } from '../../../fixtures/toy/toy-graph.ts';

let decoder: Decoder;
let most = 0;
/** Rows of logits that each pass computes. */
const asked: number[] = [];
beforeAll(async () => {
  const opened = (await openNodeFiles(toyDecoderFiles(), { hooked: true }, 'toy')).decoder;
  decoder = {
    ...opened,
    run: (ids, past, options) => {
      asked.push(options?.logitRows?.length ?? 1);
      most = Math.max(most, options?.logitRows?.length ?? 1);
      return opened.run(ids, past, options);
    },
  };
});
afterAll(() => decoder.dispose());

const line = (first: number, length: number): SteeredLine => ({
  ids: Array.from({ length }, (_, at) => (first + 5 * at) % 90),
  from: length,
  rows: Array.from({ length: length - 1 }, (_, at) => at + 1),
});
/** Two lines that begin alike, and three by themselves, one of which is longer than a pass. */
const groups = [[line(3, 9), { ...line(3, 12), rows: [10, 11] }], [line(7, 8)], [line(11, 30)], [line(2, 6)]];

async function rowsOf(rowsAtOnce?: number): Promise<Map<string, Float32Array>> {
  const rows = new Map<string, Float32Array>();
  most = 0;
  await readSteeredLines(decoder, groups, [], {
    setTokens: 24,
    chunkTokens: 8,
    ...(rowsAtOnce !== undefined && { rowsAtOnce }),
    onRow: ({ group, line: of, token }, logits) => rows.set(`${group}.${of}.${token}`, logits.slice()),
  });
  return rows;
}

test('a pass gives no more of them than fit, and each row is what it is without that bound', async () => {
  const all = await rowsOf();
  expect(most).toBeGreaterThan(8);
  const few = await rowsOf(3);
  expect(most).toBeLessThanOrEqual(3);
  expect([...few.keys()].sort()).toEqual([...all.keys()].sort());
  for (const [key, row] of all)
    expect(Math.max(...row.map((value, at) => Math.abs(value - few.get(key)![at]!)))).toBeLessThan(1e-4);
});

test('no pass computes logits that nobody asked for', async () => {
  const heard: number[] = [];
  const silent = groups.map((lines) => lines.map((each) => ({ ...each, rows: [] })));
  asked.length = 0;
  await readSteeredLines(decoder, silent, [], {
    setTokens: 24,
    chunkTokens: 8,
    onRow: () => undefined,
    onStreams: ({ tokens }) => heard.push(tokens),
  });
  expect(heard.length).toBeGreaterThan(3);
  expect(asked).toEqual(heard.map(() => 0));

  asked.length = 0;
  const given = line(3, 20).ids;
  const choice = { temperature: 0, topK: 0, topP: 1 };
  await writeRollouts({ decoder, endTokens: [], chunkTokens: 8 }, given, {
    count: 2,
    maxTokens: 3,
    choice,
    seed: 1,
    firstStream: 0,
  });
  // Three passes over what is given, of which the last gives a row; the last written token is not read.
  expect(asked).toEqual([0, 0, 1, 2, 2]);
});

test('the bound is 256 rows of the embedded model’s vocabulary, and 48 of a quarter of a million words', () => {
  const rows = (vocabulary: number): number =>
    mostRows({ sizes: { vocabulary, layerCount: 1, hidden: 1, contextTokens: 1 } });
  expect(rows(49_152)).toBe(256);
  expect(rows(262_144)).toBe(48);
});
