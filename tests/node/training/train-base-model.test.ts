/**
 * A training never dies at its end: what the model cannot read is found before anything is read, and what was read is
 * kept until the probe is there.
 */
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { whileThereIsRoom } from '../../../src/cli/reading-folder.ts';
import { AppError } from '../../../src/base/errors.ts';
import { openNodeEngine } from '../../../src/engine/node/node-engine.ts';
import { createSegmentReader } from '../../../src/engine/passages/segment-reader.ts';
import { parseControlSet, type ControlSet } from '../../../src/formats/sets/control-set.ts';
import { readableOn } from '../../../src/training/readable.ts';
import { rememberReadings } from '../../../src/training/remembered.ts';
import type { SegmentReader } from '../../../src/training/reader.ts';
import { trainProbe, type TrainOptions } from '../../../src/training/train.ts';
import { flipside, ROOT } from '../../fixtures/command.ts';
import { writeToyFolder } from '../../fixtures/toy/toy-folder.ts';
import { toyDecoderFiles } from '../../fixtures/toy/toy-graph.ts';
import { toyReader, toySet, toyStories, withoutChatForm } from '../../fixtures/toy/toy-reader.ts';

const root = mkdtempSync(join(tmpdir(), 'flipside-base-model-'));
afterAll(() => rmSync(root, { recursive: true }));
const toy = (name: string, chatTemplate?: string): string =>
  writeToyFolder(
    join(root, name),
    toyDecoderFiles({ weightFile: 'model_q4.onnx_data' }),
    'model_q4.onnx',
    chatTemplate === undefined ? {} : { chatTemplate },
  );

/** The shipped control that asks in chat form, a small part of it. */
function personas(): ControlSet {
  const [header, rows] = ['personas.set.json', 'personas.jsonl'].map((file) =>
    readFileSync(join(ROOT, 'probes/sets/controls', file), 'utf8'),
  );
  return parseControlSet({
    headerName: 'personas.set.json',
    rowsName: 'personas.jsonl',
    header: header!,
    rows: rows!,
    sha256: '0'.repeat(64),
  });
}

/** What a text over the context is refused with. */
const tooLong = new AppError('text-too-long', 'The text has 2000 tokens, but this model takes 1024.');

const options = (changes: Partial<TrainOptions> = {}): TrainOptions => ({
  id: 'toy',
  title: 'Toy',
  about: 'A toy.',
  sets: [toySet(8)],
  stories: toyStories(3, 2),
  method: { kind: 'ridge', target: 'zeroed', penalty: 1 },
  seed: 1,
  shuffles: 20,
  ...changes,
});

describe('what cannot be read on a model', () => {
  test('is left out of the judgement and said beside every number, where it only judges', async () => {
    const { report } = await trainProbe(
      { ...toyReader(), unreadable: withoutChatForm },
      options({ controls: [personas()] }),
    );
    expect(report.controls.map(({ name }) => name)).not.toContain('personas');
    expect(report.transfer.map(({ kind }) => kind)).not.toContain('form');
    expect(report.caveats.slice(0, 2)).toEqual([
      expect.stringMatching(
        /^The control “personas” was left out: (\d+) of \1 texts cannot be read with this model\. This model has no chat template/,
      ) as string,
      expect.stringMatching(/^The model’s chat form was left out: .* This model has no chat template/) as string,
    ]);
  });

  test('ends a training before anything is read, where it would be fitted on', async () => {
    let asked = 0;
    const long = toySet(8);
    const reader: SegmentReader = {
      ...toyReader(),
      unreadable: ({ text }) => ('user' in text || !text.join(' ').includes('number 3') ? null : tooLong),
      read: () => {
        asked += 1;
        throw new Error('nothing may be read');
      },
    };
    await expect(trainProbe(reader, options({ sets: [long] }))).rejects.toMatchObject({
      code: 'text-too-long',
      message: expect.stringMatching(
        /^“In place 3 someone works\. There a person helps number 3.*” is trained on and cannot be read: The text has/,
      ) as string,
    });
    expect(asked).toBe(0);
  });

  test('is found by a real model: no template, a template that refuses, a text over the context', async () => {
    const plan = { sets: [toySet(4)], stories: toyStories(2, 2), readoutTexts: ['A cart went by.'], settings: true };
    const others = [{ ...toySet(4, 'long'), rows: toySet(4).rows.map((row) => ({ ...row, text: 'x'.repeat(1100) })) }];
    const words: string[][] = [];
    for (const template of [undefined, "{{ raise_exception('System role not supported') }}"]) {
      const engine = await openNodeEngine(toy(`model ${words.length}`, template));
      const readable = readableOn(createSegmentReader(engine), {
        plan,
        controls: [personas()],
        others,
        unseenReadouts: ['The clock struck four.'],
        chatForm: true,
      });
      expect(readable).toMatchObject({
        controls: [],
        others: [],
        unseenReadouts: ['The clock struck four.'],
        chatForm: false,
      });
      words.push([...readable.leftOut]);
      await engine.dispose();
    }
    expect(words[0]!.join('\n')).toMatch(
      /“personas” was left out: .*no chat template[^]*“long” of another axis was left out: 12 of 12 texts .*this model takes 1024[^]*chat form was left out/,
    );
    expect(words[1]!.join('\n')).toMatch(/“personas” was left out: .*System role not supported/);
  });
});

