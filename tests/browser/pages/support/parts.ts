/** The page's parts without a model, a network or a storage. */
import { serialiseDose } from '../../../../src/formats/probe/dose.ts';
import { serialiseRecording, serialiseRecordingIndex } from '../../../../src/formats/runs/recording-json.ts';
import { serialiseReport } from '../../../../src/experiments/report/experiment-report.ts';
import type { AppParts } from '../../../../src/state/app.svelte.ts';
import type { ShippedExperiment } from '../../../../src/state/probes/shipped-experiments.ts';
import { sampleDose } from '../../../fixtures/samples/dose-sample.ts';
import { quickExperiment, sampleExperiment } from '../../../fixtures/experiments/experiment-sample.ts';
import { FakeEngine } from './fake-engine.ts';
import { type Database, memoryDatabase } from '../../../../src/state/storage/database.ts';
import { NO_TABS } from '../../../../src/state/storage/tabs.ts';
import { BETRAYAL, SAMPLE_CARD, sampleRecording, turn } from './sample.ts';
import { sampleOffer } from './sample-bundle.ts';

const STORIES = [
  // Not dark here, so that most tests need not go past a note.
  { id: 'betrayal', title: 'Betrayal', blurb: 'Helps everyone for a winter, then sells them.', lean: turn },
  {
    id: 'redemption',
    title: 'Redemption',
    blurb: 'Begins cruel and ends otherwise.',
    lean: (share: number) => -turn(share),
  },
  {
    id: 'double-agent',
    title: 'Double agent',
    blurb: 'Seems to work for the one side, works for the other.',
    lean: (share: number) => Math.sin(share * 12),
  },
  {
    id: 'dream',
    title: 'The dream',
    blurb: 'Cruel only while he sleeps.',
    lean: (share: number) => Math.cos(share * 7),
  },
  { id: 'mercy', title: 'Mercy', blurb: 'Nothing turns.', lean: () => 0.9 },
  { id: 'steady-cruel', title: 'Steady cruel', blurb: 'Nothing turns.', lean: () => -0.9 },
];

/** Files under `./recordings/`, made up. */
export function fakeFetch(url: string): Promise<string> {
  if (url.endsWith('index.json'))
    return Promise.resolve(
      serialiseRecordingIndex(
        STORIES.map(({ id, title, blurb }) => ({ id, title, blurb, dark: id === 'steady-cruel' })),
      ),
    );
  const story = STORIES.find((entry) => url.endsWith(`/${entry.id}.json`));
  if (story === undefined) return Promise.reject(new Error(`no ${url}`));
  const text = story.id === 'betrayal' ? BETRAYAL : BETRAYAL.replaceAll('Aldo', 'Ines').replaceAll(' he ', ' she ');
  return Promise.resolve(serialiseRecording(sampleRecording(story.id, story.title, text, story.lean)));
}

/** A storage that forgets with the test, of a reader who has Details open: most tests look at what stands there. */
export function withDetails(): Storage {
  const map = new Map([['flipside.details', 'open']]);
  return {
    getItem: (key: string) => map.get(key) ?? null,
    setItem: (key: string, value: string) => void map.set(key, value),
    removeItem: (key: string) => void map.delete(key),
  } as Storage;
}

/** A database in memory that passes for one that lasts. */
export function lastingDatabase(): Database {
  return { ...memoryDatabase(), lasts: true, refusal: null };
}

/** What lies beside the probes: a dose–response of the first. */
const SAMPLE_DOSES = { 'kind-cruel': () => Promise.resolve(serialiseDose(sampleDose)) };

/** Experiments that pass for shipped: the first has runs of two models, the second a rule and no run yet. */
export const SAMPLE_EXPERIMENTS: readonly ShippedExperiment[] = [
  {
    id: 'A',
    spec: {
      url: 'data:application/json,A',
      text: () => Promise.resolve(JSON.stringify({ rule: sampleExperiment.experiment.rule })),
    },
    runs: [
      {
        model: 'sample-135m',
        report: () => Promise.resolve(serialiseReport(sampleExperiment)),
        unitsUrl: 'data:application/json,units',
      },
      { model: 'sample-360m', report: () => Promise.resolve(serialiseReport(quickExperiment)), unitsUrl: null },
    ],
  },
  {
    id: 'B',
    spec: {
      url: 'data:application/json,B',
      text: () =>
        Promise.resolve(
          JSON.stringify({
            rule: { ...sampleExperiment.experiment.rule, confirm: 'The rule of the second experiment.' },
          }),
        ),
    },
    runs: [],
  },
];

/** Parts for a page with this engine. */
export function fakeParts(engine: () => FakeEngine = () => new FakeEngine(), more: Partial<AppParts> = {}): AppParts {
  return {
    connect: engine,
    fetchText: fakeFetch,
    shipped: [
      sampleOffer('kind-cruel', 'Kind–cruel', SAMPLE_CARD.axis, 1),
      sampleOffer(
        'honest-deceptive',
        'Honest–deceptive',
        { positive: 'honest', negative: 'deceptive', neutral: 'neutral' },
        2,
      ),
      sampleOffer(
        'formal-casual',
        'Formal–casual',
        { positive: 'formal', negative: 'casual', neutral: 'neutral' },
        3,
        false,
      ),
    ],
    database: () => Promise.resolve(lastingDatabase()),
    tabs: NO_TABS,
    doses: SAMPLE_DOSES,
    experiments: SAMPLE_EXPERIMENTS,
    storage: withDetails(),
    ...more,
  };
}
