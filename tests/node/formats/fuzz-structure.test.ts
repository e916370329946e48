/**
 * Every JSON that may come from outside, changed in its structure in ten thousand ways each (specs of experiments in two
 * thousand for each of the five designs): nested up to 200,000 deep, values moved, doubled, renamed, left out, or taken
 * from a file of another format. It is refused in words with one of its codes, or opened.
 */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parseModelList } from '../../../src/chat/model-list.ts';
import { AppError, type ErrorCode } from '../../../src/base/errors.ts';
import { createRng } from '../../../src/base/rng.ts';
import { DESIGNS } from '../../../src/experiments/designs.ts';
import { parseSpec } from '../../../src/experiments/spec.ts';
import { parseUnit, serialiseUnit } from '../../../src/experiments/unit-file.ts';
import { parseControlSet } from '../../../src/formats/sets/control-set.ts';
import { parseAblation, serialiseAblation } from '../../../src/formats/probe/ablation.ts';
import { parseDose, serialiseDose } from '../../../src/formats/probe/dose.ts';
import {
  parseReport as parseExperimentReport,
  serialiseReport as serialiseExperimentReport,
} from '../../../src/experiments/report/experiment-report.ts';
import { parseProbe, serialiseProbe } from '../../../src/formats/probe/probe.ts';
import { parsePromptSet } from '../../../src/formats/sets/prompt-set.ts';
import { parseRecording, serialiseRecording } from '../../../src/formats/runs/recording-json.ts';
import { parseReport, serialiseReport } from '../../../src/formats/probe/report.ts';
import type { SetFiles } from '../../../src/formats/sets/set-lines.ts';
import { parseShared, sharedJson } from '../../../src/formats/runs/share-link.ts';
import { parseStorySet } from '../../../src/formats/sets/story-set.ts';
import { parseManifest } from '../../../src/engine/store/manifest.ts';
import { sampleAblation } from '../../fixtures/samples/ablation-sample.ts';
import { sampleDose } from '../../fixtures/samples/dose-sample.ts';
import { sampleExperiment } from '../../fixtures/experiments/experiment-sample.ts';
import { shrunkJson } from '../../fixtures/mutate/shrink-json.ts';
import { structureMutations } from '../../fixtures/mutate/mutate-structure.ts';
import { sampleReport } from '../../fixtures/samples/report-sample.ts';
import { sampleProbe } from '../../fixtures/samples/sample-probe.ts';
import { sampleRun } from '../../fixtures/samples/sample-run.ts';
import { sampleShared } from '../../fixtures/samples/sample-shared.ts';

const COUNT = 10_000;
const COUNT_OF_DESIGN = COUNT / 5;
const read = (path: string): string => readFileSync(new URL(`../../../${path}`, import.meta.url), 'utf8');
const probe = serialiseProbe(sampleProbe);
const unit = serialiseUnit({
  head: {
    experiment: 'tiny',
    design: 'opposites',
    specSha256: 'a'.repeat(64),
    size: 'full',
    model: { id: 'toy', weightsSha256: 'b'.repeat(64), layerCount: 2, hidden: 4, dtype: 'q4' },
    backend: 'node',
  },
  part: 'unit',
  preparedSha256: 'c'.repeat(64),
  result: { id: 'w1', data: { x: [1, { y: null }] } },
});
const setFiles = (header: string, rows: string): SetFiles => ({
  headerName: 'x.set.json',
  rowsName: 'x.jsonl',
  sha256: '',
  header,
  rows,
});
const linesOf = (path: string, count: number): string[] => read(path).trimEnd().split('\n').slice(0, count);
const SET = 'probes/sets/kind-cruel-24/kind-cruel-24';
const CONTROL = 'probes/sets/controls/personas';
const STORIES = 'probes/sets/neutral-stories/neutral-stories';
const rows = linesOf(`${SET}.jsonl`, 6);
const withRow = (path: string, count: number, row: string): string =>
  [...linesOf(path, count).slice(0, -1), row.replaceAll('\n', ' ')].join('\n');
const list = JSON.stringify({
  model_list: [
    {
      model_id: 'One',
      model: './models/one/',
      model_lib: './models/one/lib.wasm',
      overrides: { context_window_size: 4096 },
    },
  ],
});
const SETS: readonly ErrorCode[] = ['set-invalid', 'set-row-invalid', 'set-topic-incomplete'];

