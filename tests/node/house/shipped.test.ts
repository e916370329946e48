/** What the page ships must fit together: the probe, the model, the sets that it was trained on, the stories and their recordings. */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { readProbe, readPromptSet, readSetFiles, readStorySet } from '../../../src/cli/files.ts';
import { readRecipes } from '../../../src/cli/recipes.ts';
import { POLES } from '../../../src/probe/heads.ts';
import type { PoleHead } from '../../../src/probe/probe-types.ts';
import { VERSION } from '../../../src/base/version.ts';
import { parseControlSet } from '../../../src/formats/sets/control-set.ts';
import { experimentFigureSvg } from '../../../src/formats/figures/experiment-figure.ts';
import { ablationFigure } from '../../../src/formats/figures/ablation-figure.ts';
import { ABLATION_FILE, parseAblation } from '../../../src/formats/probe/ablation.ts';
import { probeCard } from '../../../src/formats/probe/probe-card.ts';
import { parseRecording, parseRecordingIndex } from '../../../src/formats/runs/recording-json.ts';
import { assertReportFits, parseReport } from '../../../src/formats/probe/report.ts';
import { parseStory } from '../../../src/formats/runs/story.ts';
import { parseManifest, weightsSha256 } from '../../../src/engine/store/manifest.ts';

const at = (path: string): string => fileURLToPath(new URL(`../../../${path}`, import.meta.url));
const textAt = (path: string): string => readFileSync(at(path), 'utf8');
const recipes = await readRecipes(at('probes/recipes.json'));
const bundles = new Map(
  await Promise.all(
    recipes.map(
      async ({ id }) =>
        [
          id,
          { ...(await readProbe(at(`probes/${id}`))), report: parseReport(textAt(`probes/${id}/report.json`)) },
        ] as const,
    ),
  ),
);
const bundle = (id: string) => bundles.get(id) ?? expect.fail(`no probe ${id}`);
const shipped = bundle('kind-cruel');
const sets = readdirSync(at('probes/sets'));
const stories = readdirSync(at('src/content/stories')).map((name) =>
  parseStory(textAt(`src/content/stories/${name}`), name),
);

