/**
 * The worker's rooms over the toy in another variant than its probe was made on: nothing steers unmeasured, and what
 * was measured steers and is told.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readProbe } from '../../../src/cli/files.ts';
import type { SetSource } from '../../../src/probe/training-plan.ts';
import { PROBE_FILES, serialiseProbe } from '../../../src/formats/probe/probe.ts';
import { EngineEditor } from '../../../src/engine/steering/engine-editor.ts';
import { openNodeDecoder } from '../../../src/engine/node/node-decoder.ts';
import { openNodeEngine } from '../../../src/engine/node/node-engine.ts';
import { createSubject } from '../../../src/engine/engine-subject.ts';
import { createScorer } from '../../../src/engine/scorer.ts';
import { createSegmentReader } from '../../../src/engine/passages/segment-reader.ts';
import type { WebEngine } from '../../../src/engine/web-engine.ts';
import { createCarriedProbes, hashOf } from '../../../src/worker/host/carried-probes.ts';
import { createRunCalls } from '../../../src/worker/host/run-calls.ts';
import { createSteeringCalls } from '../../../src/worker/host/steering-calls.ts';
import { createTrainingCalls } from '../../../src/worker/host/training-calls.ts';
import type { ProbeFiles, SteeringArgs } from '../../../src/worker/protocol.ts';
import { ROOT } from '../../fixtures/command.ts';
import { refusal, refusalOf } from '../../fixtures/refusal.ts';
import { TOPICS, writeToyVariants } from '../../fixtures/toy/toy-variants.ts';

const MINUTE = 60_000;
const never = new AbortController().signal;
const nobody = { tokens: () => undefined, readout: () => undefined, decision: () => undefined };

let folder: string;
let files: ProbeFiles;
let dozen: SetSource;
let stories: SetSource;
let choices: SetSource;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'flipside-rooms-'));
  await writeToyVariants(folder);
  const set = (name: string, path: string, lines = Infinity): SetSource => ({
    name,
    header: readFileSync(`${path}.set.json`, 'utf8'),
    rows: readFileSync(`${path}.jsonl`, 'utf8').trim().split('\n').slice(0, lines).join('\n'),
  });
  dozen = set('dozen', join(folder, 'dozen'));
  stories = set('two', join(folder, 'two'));
  choices = set('kind-cruel', join(ROOT, 'probes/choices/kind-cruel'), 8);
  files = {
    json: readFileSync(join(folder, 'probe', PROBE_FILES.json), 'utf8'),
    tensors: Uint8Array.from(readFileSync(join(folder, 'probe', PROBE_FILES.tensors))).buffer,
  };
}, 5 * MINUTE);
afterAll(() => rmSync(folder, { recursive: true }));

/** The rooms over a variant on disk, as the worker has them over the model that it has loaded. */
async function roomsOver(model: string) {
  const path = join(folder, model);
  const parts = await openNodeEngine(path);
  const { probe } = await readProbe(join(folder, 'probe'));
  const scorer = createScorer(probe);
  let read = 0;
  const editor = new EngineEditor({
    ...parts,
    open: async () => ({ decoder: await openNodeDecoder(path, { hooked: true, editing: true }), gpu: null }),
  });
  const engine: Pick<
    WebEngine,
    'model' | 'editor' | 'scorer' | 'reader' | 'segmentReader' | 'subject' | 'writeSteered'
  > = {
    model: parts.model,
    editor,
    scorer,
    reader: parts,
    segmentReader: () => {
      read += 1;
      return createSegmentReader(parts);
    },
    subject: (neutral) => ({
      subject: createSubject({ ...parts, neutral, editor: (signal) => editor.decoder(signal) }),
      backend: 'wasm',
      assertRoom: () => undefined,
    }),
    writeSteered: async (text, intervention, sink, signal, changing) =>
      editor.write(text, intervention, scorer, sink, signal, changing),
  };
  const probes = createCarriedProbes(engine);
  const dispose = async (): Promise<void> => {
    await editor.dispose();
    await parts.dispose();
  };
  return {
    probes,
    training: createTrainingCalls(
      () => createSegmentReader(parts),
      (own) => probes.take(own).probe,
    ),
    steering: createSteeringCalls(engine, probes),
    runs: createRunCalls(engine, probes),
    measurements: () => read,
    dispose,
  };
}
const intervention = (probe: ProbeFiles, strength = 0.4): SteeringArgs => ({
  probe,
  settings: { mode: 'add', pole: 'positive', from: 2, to: 2, strength, where: 'all' },
  stories,
});
const write = (probe: ProbeFiles) => ({
  ...intervention(probe),
  also: [],
  when: null,
  placebo: null,
  text: 'He fed',
  sampling: { temperature: 0, topK: 0, topP: 1, seed: 1, maxTokens: 2 },
  readouts: false,
});
const run = (steering: SteeringArgs | null) => ({ ids: [40, 41, 42], given: 3, steering });
const pairs = [
  { a: 0, b: 0 },
  { a: 1, b: 1 },
  { a: 2, b: 2 },
];

