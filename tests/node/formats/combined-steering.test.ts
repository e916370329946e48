/** Several directions and conditions in run files: versions, and what is refused. */
import { expect, it } from 'vitest';
import { parseRecording, serialiseRecording } from '../../../src/formats/runs/recording-json.ts';
import { combinedSteering, steeredRun } from '../../fixtures/samples/sample-run.ts';

const source = serialiseRecording(steeredRun(combinedSteering));
const versionOf = (json: string): unknown => (JSON.parse(json) as { version: unknown }).version;

it('a run keeps every direction, the condition and where it held, in a file of version 6', () => {
  const back = parseRecording(source);
  expect(back.run?.push).toEqual(combinedSteering);
  expect(versionOf(source)).toBe(6);
  expect(serialiseRecording(back)).toBe(source);
});

it('a run of one direction is written as before, in a file of version 5', () => {
  expect(versionOf(serialiseRecording(steeredRun()))).toBe(5);
});

type Written = Record<string, unknown> & { also: Record<string, unknown>[]; when: Record<string, unknown> };
const altered = (change: (intervention: Written) => void): string => {
  const root = JSON.parse(source) as { run: { push: Written } };
  change(root.run.push);
  return JSON.stringify(root);
};

it.each<[string, (intervention: Written) => void, RegExp]>([
  [
    'no further direction in a list of them',
    (intervention) => (intervention.also = []),
    /run\.push\.also must have 1 to 5/,
  ],
  [
    'a further direction of no mode',
    (intervention) => (intervention.also[0]!['mode'] = 'shove'),
    /run\.push\.also\[0\]\.mode must be one of add/,
  ],
  [
    'one direction twice at a layer',
    (intervention) => (intervention.also[0]!['probeSha256'] = intervention['probeSha256']),
    /run\.push cannot be: .* steers layer 2 twice/,
  ],
  [
    'a condition that steering moves',
    (intervention) => (intervention.when['layer'] = 2),
    /when\.layer must be below the first steered layer, 2, got 2/,
  ],
  [
    'a threshold beyond all readings',
    (intervention) => (intervention.when['threshold'] = 99),
    /when\.threshold must lie between -20 and 20/,
  ],
  [
    'stretches that overlap',
    (intervention) =>
      (intervention.when['acted'] = [
        [3, 4],
        [4, 5],
      ]),
    /when\.acted\[1\]\[0\] must be a whole number from 6/,
  ],
  [
    'a stretch that ends before it begins',
    (intervention) => (intervention.when['acted'] = [[3, 2]]),
    /when\.acted\[0\]\[1\] must be a whole number from 3/,
  ],
  [
    'more tokens that were steered than could be',
    (intervention) => (intervention.when['asked'] = 2),
    /when\.asked must be a whole number from 3/,
  ],
])('%s is refused with its path', (_, change, message) => {
  expect(() => parseRecording(altered(change))).toThrow(message);
});
