/** The story of the first view: made from the shipped recordings, small, and refused where it is not what it should be. */
import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { forkSentence } from '../../../src/content/fork.ts';
import { forkSure } from '../../../src/content/readout/fork-sure.ts';
import { mean } from '../../../src/stats/stats.ts';
import { FORK, WALUIGI } from '../../../src/content/front.ts';
import { sharedOpening } from '../../../src/reading/fork.ts';
import { tracePoints } from '../../../src/reading/trace.ts';
import { parseReport } from '../../../src/experiments/report/experiment-report.ts';
import { parseFork, serialiseFork } from '../../../src/formats/runs/fork-json.ts';
import { parseProbeCard } from '../../../src/formats/probe/probe.ts';
import { parseRecording } from '../../../src/formats/runs/recording-json.ts';

const file = (path: string): string => readFileSync(new URL(`../../../${path}`, import.meta.url), 'utf8');
const recording = (id: string) => parseRecording(file(`public/recordings/${id}.json`));
const [a, b] = [recording(FORK.a.id), recording(FORK.b.id)];
const json = serialiseFork(a, b);

describe('a shared opening', () => {
  const cut = (text: string): string[] => text.match(/ ?[A-Za-z]+|[.]/g) ?? [];
  it('ends with the last sentence that both have whole', () => {
    const opening = cut('She came. She saw.');
    expect(sharedOpening(cut('She came. She saw. She won all.'), cut('She came. She saw. She won none.'))).toBe(
      opening.length,
    );
  });
  it('is none for one sentence, for the same text, and for a text that goes on from the other', () => {
    expect(sharedOpening(cut('She came. She won.'), cut('She came. She lost.'))).toBe(0);
    expect(sharedOpening(cut('She came. She saw. She won.'), cut('She came. She saw. She won.'))).toBe(0);
    expect(sharedOpening(cut('She came. She saw.'), cut('She came. She saw. She won.'))).toBe(0);
  });
});

describe('the file', () => {
  it('says what the recordings say, in a fiftieth of their size', () => {
    const fork = parseFork(json);
    for (const [side, whole] of [
      [fork.a, a],
      [fork.b, b],
    ] as const) {
      expect(side.pieces.join('')).toBe(whole.text);
      const trace = tracePoints(whole.taps, whole.tokens.length, null, whole.defaultLayer);
      expect(side.trace.map(({ from, afterToken, stand }) => [from, afterToken, stand])).toEqual(
        trace.map(({ from, afterToken, stand }) => [from, afterToken, stand]),
      );
      side.trace.forEach(({ score }, index) => expect(score).toBeCloseTo(trace[index]!.score, 2));
    }
    expect(fork.a.pieces.slice(0, fork.shared)).toEqual(fork.b.pieces.slice(0, fork.shared));
    expect(gzipSync(json).length).toBeLessThan(gzipSync(file(`public/recordings/${FORK.a.id}.json`)).length / 20);
  });

  it('is not made of stories that do not begin alike', () =>
    expect(() => serialiseFork(a, recording('bakery'))).toThrow(/no story that forks/));

  it.each([
    [
      'a reading behind the text',
      (root: Parts) => (root.a.readings[0]![0] = 9999),
      /fork\.a\.readings\[0\]\[0\] must be a whole number/,
    ],
    [
      'readings out of order',
      (root: Parts) => root.b.readings.reverse(),
      /fork\.b\.readings\[1\]\[0\] must be a whole number/,
    ],
    [
      'a stand that is none',
      (root: Parts) => (root.a.readings[0]![1] = 'toString'),
      /must be one of sentence, clause, word/,
    ],
    ['a score that is none', (root: Parts) => (root.a.readings[0]![2] = 'high'), /must be a finite number/],
    ['nothing shared', (root: Parts) => (root.shared = 0), /fork\.shared must be a whole number from 1/],
    ['a newer version', (root: Parts) => (root.version = 2), /newer Flipside/],
  ])('with %s is refused at its place', (_, spoil, message) => {
    const root = JSON.parse(json) as Parts;
    spoil(root);
    expect(() => parseFork(JSON.stringify(root))).toThrow(message);
  });
});

interface Parts {
  version: number;
  shared: number;
  a: { readings: (number | string)[][] };
  b: { readings: (number | string)[][] };
}

describe('what the first view says', () => {
  it('of the story: up, and then to two sides', () => {
    const fork = parseFork(json);
    const after = (trace: typeof fork.a.trace): number[] =>
      trace
        .filter(({ stand, afterToken }) => stand === 'sentence' && afterToken >= fork.shared)
        .map(({ score }) => score);
    expect(mean(after(fork.a.trace))).toBeLessThan(-0.5);
    expect(mean(after(fork.b.trace))).toBeGreaterThan(0.5);
    expect(forkSentence(fork)).toMatch(
      /^The reading reaches \+\d\.\d \(kind\) after “.+”\. Where they part, one ending reads −\d\.\d \(\w+( neutral)?\) on average, the other \+\d\.\d \(\w+( neutral)?\)\.$/,
    );
  });

  it('of what was found: the verdicts of the shipped experiments', () => {
    for (const { experiment, verdict } of WALUIGI.found) {
      expect(
        parseReport(file(`experiments/${experiment}/results/smollm2-135m-instruct-q4/report.json`)).verdict,
        experiment,
      ).toBe(verdict);
    }
  });
});

describe('how sure it is', () => {
  const [sideA, sideB] = [a, b].map(({ id, tokens, taps: readouts, defaultLayer }) => ({
    id,
    pieces: tokens.map(({ text }) => text),
    trace: tracePoints(readouts, tokens.length, null, defaultLayer),
  }));
  const story = {
    axis: a.axis,
    shared: sharedOpening(sideA!.pieces, sideB!.pieces),
    a: sideA!,
    b: sideB!,
  };
  const estimate = (value: number, n: number) => ({ value, low: value - 0.05, high: value + 0.05, n });
  const auroc = (value: number, n: number) => ({ ends: estimate(value, n), inside: estimate(value - 0.1, n) });
  const probe = { defaultLayer: 0, evidence: { ...parseProbeCard(file('probes/kind-cruel/probe.json')).evidence } };

  it('names the stories that its figure is over, else the topics', () => {
    const evidence = { topics: auroc(0.8, 156), sets: [], apart: [] };
    const stories = { within: auroc(0.93, 30), pooled: auroc(0.9, 30) };
    expect(forkSure(story, { ...probe, trace: { evidence: { ...evidence, stories } } })).toContain(
      'Over 30 stories, each left out of the fit that scored it, it ranks kind above cruel with AUROC 0.93 [0.88, 0.98] at sentence ends and 0.83 [0.78, 0.88] over all words, the mean of one inside each story',
    );
    expect(forkSure(story, { ...probe, trace: { evidence: { ...evidence, stories: null } } })).toContain(
      'Over 156 topics of two turns, each left out of the fit that scored it, it ranks kind above cruel with AUROC 0.80 [0.75, 0.85] at the ends of turns',
    );
    expect(forkSure(story, { ...probe, trace: null })).toContain('Over 156 topics, each left out');
    expect(forkSure(story, null)).not.toContain('AUROC');
  });
});
