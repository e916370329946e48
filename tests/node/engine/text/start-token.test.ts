/**
 * The start token: every text that goes into a model begins with it, once, in whatever is done with the text; what goes
 * on from a text does not.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { logSumExp } from '../../../../src/reading/divergence.ts';
import type { ModelIdentity } from '../../../../src/probe/probe-types.ts';
import { assertProbeFits, parseProbe, serialiseProbe } from '../../../../src/formats/probe/probe.ts';
import { parseRecording, serialiseRecording } from '../../../../src/formats/runs/recording-json.ts';
import { runFigure } from '../../../../src/formats/figures/run-figure.ts';
import { assertBelongs, parseUnits, serialiseUnits } from '../../../../src/experiments/unit-file.ts';
import type { Decoder } from '../../../../src/engine/decoder.ts';
import { createSubject } from '../../../../src/engine/engine-subject.ts';
import { readLens } from '../../../../src/engine/lens/lens.ts';
import { openNodeDecoder } from '../../../../src/engine/node/node-decoder.ts';
import { openNodeEngine, type NodeEngine } from '../../../../src/engine/node/node-engine.ts';
import { passageTokens } from '../../../../src/engine/passages/passage-tokens.ts';
import { PatchRunner } from '../../../../src/engine/steering/patch-runner.ts';
import { createSteeringRunner } from '../../../../src/engine/steering/engine-steering-runner.ts';
import { noScorer } from '../../../../src/engine/scorer.ts';
import { createSegmentReader } from '../../../../src/engine/passages/segment-reader.ts';
import { TextRun } from '../../../../src/engine/text-run.ts';
import { flipside } from '../../../fixtures/command.ts';
import { refusal, refusalOf } from '../../../fixtures/refusal.ts';
import { sampleProbe } from '../../../fixtures/samples/sample-probe.ts';
import { sampleRun } from '../../../fixtures/samples/sample-run.ts';
import { writeToyFolder } from '../../../fixtures/toy/toy-folder.ts';
import { TOY_START, toyDecoderFiles } from '../../../fixtures/toy/toy-graph.ts';

const root = mkdtempSync(join(tmpdir(), 'flipside-start-token-'));
const TEMPLATE =
  "{{ bos_token }}{% for message in messages %}{{ message['role'] }}: {{ message['content'] }}\n{% endfor %}assistant:";
const folder = writeToyFolder(
  join(root, 'toy'),
  toyDecoderFiles({ weightFile: 'model_q4.onnx_data' }),
  'model_q4.onnx',
  { start: true, chatTemplate: TEMPLATE },
);
const TEXT = 'The dog sat. She fed it. Then she left.';
const NEUTRAL = ['The carts went down the hill, one after the other, and nobody counted them.'];
const never = new AbortController().signal;

let engine: NodeEngine;
let editor: Decoder;
/** What the last call put at the beginning of texts, and how often the start token stood anywhere. */
let begun: number[] = [];
let starts = 0;

beforeAll(async () => {
  engine = await openNodeEngine(folder);
  editor = await openNodeDecoder(folder, { hooked: true, editing: true });
});
afterAll(async () => {
  await engine.dispose();
  await editor.dispose();
  rmSync(root, { recursive: true });
});

/** The decoder, which notes the first token of every text of a pass. */
const watched = (decoder: Decoder): Decoder => ({
  ...decoder,
  run: (ids, past, options) => {
    const { parents } = options?.branches ?? {};
    ids.forEach((id, slot) => {
      if (id === TOY_START) starts += 1;
      if (past === null && (parents === undefined ? slot === 0 : parents[slot] === -1)) begun.push(id);
    });
    return decoder.run(ids, past, options);
  },
});
async function beginnings<T>(call: () => Promise<T>): Promise<T> {
  [begun, starts] = [[], 0];
  const result = await call();
  expect(begun.length).toBeGreaterThan(0);
  expect(new Set(begun)).toEqual(new Set([TOY_START]));
  // No text holds the token anywhere else.
  expect(starts).toBe(begun.length);
  return result;
}
const parts = () => ({ ...engine, decoder: watched(engine.decoder) });
const editing = () => ({ ...engine, decoder: watched(editor) });
const ids = (text: string): number[] => Array.from(text, (letter) => letter.charCodeAt(0) - 32);

