/** What the page ships must fit together: the probe, the model, the sets that it was trained on, the stories and their recordings. */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { readIfThere, readProbe, readPromptSet, readSetFiles, readStorySet } from '../../src/cli/files.ts';
import { VERSION } from '../../src/core/version.ts';
import { parseControlSet } from '../../src/format/control-set.ts';
import { probeCard } from '../../src/format/probe-card.ts';
import { parseRecording, parseRecordingIndex } from '../../src/format/recording-json.ts';
import { assertReportFits, parseReport } from '../../src/format/report.ts';
import { parseStory } from '../../src/format/story.ts';
import { parseManifest, weightsSha256 } from '../../src/runtime/store/manifest.ts';

const at = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const textAt = (path: string): string => readFileSync(at(path), 'utf8');
const shipped = await readProbe(at('probes/kind-cruel'));
const reportJson = await readIfThere(at('probes/kind-cruel/report.json'));
const report = reportJson === null ? undefined : parseReport(reportJson);
const sets = readdirSync(at('probes/sets'));
const stories = readdirSync(at('src/content/stories')).map((name) => parseStory(textAt(`src/content/stories/${name}`), name));

test('the probe belongs to the model whose files are served', () => {
  const manifest = parseManifest(textAt('public/models/smollm2-135m-instruct-q4.manifest.json'));
  expect(shipped.probe.model).toMatchObject({ id: manifest.id, weightsSha256: weightsSha256(manifest.files), layerCount: 30, hidden: 576 });
});

test('the probe was trained on the sets that lie beside it, byte for byte, and its card is its own', () => {
  for (const set of shipped.probe.provenance.sets) {
    const rows = readFileSync(at(`probes/sets/${set.name}/${set.name}.jsonl`));
    expect(createHash('sha256').update(rows).digest('hex'), set.name).toBe(set.sha256);
  }
  expect(textAt('probes/kind-cruel/CARD.md')).toBe(probeCard(shipped.probe, report));
  if (report !== undefined) assertReportFits(report, shipped.probe, shipped.sha256);
});

test('the probe is a zeroed ridge that reads chance at layer 0 and beats shuffled labels at its default layer', () => {
  const { method, defaultLayer, evidence, taps } = shipped.probe;
  expect([method, defaultLayer, taps.length]).toEqual([{ kind: 'ridge', target: 'zeroed', penalty: 1 }, 16, 2]);
  expect([evidence.auroc[0], evidence.pairs[0]]).toEqual([0.5, 0.5]);
  expect(evidence.aurocLow[16]).toBeGreaterThan(evidence.nullAuroc95);
  expect(evidence.nullShuffles).toBeGreaterThanOrEqual(200);
});

test('held-out neutral stories of every length stay within 0.35 of zero', () => {
  const { drift } = shipped.probe.evidence;
  expect(drift.map(({ beats, n }) => [beats, n])).toEqual(Array.from({ length: 9 }, (_, beats) => [beats, 36]));
  for (const { mean } of drift) expect(Math.abs(mean)).toBeLessThanOrEqual(0.35);
});

test.each(sets.filter((name) => name !== 'controls'))('the set %s can be used as it lies', async (name) => {
  const path = at(`probes/sets/${name}/${name}.set.json`);
  if (name === 'neutral-stories') expect((await readStorySet(path)).stories.length).toBeGreaterThanOrEqual(18);
  else expect((await readPromptSet(path, { requireNeutral: true })).topics.length).toBeGreaterThanOrEqual(24);
});

const controls = readdirSync(at('probes/sets/controls')).filter((name) => name.endsWith('.set.json'));

test('the controls are four sets, each a header with its rows', () => {
  expect(controls).toEqual(['flips.set.json', 'intent-outcome.set.json', 'negation.set.json', 'personas.set.json']);
  expect(readdirSync(at('probes/sets/controls')).filter((name) => name.endsWith('.jsonl'))).toEqual(controls.map((name) => name.replace('.set.json', '.jsonl')));
});

test.each(controls)('the control set %s can be used as it lies, under its own name and in plain ASCII', async (name) => {
  const files = await readSetFiles(at(`probes/sets/controls/${name}`));
  const set = parseControlSet(files);
  expect(`${set.name}.set.json`).toBe(name);
  expect(set.licence).toBe('Apache-2.0');
  expect(set.items.length).toBeGreaterThanOrEqual(12);
  for (const row of files.rows.split('\n')) expect(row).not.toMatch(/[^\x20-\x7e]/);
});

test('no text of a control is one that a probe was trained on', async () => {
  const trained = new Set<string>();
  for (const name of sets.filter((other) => other !== 'controls')) {
    const rows = textAt(`probes/sets/${name}/${name}.jsonl`).split('\n').filter((line) => line !== '').map((line) => JSON.parse(line) as { text?: string; beats?: string[] });
    for (const { text, beats } of rows) for (const one of [...(beats ?? []), ...(text === undefined ? [] : [text])]) trained.add(one);
  }
  expect(trained.size).toBeGreaterThan(1000);
  for (const name of controls) {
    for (const row of parseControlSet(await readSetFiles(at(`probes/sets/controls/${name}`))).rows) {
      const texts = row.kind === 'story' ? row.beats.map(({ text }) => text) : [row.kind === 'chat' ? row.assistant : row.text];
      for (const text of texts) expect(trained.has(text), `${name} line ${row.line}: ${text}`).toBe(false);
    }
  }
});

test('every story has a recording of its present text, made with the shipped probe and this version', () => {
  const index = parseRecordingIndex(textAt('public/recordings/index.json'));
  const inOrder = [...stories].sort((a, b) => a.order - b.order);
  expect(index).toEqual(inOrder.map(({ id, title, blurb }) => ({ id, title, blurb })));
  expect(index.map(({ id }) => id)).toEqual(['betrayal', 'redemption', 'double-agent', 'dream', 'steady-kind', 'steady-cruel']);
  for (const story of stories) {
    const recording = parseRecording(textAt(`public/recordings/${story.id}.json`));
    expect(recording.text).toBe(story.sentences.map((sentence) => sentence.text).join(' '));
    expect(recording.taps).toHaveLength(story.sentences.length);
    expect(recording.provenance).toMatchObject({ probeSha256: shipped.sha256, weightsSha256: shipped.probe.model.weightsSha256, version: VERSION });
  }
});

test('the version is the one of the package', () => {
  expect((JSON.parse(textAt('package.json')) as { version: string }).version).toBe(VERSION);
});