test('there is a probe for every recipe, three axes of them moral and three not', () => {
  const folders = readdirSync(at('probes'), { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && entry.name !== 'sets' && entry.name !== 'choices')
    .map(({ name }) => name);
  expect(folders.sort()).toEqual([
    'cheerful-gloomy',
    'formal-casual',
    'honest-deceptive',
    'kind-cruel',
    'loyal-treacherous',
    'terse-wordy',
  ]);
  expect(recipes.map(({ id }) => id).sort()).toEqual(folders.sort());
});

describe.each(recipes)('$id', (recipe) => {
  const { probe, report, sha256 } = bundle(recipe.id);

  test('belongs to the model whose files are served', () => {
    const manifest = parseManifest(textAt('public/models/smollm2-135m-instruct-q4.manifest.json'));
    expect(probe.model).toMatchObject({
      id: manifest.id,
      weightsSha256: weightsSha256(manifest.files),
      layerCount: 30,
      hidden: 576,
    });
  });

  // That the recipe makes these very bytes takes the model and an hour: `train --recipes` does it, not this test.
  test('names its recipe and the very rows of the sets that lie beside it as what it was made from, and its report and card are its own', () => {
    const { title, about, method, seed, shuffles, readoutCount } = recipe;
    expect(probe).toMatchObject({
      title,
      about,
      method,
      evidence: { nullShuffles: shuffles },
      provenance: { seed, version: VERSION },
    });
    expect(probe.taps).toHaveLength(readoutCount);
    const free = recipe.others.filter((path) => recipe.trace?.freeOf.includes(basename(path, '.set.json')));
    const names = [...recipe.sets, ...recipe.zeros, ...free, recipe.stories, ...(recipe.trace?.told ?? [])].map(
      (path) => basename(path, '.set.json'),
    );
    expect(probe.provenance.sets.map(({ name }) => name)).toEqual(names);
    for (const set of probe.provenance.sets) {
      const rows = readFileSync(at(`probes/sets/${set.name}/${set.name}.jsonl`));
      expect(createHash('sha256').update(rows).digest('hex'), set.name).toBe(set.sha256);
    }
    assertReportFits(report, probe, sha256);
    const ablation = existsSync(at(`probes/${recipe.id}/${ABLATION_FILE}`))
      ? parseAblation(textAt(`probes/${recipe.id}/${ABLATION_FILE}`))
      : null;
    if (ablation !== null) {
      expect(ablation.probe).toEqual({ id: probe.id, title, sha256 });
      expect(ablation.model.weightsSha256).toBe(probe.model.weightsSha256);
      for (const theme of ['light', 'dark'] as const)
        expect(textAt(`probes/${recipe.id}/ablation${theme === 'dark' ? '-dark' : ''}.svg`)).toBe(
          experimentFigureSvg(ablationFigure(ablation), theme),
        );
    }
    expect(textAt(`probes/${recipe.id}/CARD.md`)).toBe(probeCard(probe, report, ablation));
  });

  test('is read anywhere in a text by the neutral text and free of what its recipe names', () => {
    const { trace } = probe;
    expect(trace).toMatchObject({ texts: recipe.trace!.texts, layers: [14, 16, 18, 20, 22] });
    expect(trace!.freeOf).toEqual(recipe.trace!.freeOf.filter((name) => name !== recipe.id));
    // Layer 0 knows no more than the words of the neutral text, which are the same everywhere.
    expect(Math.max(...trace!.inside.directions.subarray(0, 576).map(Math.abs))).toBe(0);
  });

  test('reads chance at layer 0 and is judged in full', () => {
    const { evidence } = probe;
    expect([evidence.auroc[0], evidence.pairs[0]]).toEqual([0.5, 0.5]);
    expect(report.topics).toBeGreaterThanOrEqual(48);
    expect(report.curves.map(({ method }) => method.kind)).toEqual([
      'ridge',
      'ridge',
      'difference-of-means',
      'lda',
      'logistic',
    ]);
    expect(report.controls.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['luck', 'negation', 'intent-outcome', 'personas', 'flips']),
    );
    const kinds = new Set(report.transfer.map(({ kind }) => kind));
    // Only in terse and wordy does length give the poles away, so that turns of equal length are judged alone.
    expect(kinds).toEqual(
      new Set([
        'style',
        'tap',
        'form',
        'axis',
        ...(recipe.sets.length > 1 ? ['set'] : []),
        ...(recipe.id === 'terse-wordy' ? ['part'] : []),
      ]),
    );
    expect(report.baselines.embedding).not.toBeNull();
    expect(evidence.drift.map(({ beats, n }) => [beats, n])).toEqual(
      Array.from({ length: 9 }, (_, beats) => [beats, 36]),
    );
    expect(probe.alarm.tokens).toBeGreaterThanOrEqual(5000);
    expect(probe.poles).not.toBeNull();
    expect(probe.placebos).toHaveLength(10 * 31 * 576);
    for (const { evidence: pole, alarm } of Object.values(probe.poles ?? {}) as PoleHead[]) {
      expect([pole.auroc[0], pole.other[0]]).toEqual([0.5, 0.5]);
      expect(pole).toMatchObject({ topics: evidence.topics, rows: evidence.rows });
      expect(alarm.tokens).toBe(probe.alarm.tokens);
    }
  });
});

test('kind-cruel clears its null on held-out topics with the whole interval, layer and penalty chosen without them', () => {
  const [curve] = shipped.report.curves;
  expect(curve!.nested.auroc.low).toBeGreaterThan(curve!.nullAuroc95);
  expect(shipped.probe.defaultLayer).toBe(16);
});

test('kind and cruel turns leave neutral the same way, so a reading of either alone is no reading of which', () => {
  for (const pole of POLES) {
    const { auroc, aurocLow, otherLow } = shipped.probe.poles![pole].evidence;
    expect(aurocLow[16]).toBeGreaterThan(0.85);
    expect(otherLow[16]).toBeGreaterThan(0.8);
    expect(auroc[16]).toBeGreaterThan(shipped.probe.evidence.auroc[16]!);
  }
});

test('neutral stories held out of kind-cruel stay within 0.35 of zero at every length', () => {
  for (const { mean } of shipped.probe.evidence.drift) expect(Math.abs(mean)).toBeLessThanOrEqual(0.35);
});

