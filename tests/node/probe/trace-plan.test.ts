/** A readout that is added to a probe is the one that a whole training makes; and what is read for it is kept without a clash. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { TRACE_DEFAULTS } from '../../../src/probe/training-defaults.ts';
import type { SetSource, TrainingPlan } from '../../../src/probe/training-plan.ts';
import { parseProbe } from '../../../src/formats/probe/probe.ts';
import { parseReport } from '../../../src/formats/probe/report.ts';
import { rememberReadings } from '../../../src/training/remembered.ts';
import { runReadout, runTraining } from '../../../src/training/run-plan.ts';
import { toyReader } from '../../fixtures/toy/toy-reader.ts';

const hash = (content: string | Uint8Array): string => createHash('sha256').update(content).digest('hex');
const sourceOf = (name: string, lines: number): SetSource => {
  const at = (ending: string): string =>
    readFileSync(new URL(`../../../probes/sets/${name}/${name}.${ending}`, import.meta.url), 'utf8');
  return { name, header: at('set.json'), rows: at('jsonl').split('\n').slice(0, lines).join('\n') };
};
const plan: TrainingPlan = {
  id: 'toy',
  title: 'Toy',
  about: 'A toy.',
  sets: [sourceOf('kind-cruel-24', 24)],
  stories: sourceOf('neutral-stories', 3),
  storyCount: null,
  zeros: [sourceOf('luck', 18)],
  controls: [],
  others: [sourceOf('formal-casual', 18)],
  trace: TRACE_DEFAULTS,
  readoutCount: 1,
  otherReadouts: false,
  method: { kind: 'ridge', target: 'hardened', penalty: 1 },
  defaultLayer: 1,
  seed: 3,
  shuffles: 20,
};

test('a readout that is added later gives the numbers of a training that made it at once', async () => {
  const whole = await runTraining(toyReader(), plan, { hash });
  const without = await runTraining(toyReader(), { ...plan, trace: null }, { hash });
  const made = {
    probe: parseProbe(without.json, new Uint8Array(without.tensors)),
    report: parseReport(without.reportJson),
  };
  expect(made.probe.trace).toBeNull();
  const added = await runReadout(toyReader(), plan, made, { hash });
  // Not byte by byte: what was read from a file is written in the file's order.
  expect(JSON.parse(added.json)).toEqual(JSON.parse(whole.json));
  expect(hash(new Uint8Array(added.tensors))).toBe(hash(new Uint8Array(whole.tensors)));
  const {
    probe: { sha256, ...of },
    ...judged
  } = parseReport(added.reportJson);
  expect({ probe: of, ...judged }).toMatchObject({ ...parseReport(whole.reportJson), probe: { id: 'toy' } });
  expect(sha256).toBe(hash(Buffer.concat([Buffer.from(added.json), new Uint8Array(added.tensors)])));
  expect(added.probe.trace?.freeOf).toEqual(['luck', 'formal-casual']);
});

test('a readout is refused where a set is not the one that the probe was made from', async () => {
  const { json, tensors, reportJson } = await runTraining(toyReader(), { ...plan, trace: null }, { hash });
  const made = { probe: parseProbe(json, new Uint8Array(tensors)), report: parseReport(reportJson) };
  await expect(
    runReadout(toyReader(), { ...plan, sets: [sourceOf('kind-cruel-24', 27)] }, made, { hash }),
  ).rejects.toThrow(/The set "kind-cruel-24" is not the one/);
});

test('two texts of one group that begin alike are kept one after the other', async () => {
  const writing = new Set<string>();
  const store = {
    get: () => Promise.resolve(undefined),
    async set(key: string): Promise<void> {
      if (writing.has(key)) throw new Error(`${key} is being written already`);
      writing.add(key);
      await new Promise((resolve) => setTimeout(resolve, 0));
      writing.delete(key);
    },
  };
  const passages = ['She waved.', 'She left.'].map((end) => ({
    text: ['A boy came in', end],
    readoutTexts: ['A clock struck.'],
    readoutAfter: [0, 1],
    lastTokens: true,
  }));
  const readings = await rememberReadings(toyReader({ together: 2 }), store).read(passages);
  expect(readings).toHaveLength(2);
});