describe('on the variant that the probe was made on', () => {
  it('a set of two poles without any scene is judged, as most public sets are', async () => {
    const { training, dispose } = await roomsOver('toy-q4');
    const header = JSON.stringify({ ...(JSON.parse(dozen.header) as object), name: 'pairs' });
    const rows = Array.from({ length: 8 }, (_, topic) =>
      ['kind', 'cruel'].map((pole) =>
        JSON.stringify({ topic: `t${topic}`, pole, text: `One was ${pole} to ${topic}.` }),
      ),
    );
    const set = { name: 'pairs', header, rows: rows.flat().join('\n') };
    expect(await training.judge({ probe: files, set }, () => undefined, never)).toMatchObject({
      set: 'pairs',
      topics: 8,
      readings: 16,
      means: { neutral: null },
    });
    await dispose();
  });
});

describe('on another variant', () => {
  it(
    'nothing steers or is judged before it was measured; then all of it does, and it is measured once',
    async () => {
      const { probes, steering, runs, training, measurements, dispose } = await roomsOver('toy-q4f16');
      for (const attempt of [
        () => steering.write(write(files), nobody, never),
        () => steering.match({ ...intervention(files), targets: [0.05] }, never),
        () => steering.words({ ...intervention(files), text: 'He fed', words: 'the dog' }, never),
        () => runs.diverge({ a: run(null), b: run(intervention(files)), pairs }, () => undefined, never),
        () => training.judge({ probe: files, set: dozen }, () => undefined, never),
        () => runs.readAxes({ text: 'He fed.', probes: [files], every: 'word' }, () => undefined, never),
      ]) {
        const found = await refusalOf(attempt());
        expect(found).toMatchObject({ code: 'probe-model-mismatch', details: { from: 'q4', to: 'q4f16' } });
        expect(found.message).toContain('has to be measured first');
      }
      const { agreement } = await probes.measure({ ...files, sets: [dozen] }, () => undefined, never);
      expect(agreement).toMatchObject({ from: 'q4', to: 'q4f16', layer: 2, topics: TOPICS });
      expect((await probes.measure({ ...files, sets: [] }, () => undefined, never)).agreement).toBe(agreement);
      expect(measurements()).toBe(1);
      expect(await steering.write(write(files), nobody, never)).toMatchObject({ tokens: 2 });
      const [matched] = await steering.match({ ...intervention(files), targets: [0.05] }, never);
      expect(Math.abs(matched!.kl / 0.05 - 1)).toBeLessThanOrEqual(0.03);
      const words = await steering.words({ ...intervention(files), text: 'He fed', words: 'the dog' }, never);
      const unsteered = await steering.words({ ...intervention(files, 0), text: 'He fed', words: 'the dog' }, never);
      expect(words).toMatchObject({ from: 1, ids: unsteered.ids, steps: [{ stream: 2 }] });
      expect(words.logP).toBeLessThan(0);
      expect(Math.abs(words.logP - unsteered.logP)).toBeGreaterThan(1e-3);
      const { ab } = await runs.diverge({ a: run(null), b: run(intervention(files)), pairs }, () => undefined, never);
      const both = { text: 'He fed.', probes: [files, files], every: 'word' } as const;
      const { axes, readings } = await runs.readAxes(both, () => undefined, never);
      expect(axes.map(({ axis }) => axis.positive)).toEqual(['kind', 'kind']);
      expect(readings.length).toBeGreaterThan(0);
      for (const { axes: read } of readings) expect(read[0]).toEqual(read[1]);
      // The first token is never steered.
      expect([...ab].map((kl) => kl > 1e-6)).toEqual([false, true, true]);
      expect(await training.judge({ probe: files, set: dozen }, () => undefined, never)).toMatchObject({
        topics: TOPICS,
      });
      await dispose();
    },
    3 * MINUTE,
  );

  it(
    'a dose–response says how far its direction agrees, and goes without an unrelated axis that does not fit',
    async () => {
      const { probes, steering, dispose } = await roomsOver('toy-q4f16');
      const { agreement } = await probes.measure({ ...files, sets: [dozen] }, () => undefined, never);
      const { probe } = await readProbe(join(folder, 'probe'));
      const other = (id: string): ProbeFiles => {
        const { json, tensors } = serialiseProbe({
          ...probe,
          title: 'Other',
          model: { ...probe.model, id, weightsSha256: '0b'.repeat(32) },
        });
        return { json, tensors: Uint8Array.from(tensors).buffer };
      };
      const measure = (unrelated: ProbeFiles, sets: readonly SetSource[]) =>
        steering.measure(
          {
            ...intervention(files, 0),
            targets: [0.05],
            placeboTargets: [0.05],
            choices,
            control: null,
            unrelated: { ...unrelated, sets },
            seed: 1,
          },
          () => undefined,
          never,
        );
      const report = await measure(other('toy-q8'), [dozen]);
      expect(report.carriedOver).toEqual(agreement);
      expect(report.probe.sha256).toBe(hashOf(files));
      expect(report.placebos.filter(({ kind }) => kind === 'unrelated').map(({ title }) => title)).toEqual([
        expect.stringMatching(/^Other \(made on q8, cosine \d\.\d{3} on q4f16 at layer 2, n = 12 topics\)$/),
      ]);
      for (const [unrelated, sets] of [
        [other('strange-q4'), [dozen]],
        [other('toy-fp16'), []],
      ] as const)
        expect((await measure(unrelated, sets)).placebos.map(({ kind }) => kind)).not.toContain('unrelated');
      await dispose();
    },
    3 * MINUTE,
  );

  it(
    'what was measured too low stays refused',
    async () => {
      const { probes, steering, dispose } = await roomsOver('coarse/toy-q8');
      expect((await refusalOf(probes.measure({ ...files, sets: [dozen] }, () => undefined, never))).message).toMatch(
        /cosine of -?0\.\d{3} only/,
      );
      expect((await refusalOf(steering.write(write(files), nobody, never))).code).toBe('probe-model-mismatch');
      await dispose();
    },
    3 * MINUTE,
  );
});

it(
  'on its own weights it is measured nowhere',
  async () => {
    const { probes, steering, measurements, dispose } = await roomsOver('toy-q4');
    expect((await probes.measure({ ...files, sets: [dozen] }, () => undefined, never)).agreement).toBeNull();
    expect(probes.take(files).agreement).toBeNull();
    expect(measurements()).toBe(0);
    expect(await steering.write(write(files), nobody, never)).toMatchObject({ tokens: 2 });
    expect(refusal(() => probes.take({ ...files, json: '{' })).code).toBe('probe-invalid');
    await dispose();
  },
  3 * MINUTE,
);