test.each(sets.filter((name) => name !== 'controls'))('the set %s can be used as it lies', async (name) => {
  const path = at(`probes/sets/${name}/${name}.set.json`);
  if (name === 'kind-cruel-stories')
    expect(parseControlSet(await readSetFiles(path))).toMatchObject({ kind: 'story', items: { length: 30 } });
  else if (name === 'neutral-stories') expect((await readStorySet(path)).stories.length).toBeGreaterThanOrEqual(18);
  else expect((await readPromptSet(path, { requireNeutral: true })).topics.length).toBeGreaterThanOrEqual(24);
});

const controls = readdirSync(at('probes/sets/controls')).filter((name) => name.endsWith('.set.json'));

test('the controls are four sets, each a header with its rows', () => {
  expect(controls).toEqual(['flips.set.json', 'intent-outcome.set.json', 'negation.set.json', 'personas.set.json']);
  expect(readdirSync(at('probes/sets/controls')).filter((name) => name.endsWith('.jsonl'))).toEqual(
    controls.map((name) => name.replace('.set.json', '.jsonl')),
  );
});

test.each(controls)(
  'the control set %s can be used as it lies, under its own name and in plain ASCII',
  async (name) => {
    const files = await readSetFiles(at(`probes/sets/controls/${name}`));
    const set = parseControlSet(files);
    expect(`${set.name}.set.json`).toBe(name);
    expect(set.licence).toBe('Apache-2.0');
    expect(set.items.length).toBeGreaterThanOrEqual(12);
    for (const row of files.rows.split('\n')) expect(row).not.toMatch(/[^\x20-\x7e]/);
  },
);

test('no text of a control is one that a probe was trained on', async () => {
  const trained = new Set<string>();
  for (const name of sets.filter((other) => other !== 'controls')) {
    const rows = textAt(`probes/sets/${name}/${name}.jsonl`)
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as { text?: string; beats?: (string | { text: string })[] });
    for (const { text, beats } of rows)
      for (const one of [
        ...(beats ?? []).map((beat) => (typeof beat === 'string' ? beat : beat.text)),
        ...(text === undefined ? [] : [text]),
      ])
        trained.add(one);
  }
  expect(trained.size).toBeGreaterThan(1000);
  for (const name of controls) {
    for (const row of parseControlSet(await readSetFiles(at(`probes/sets/controls/${name}`))).rows) {
      const texts =
        row.kind === 'story' ? row.beats.map(({ text }) => text) : [row.kind === 'chat' ? row.assistant : row.text];
      for (const text of texts) expect(trained.has(text), `${name} line ${row.line}: ${text}`).toBe(false);
    }
  }
});

test('every story has a recording of its present text, made with the shipped probe and this version', () => {
  const index = parseRecordingIndex(textAt('public/recordings/index.json'));
  const inOrder = [...stories].sort((a, b) => a.order - b.order);
  expect(index).toEqual(inOrder.map(({ id, title, blurb, dark }) => ({ id, title, blurb, dark })));
  expect(index.map(({ id }) => id)).toEqual([
    'bakery',
    'betrayal',
    'mercy',
    'redemption',
    'double-agent',
    'dream',
    'steady-kind',
    'steady-cruel',
  ]);
  // The story that a first visit shows turns, and holds nothing that wants a note.
  expect(index[0]!.dark).toBe(false);
  for (const story of stories) {
    const recording = parseRecording(textAt(`public/recordings/${story.id}.json`));
    expect(recording.text).toBe(story.sentences.map((sentence) => sentence.text).join(' '));
    expect(recording.taps.filter(({ stand }) => stand === 'sentence')).toHaveLength(story.sentences.length);
    expect(recording.taps.length).toBeGreaterThan(6 * story.sentences.length);
    expect(recording.taps.every(({ shown }) => shown !== null)).toBe(true);
    for (const pole of POLES)
      expect(recording.poles?.[pole]).toMatchObject({
        explained: shipped.probe.poles?.[pole].lexical.explained,
        alarm: shipped.probe.poles?.[pole].alarm,
      });
    expect(recording.taps.every((readout) => readout.poles !== null)).toBe(true);
    expect(recording.provenance).toMatchObject({
      probeSha256: shipped.sha256,
      weightsSha256: shipped.probe.model.weightsSha256,
      version: VERSION,
    });
  }
});

test('the version is the one of the package', () => {
  expect((JSON.parse(textAt('package.json')) as { version: string }).version).toBe(VERSION);
});