describe('a text begins with it, once', () => {
  test('where it is read and written on: it is position 0, adds no text, and has no score', async () => {
    const run = new TextRun({ ...parts(), scorer: noScorer });
    const pieces: { id: number; text: string }[] = [];
    const sink = {
      tokens: (batch: { readonly pieces: readonly { id: number; text: string }[] }) =>
        void pieces.push(...batch.pieces),
      readout: () => undefined,
    };
    await beginnings(async () => {
      await run.read(TEXT, { readouts: false }, sink, never);
      await run.generate({ temperature: 0, topK: 0, topP: 1, seed: 1, maxTokens: 4 }, { readouts: false }, sink, never);
    });
    run.dispose();
    expect(pieces[0]).toEqual({ id: TOY_START, text: '' });
    expect(
      pieces
        .slice(0, -4)
        .map(({ text }) => text)
        .join(''),
    ).toBe(TEXT);
    expect(pieces.slice(1, -4).map(({ id }) => id)).toEqual(ids(TEXT));
  });

  test('where the text spells it, and where a chat template prints it', async () => {
    expect(engine.tokenizer.start(`<|end|>${TEXT}`)).toEqual([TOY_START, ...ids(TEXT)]);
    const chat = engine.tokenizer.chat([{ role: 'user', content: 'Hello.' }]);
    expect(chat).toBe('user: Hello.\nassistant:');
    expect(engine.tokenizer.start(chat).filter((id) => id === TOY_START)).toHaveLength(1);
  });

  test('where sets are read for training, and not before turns, readouts and replies', async () => {
    const reader = createSegmentReader(parts());
    const [reading] = await beginnings(() =>
      reader.read([
        { text: ['She sat.', 'He ran.'], readoutTexts: ['A cart.'], readoutAfter: [0, 1] },
        { text: { user: 'Go?', assistant: 'No.' }, readoutTexts: ['A cart.'], readoutAfter: [1] },
      ]),
    );
    expect(reading?.readouts.map(({ tokensBefore }) => tokensBefore)).toEqual([9, 17]);
    const plain = passageTokens(engine.tokenizer, {
      text: ['She sat.', 'He ran.'],
      readoutTexts: ['A cart.'],
      readoutAfter: [0, 1],
    });
    expect(plain.ids).toEqual([TOY_START, ...ids('She sat.'), ...ids(' He ran.')]);
    expect(plain.readouts).toEqual([ids(' A cart.')]);
  });

  test('where the lens reads, and where texts are patched into one another', async () => {
    const head = await engine.openLens();
    const seen = await beginnings(() =>
      readLens({ ...parts(), head }, { text: TEXT, layers: [3], top: 2, words: [] }, () => undefined, never),
    );
    await head.dispose();
    expect(seen.tokens.map(({ id }) => id)).toEqual([TOY_START, ...ids(TEXT)]);
    const bench = new PatchRunner(editing());
    const report = await beginnings(() =>
      bench.grid(
        {
          a: 'She fed it',
          b: 'She hit it',
          words: [' a', ' b'],
          streams: [1, 3],
          tokens: 'differing',
          placebos: [NEUTRAL[0]!],
        },
        () => undefined,
      ),
    );
    expect(report.a.tokens.join('')).toBe('She fed it');
    expect(report.pairs.map(({ b }) => b)).not.toContain(0);
  });

  test('where likelihoods, ends and rollouts of experiments are read, and what follows is what PyTorch would call the next tokens', async () => {
    const subject = createSubject({ ...parts(), editor: async () => editing().decoder, neutral: NEUTRAL });
    const [[found] = []] = await beginnings(() =>
      subject.likelihoods([{ context: 'She', continuations: ['sat'] }], null),
    );
    const line = [TOY_START, ...ids('She sat')];
    const pass = await engine.decoder.run(line, null, { logitRows: line.map((_, row) => row) });
    pass.cache.dispose();
    const own = [3, 4, 5, 6].map((at) => {
      const row = pass.logits.subarray(at * 96, (at + 1) * 96);
      return row[line[at + 1]!]! - logSumExp(row);
    });
    expect(found?.tokens).toBe(4);
    expect(found?.logP).toBeCloseTo(
      own.reduce((sum, value) => sum + value, 0),
      4,
    );
    await beginnings(() => subject.ends([TEXT, 'She'], { classes: [[1, 2]], tokens: [3], streams: false }, null));
    await beginnings(() => subject.write([TEXT], { count: 2, maxTokens: 3, temperature: 0, topP: 1, seed: 1 }));
  });

  test('where steering is measured: on neutral text and between two ways of going on', async () => {
    const bench = createSteeringRunner({ ...editing(), neutral: NEUTRAL });
    await beginnings(() => bench.ground());
    await beginnings(() =>
      bench.choices(
        [{ topic: 'dog', context: 'She saw a dog.', positive: 'She fed it.', negative: 'She hit it.' }],
        [],
        'generated',
      ),
    );
  });
});

