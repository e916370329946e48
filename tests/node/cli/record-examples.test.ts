/** The texts that Write and Steer show before any model: of what ships, as the commands write and read them, and refused where damaged. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { read } from '../../../src/cli/commands/read.ts';
import { record } from '../../../src/cli/commands/record.ts';
import { steer } from '../../../src/cli/commands/steer.ts';
import { STARTERS, STEER_STARTERS } from '../../../src/content/prompts.ts';
import { parseExamples, serialiseExamples } from '../../../src/formats/runs/examples-json.ts';
import { meanReading } from '../../../src/reading/examples.ts';
import { FIRST_SAMPLING } from '../../../src/reading/first-sampling.ts';
import type { TracePoint } from '../../../src/reading/trace.ts';
import type { WrittenText } from '../../../src/steering/written.ts';
import { MODEL, PROBE } from '../../fixtures/embedded-model.ts';

const source = (name: string): string =>
  readFileSync(new URL(`../../../src/content/examples/${name}.json`, import.meta.url), 'utf8');
const [steered, chats] = [parseExamples(source('steer')), parseExamples(source('write'))];
const never = new AbortController().signal;
const textOf = ({ pieces }: { readonly pieces: readonly string[] }): string => pieces.join('');

describe('what ships', () => {
  test('is of the shipped probe and model, at the settings that the page begins with, and small', () => {
    const probe = createHash('sha256');
    for (const file of ['probe.json', 'directions.safetensors']) probe.update(readFileSync(`${PROBE}/${file}`));
    const sha256 = probe.digest('hex');
    for (const { provenance, sampling, axis } of [steered, chats]) {
      expect(provenance).toMatchObject({ model: 'smollm2-135m-instruct-q4', probe: 'kind-cruel', probeSha256: sha256 });
      expect(sampling).toEqual(FIRST_SAMPLING);
      expect(axis).toEqual({ positive: 'kind', negative: 'cruel', neutral: 'neutral' });
    }
    for (const name of ['steer', 'write']) expect(source(name).length).toBeLessThan(8000);
  });

  test('goes on from the prompts of the places', () => {
    expect(steered.texts.map(({ steering }) => steering?.pole ?? null)).toEqual(['positive', null, 'negative']);
    for (const text of steered.texts) {
      expect(text.title).toBe(STEER_STARTERS[0]?.title);
      expect(text.pieces.slice(0, text.given).join('')).toBe(STEER_STARTERS[0]?.text);
      expect(text.pieces.length - text.given).toBe(FIRST_SAMPLING.maxTokens);
    }
    for (const text of chats.texts) {
      const { character, message } = STARTERS.find(({ title }) => title === text.title)!;
      const prompt = text.pieces.slice(0, text.given).join('');
      expect(prompt).toContain(character);
      expect(prompt).toContain(message);
      expect(prompt.endsWith('<|im_start|>assistant\n')).toBe(true);
    }
  });

  test('begins as the command writes it under the same steering, and reads as the command reads it', async () => {
    const [first] = steered.texts;
    const { result } = await steer.run(
      [
        '--model',
        MODEL,
        '--probe',
        PROBE,
        '--prompt',
        STEER_STARTERS[0]!.text,
        '--strength',
        '0.25',
        '--max-tokens',
        '8',
      ],
      never,
    );
    const sides = { positive: 0, unpushed: 1, negative: 2 } as const;
    for (const { side, text } of (result as { texts: WrittenText[] }).texts)
      expect(textOf(steered.texts[sides[side]]!)).toContain(STEER_STARTERS[0]!.text + text);
    const back = await read.run(
      ['--model', MODEL, '--probe', PROBE, '--every', 'word', '--text', textOf(first!)],
      never,
    );
    const { readings } = back.result as { readings: TracePoint[] };
    expect(readings.map(({ afterToken }) => afterToken)).toEqual(first!.trace.map(({ afterToken }) => afterToken));
    for (const [index, { score }] of readings.entries())
      expect(Math.abs(score - first!.trace[index]!.score)).toBeLessThan(0.05);
  }, 180_000);
});

test('a file comes back as it was', () => {
  for (const examples of [steered, chats]) expect(parseExamples(serialiseExamples(examples))).toEqual(examples);
});

test.each<[string, (file: Record<string, unknown>) => void, RegExp]>([
  ['another format', (file) => (file['format'] = 'flipside-fork'), /format/],
  ['a newer version', (file) => (file['version'] = 2), /version/],
  ['no texts', (file) => (file['texts'] = []), /texts/],
  [
    'a pole that is none',
    (file) => (textIn(file)['steering'] = { pole: 'kind', strength: 1, layer: 1 }),
    /steering\.pole/,
  ],
  ['more given than there is', (file) => (textIn(file)['given'] = 1000), /given/],
  ['a reading beyond the text', (file) => (textIn(file)['readings'] = [[900, 'word', 0, 0, 0]]), /readings\[0\]/],
  ['a reading without a number', (file) => (textIn(file)['readings'] = [[1, 'word', 'high', 0, 0]]), /readings\[0\]/],
])('%s is refused where it stands', (_, spoil, says) => {
  const file = JSON.parse(source('steer')) as Record<string, unknown>;
  spoil(file);
  expect(() => parseExamples(JSON.stringify(file))).toThrow(says);
});

const textIn = (file: Record<string, unknown>): Record<string, unknown> =>
  (file['texts'] as Record<string, unknown>[])[0]!;

test('the mean reading counts ends of sentences alone, those after the prompt, and all readings where no sentence ends', () => {
  const point = (afterToken: number, stand: TracePoint['stand'], score: number): TracePoint => ({
    from: 0,
    afterToken,
    stand,
    score,
    low: -1,
    high: 1,
  });
  const trace = [point(1, 'sentence', 9), point(4, 'word', 7), point(5, 'sentence', 1), point(8, 'sentence', 2)];
  expect(meanReading(trace, 3)).toBe(1.5);
  expect(meanReading([point(4, 'word', 7), point(5, 'word', 3)], 0)).toBe(5);
  expect(meanReading(trace, 9)).toBeNaN();
});

test('what is recorded for places takes no stories', async () => {
  const args = ['--model', MODEL, '--probe', PROBE, '--examples', '--out', 'x'];
  await expect(record.run([...args, '--stories', 'y'], never)).rejects.toMatchObject({
    message: expect.stringMatching(/--stories is no option of --examples/) as string,
  });
});
