/**
 * Nothing that a released version wrote may stop opening: files of 0.1.0 and 0.2.0, made by their own code (the tensors of the
 * probes cut to four numbers a direction, sets to their first lines), are read by today's.
 */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parseReport as parseExperimentReport } from '../../../src/experiments/report/experiment-report.ts';
import { parseDose } from '../../../src/formats/probe/dose.ts';
import { parseProbe, serialiseProbe } from '../../../src/formats/probe/probe.ts';
import { parseReport } from '../../../src/formats/probe/report.ts';
import { parseRecording, parseRecordingIndex, serialiseRecording } from '../../../src/formats/runs/recording-json.ts';
import { parseControlSet } from '../../../src/formats/sets/control-set.ts';
import { parsePromptSet } from '../../../src/formats/sets/prompt-set.ts';
import { parseStorySet } from '../../../src/formats/sets/story-set.ts';
import { sharedIn } from '../../../src/state/runs/link-code.ts';

const HIDDEN = 4;
const bytesAt = (path: string): Buffer => readFileSync(new URL(`../../fixtures/versions/${path}`, import.meta.url));
const textAt = (path: string): string => bytesAt(path).toString('utf8');
const versionOf = (json: string): number => (JSON.parse(json) as { version: number }).version;

describe.each([
  ['0.1.0', { probe: 2, report: 1, recording: 2, index: 1 }],
  ['0.2.0', { probe: 4, report: 2, recording: 3, index: 2 }],
] as const)('what %s wrote is read', (release, versions) => {
  const at = (name: string): string => textAt(`${release}/${name}`);
  const set = (name: string) => ({
    headerName: `${name}.set.json`,
    rowsName: `${name}.jsonl`,
    header: at(`${name}.set.json`),
    rows: at(`${name}.jsonl`),
    sha256: '0'.repeat(64),
  });

  test('a probe with its directions, which can be written anew', () => {
    const json = at('probe.json');
    expect(versionOf(json)).toBe(versions.probe);
    const probe = parseProbe(json, new Uint8Array(bytesAt(`${release}/directions.safetensors`)));
    expect(probe.id).toBe('honest-deceptive');
    expect(probe.model).toMatchObject({ id: 'smollm2-135m-instruct-q4', layerCount: 30, hidden: HIDDEN });
    expect(probe.directions).toHaveLength(31 * HIDDEN);
    expect(Math.hypot(...probe.directions.subarray(16 * HIDDEN, 17 * HIDDEN))).toBeGreaterThan(0);
    expect(probe.trace).toBeNull();
    const anew = serialiseProbe(probe);
    expect(parseProbe(anew.json, anew.tensors).directions).toEqual(probe.directions);
  });

  test('a report', () => {
    expect(versionOf(at('report.json'))).toBe(versions.report);
    expect(parseReport(at('report.json'))).toMatchObject({ probe: { id: 'honest-deceptive' } });
  });

  test('a recording, which is also an exported run, with its list; it can be written anew', () => {
    expect(versionOf(at('recording.json'))).toBe(versions.recording);
    const recording = parseRecording(at('recording.json'));
    expect(recording.text).toBe('She fed the stray dog. Then she kicked it.');
    expect(recording.tokens.map(({ text }) => text).join('')).toBe(recording.text);
    expect(recording.taps).toHaveLength(2);
    expect(recording.taps.map(({ score }) => score.length)).toEqual([31, 31]);
    expect(recording.taps[0]!.score[16]!).toBeGreaterThan(recording.taps[1]!.score[16]!);
    expect(recording.provenance.version).toBe(release);
    expect(parseRecording(serialiseRecording(recording)).taps).toEqual(recording.taps);
    expect(versionOf(at('recordings.json'))).toBe(versions.index);
    expect(parseRecordingIndex(at('recordings.json'))).toMatchObject([{ id: 'stray', title: 'A stray dog' }]);
  });

  test('sets: prompts, controls and stories', () => {
    expect(parsePromptSet(set('kind-cruel-24'), { requireNeutral: true }).rows).toHaveLength(12);
    expect(parseControlSet(set('personas')).rows).toHaveLength(12);
    expect(parseStorySet(set('neutral-stories')).stories).toHaveLength(12);
  });
});

describe('what 0.2.0 wrote besides is read', () => {
  test('a dose–response', () => {
    expect(parseDose(textAt('0.2.0/dose.json')).probe).toMatchObject({ id: 'kind-cruel' });
  });

  // Its specs and units are those that still lie in experiments/, which experiment-results.test.ts reads whole.
  test('the report of an experiment', () => {
    expect(parseExperimentReport(textAt('0.2.0/experiment-report.json'))).toMatchObject({ experiment: { id: 'A' } });
  });

  test('links, of a plain and of a steered run', async () => {
    const { plain, pushed: steered } = JSON.parse(textAt('0.2.0/links.json')) as Record<'plain' | 'pushed', string>;
    expect([plain, steered].map((code) => code.split('.')[0])).toEqual(['1', '2']);
    const shared = {
      text: 'She fed the stray dog. Then she kicked it.',
      given: 22,
      probe: { key: 'kind-cruel', title: 'Kind–cruel', sha256: 'a'.repeat(64) },
      layer: 16,
      token: 4,
      sampling: { temperature: 0.7, topK: 40, topP: 0.95, seed: 7, maxTokens: 60 },
      view: { grain: 'word' },
    };
    expect(await sharedIn(plain)).toMatchObject({ ...shared, push: null });
    expect(await sharedIn(steered)).toMatchObject({
      ...shared,
      push: { mode: 'add', pole: 'negative', from: 12, to: 12, strength: 0.5, where: 'all', direction: 'Kind–cruel' },
    });
  });
});