/** What it is, a sound one, the codes that it is refused with, and how it is opened. */
const FORMATS: readonly (readonly [
  name: string,
  source: string,
  codes: readonly ErrorCode[],
  open: (damaged: string) => unknown,
])[] = [
  ['a run', serialiseRecording(sampleRun()), ['recording-invalid', 'push-invalid'], parseRecording],
  ['a probe', probe.json, ['probe-invalid', 'tensor-file-invalid'], (damaged) => parseProbe(damaged, probe.tensors)],
  ['a report', serialiseReport(sampleReport), ['probe-invalid'], parseReport],
  ['what is lost without a probe', serialiseAblation(sampleAblation), ['dose-invalid'], parseAblation],
  ['a dose–response', serialiseDose(sampleDose), ['dose-invalid', 'push-invalid'], parseDose],
  [
    'the report of an experiment',
    serialiseExperimentReport(sampleExperiment),
    ['unit-invalid', 'spec-invalid'],
    parseExperimentReport,
  ],
  ['a unit', unit, ['unit-invalid'], (damaged) => parseUnit(damaged, 'w1.json')],
  ['a link', sharedJson(sampleShared), ['link-invalid', 'push-invalid'], parseShared],
  [
    'the header of a set',
    read(`${SET}.set.json`),
    SETS,
    (damaged) => parsePromptSet(setFiles(damaged, rows.join('\n')), { requireNeutral: false }),
  ],
  [
    'a row of a set',
    rows[5]!,
    SETS,
    (damaged) =>
      parsePromptSet(
        setFiles(read(`${SET}.set.json`), [...rows.slice(0, 5), damaged.replaceAll('\n', ' ')].join('\n')),
        { requireNeutral: false },
      ),
  ],
  [
    'the header of a control set',
    read(`${CONTROL}.set.json`),
    SETS,
    (damaged) => parseControlSet(setFiles(damaged, read(`${CONTROL}.jsonl`))),
  ],
  [
    'a row of a control set',
    linesOf(`${CONTROL}.jsonl`, 8).at(-1)!,
    SETS,
    (damaged) => parseControlSet(setFiles(read(`${CONTROL}.set.json`), withRow(`${CONTROL}.jsonl`, 8, damaged))),
  ],
  [
    'a row of stories',
    linesOf(`${STORIES}.jsonl`, 2).at(-1)!,
    SETS,
    (damaged) => parseStorySet(setFiles(read(`${STORIES}.set.json`), withRow(`${STORIES}.jsonl`, 2, damaged))),
  ],
  [
    'the manifest of a model',
    read('public/models/smollm2-135m-instruct-q4.manifest.json'),
    ['model-manifest-invalid'],
    parseManifest,
  ],
  ['a list of chat models', list, ['second-engine-list-invalid'], (damaged) => parseModelList(damaged, 'models.json')],
  ...['A', 'A2', 'B', 'C', 'D', 'E', 'A/earlier', 'A2/earlier', 'B/earlier', 'C/earlier', 'D/earlier'].map(
    (letter) =>
      [
        `the spec of ${letter}`,
        read(`experiments/${letter}/spec.json`),
        ['spec-invalid'] as const,
        (damaged: string) => parseSpec(damaged, '0'.repeat(64), DESIGNS),
      ] as const,
  ),
];

describe('a JSON', () => {
  it.each(FORMATS)(
    'that was changed in its structure is refused in words or opened: %s',
    (name, source, codes, open) => {
      const count = name.startsWith('the spec') ? COUNT_OF_DESIGN : COUNT;
      // Short lists stand for long ones, so that a copy is cheap to make and to read.
      const seed = shrunkJson(source, open);
      const other = FORMATS[(FORMATS.findIndex(([own]) => own === name) + 1) % FORMATS.length]![1];
      let opened = 0;
      let refused = 0;
      for (const damaged of structureMutations(seed, other, count, createRng(17))) {
        try {
          open(damaged);
          opened += 1;
        } catch (thrown) {
          if (!(thrown instanceof AppError))
            throw new Error(`${name} broke on ${damaged.slice(0, 300)}`, { cause: thrown });
          expect(codes, thrown.message).toContain(thrown.code);
          expect(thrown.message.length).toBeLessThan(2000);
          expect(thrown.message).toMatch(/\.$/);
          refused += 1;
        }
      }
      expect(refused).toBeGreaterThan(count / 10);
      expect(opened).toBeGreaterThan(20);
      expect(opened + refused).toBe(count);
    },
    120_000,
  );
});