describe('what was made with it says so', () => {
  const probe = { ...sampleProbe, model: { ...sampleProbe.model, startToken: '<bos>' } };

  test('the identity of the model, which stands in every result of the command', async () => {
    expect(engine.model).toMatchObject({ startToken: '<|end|>' });
    const { stdout } = await flipside(
      'generate',
      '--model',
      folder,
      '--prompt',
      'She',
      '--temperature',
      '0',
      '--max-tokens',
      '2',
    );
    expect(JSON.parse(stdout)).toMatchObject({ model: { startToken: '<|end|>' } });
  });

  test('a run, in its file and in its figure', () => {
    const run = sampleRun();
    const made = { ...run, provenance: { ...run.provenance, startToken: '<bos>', chatDate: '2024-07-26' } };
    expect(parseRecording(serialiseRecording(made)).provenance).toEqual(made.provenance);
    expect(serialiseRecording(run)).not.toMatch(/startToken|chatDate/);
    expect(refusal(() => parseRecording(serialiseRecording(made).replace('2024-07-26', 'yesterday'))).message).toMatch(
      /provenance\.chatDate must be a day such as 2024-07-26, got "yesterday"/,
    );
    const figure = runFigure(made, { head: 'difference', layer: 1, grain: 'mean', window: 10, theme: 'light' });
    expect(figure).toContain('The text begins with the start token');
  });

  test('units of an experiment, which are not joined with those that were read without it', () => {
    const head = {
      experiment: 'A',
      design: 'authors',
      specSha256: 'ab'.repeat(32),
      size: 'full',
      model: engine.model,
      backend: 'node',
    } as const;
    const { startToken: _, ...plain } = engine.model;
    assertBelongs(head, head, 'units');
    expect(refusal(() => assertBelongs({ ...head, model: plain }, head, 'units')).message).toMatch(
      /model\.startToken is none, and the others have <\|end\|>/,
    );
    expect(parseUnits(serialiseUnits({ head, prepared: {}, units: [] }), 'units').head.model).toEqual(engine.model);
  });

  test('a probe file, which opens again with it', () => {
    const { json, tensors } = serialiseProbe(probe);
    expect(parseProbe(json, tensors).model).toEqual(probe.model);
    expect(serialiseProbe(sampleProbe).json).not.toContain('startToken');
  });

  test('and a probe that was made without it is refused by name', () => {
    const words = ({ model, on }: { readonly model: ModelIdentity; readonly on: ModelIdentity }): string =>
      refusal(() => assertProbeFits({ id: 'kind', model }, on)).message;
    const { model } = sampleProbe;
    expect(words({ model, on: probe.model })).toMatch(
      /Probe "kind" was trained on texts that begin with their first word, and toy reads texts that begin with the start token <bos>\. .*train the probe again/,
    );
    expect(words({ model: probe.model, on: model })).toMatch(
      /begin with the start token <bos>, and toy reads texts that begin with their first word/,
    );
    assertProbeFits(probe, probe.model);
  });
});

test('a text of which the vocabulary holds nothing is refused as one without tokens', async () => {
  const run = new TextRun({ ...engine, scorer: noScorer });
  expect(refusal(() => run.plan('日本', { readouts: false }))).toMatchObject({
    code: 'text-empty',
    message: expect.stringContaining('“日本” is a text without tokens') as string,
  });
  run.dispose();
  const plain = await openNodeEngine(writeToyFolder(join(root, 'plain'), toyDecoderFiles(), 'model.onnx'));
  await expect(
    refusalOf(
      new TextRun({ ...plain, scorer: noScorer }).read(
        '日本',
        { readouts: false },
        { tokens: () => undefined, readout: () => undefined },
        never,
      ),
    ),
  ).resolves.toMatchObject({ code: 'text-empty' });
  await plain.dispose();
});
