/** What the page says a view is worth. */
import { expect, test } from 'vitest';
import { worthSentence } from '../../../src/content/readout/worth.ts';
import type { ReadoutEvidence } from '../../../src/probe/trace-types.ts';

const of = (value: number) => ({ value, low: value - 0.05, high: value + 0.05, n: 30 });
const both = (value: number) => ({ ends: of(value), inside: of(value) });
const evidence: ReadoutEvidence = {
  topics: both(0.8),
  sets: [],
  stories: { within: both(0.82), pooled: both(0.81) },
  apart: [],
  raw: [{ grain: 'mean', within: of(0.53), pooled: of(0.52) }],
};
const axis = { positive: 'kind', negative: 'cruel' };

test('a view is worth its AUROC inside stories, with interval and n; a raw one beside the reading', () => {
  expect(worthSentence(evidence, 'reading', axis)).toBe(
    'The reading ranks kind above cruel words with AUROC 0.82 [0.77, 0.87] inside 30 stories, 0.5 is chance, each story left out of its fit.',
  );
  expect(worthSentence(evidence, 'mean', axis)).toBe(
    'This raw view ranks kind above cruel tokens with AUROC 0.53 [0.48, 0.58] inside 30 stories, 0.5 is chance; the reading with 0.82 [0.77, 0.87].',
  );
});

test('nothing is said of what no report has measured', () => {
  expect(worthSentence(null, 'mean', axis)).toBe('');
  expect(worthSentence(evidence, 'word', axis)).toBe('');
  expect(worthSentence({ ...evidence, stories: null }, 'reading', axis)).toBe('');
});