describe('the command', () => {
  const args = (model: string, out: string): string[] => [
    'train',
    '--model',
    model,
    '--set',
    'probes/sets/kind-cruel-24/kind-cruel-24.set.json',
    '--out',
    out,
    '--target',
    'zeroed',
    '--story-count',
    '4',
    '--no-others',
    '--control',
    'probes/sets/controls/personas.set.json',
    '--shuffles',
    '20',
  ];

  test('trains on a base model to the end, and says on the card what was left out', async () => {
    const out = join(root, 'probe');
    const { status, stdout, stderr } = await flipside(...args(toy('base'), out));
    expect(stderr).not.toMatch(/flipside: /);
    expect(status).toBe(0);
    expect((JSON.parse(stdout) as { caveats: string[] }).caveats[0]).toContain('The control “personas” was left out');
    expect(readFileSync(join(out, 'CARD.md'), 'utf8')).toContain('The control “personas” was left out');
    expect(existsSync(`${out}.readings`)).toBe(false);
  });

  test('that is stopped keeps what was read, says where, and goes on from there', async () => {
    const [model, out] = [toy('stopped'), join(root, 'stopped-probe')];
    const stopped = await new Promise<{ status: number | null; stderr: string }>((resolve) => {
      const child = spawn(process.execPath, ['scripts/flipside.mjs', ...args(model, out)], {
        cwd: ROOT,
        stdio: ['ignore', 'ignore', 'pipe'],
      });
      let stderr = '';
      let sent = false;
      child.stderr.on('data', (chunk: Buffer) => {
        stderr += chunk.toString();
        if (!sent && /reading [1-9]/.test(stderr)) sent = child.kill('SIGINT');
      });
      child.on('close', (status) => resolve({ status, stderr }));
    });
    expect(stopped.status).toBe(1);
    expect(stopped.stderr).toContain(
      `flipside: cancelled: Stopped. What was read so far is kept in ${out}.readings: the same command goes on from there.`,
    );
    expect(readdirSync(`${out}.readings`).length).toBeGreaterThan(0);
    expect((await flipside(...args(model, out))).status).toBe(0);
    expect(existsSync(`${out}.readings`)).toBe(false);
  });
});

describe('readings that are kept', () => {
  test('belong to a start token and to the day of a chat form: others are not taken for them', async () => {
    const store = new Map<string, Float32Array>();
    const kept = {
      get: (key: string) => Promise.resolve(store.get(key)),
      set: async (key: string, values: Float32Array) => void store.set(key, values),
    };
    const passage = { text: ['She sat.'], readoutTexts: ['A cart went by.'], readoutAfter: [0] };
    let read = 0;
    const reader = (model: Partial<SegmentReader['model']>): SegmentReader => {
      const own = toyReader();
      return rememberReadings(
        {
          ...own,
          model: { ...own.model, ...model },
          read: (...given) => {
            read += 1;
            return own.read(...given);
          },
        },
        kept,
      );
    };
    for (const model of [
      {},
      {},
      { startToken: '<bos>' },
      { startToken: '<bos>' },
      { startToken: '<s>' },
      { chatDate: '2024-07-26' },
    ])
      await reader(model).read([passage]);
    expect(read).toBe(4);
  });

  test('end no training where there is no room for them: it is said once', async () => {
    const told: unknown[] = [];
    let tried = 0;
    const full = whileThereIsRoom(
      {
        get: () => Promise.resolve(undefined),
        set: () => {
          tried += 1;
          return Promise.reject(new Error('ENOSPC: no space left'));
        },
      },
      (why) => told.push(why),
    );
    for (const key of ['a', 'b', 'c']) await full.set(key, new Float32Array(1));
    expect([tried, told.length]).toEqual([1, 1]);
  });
});
