/** A probe of one container on another: the toy llama as an ONNX export, as safetensors and as GGUF. */
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { read } from '../../../src/cli/commands/read.ts';
import { train } from '../../../src/cli/commands/train.ts';
import type { DtypeAgreement } from '../../../src/probe/dtype-agreement.ts';
import { ROOT } from '../../fixtures/command.ts';
import { refusalOf } from '../../fixtures/refusal.ts';

const MINUTE = 60_000;
const TOPICS = 12;
const FIXTURES = join(ROOT, 'tests/fixtures');
let folder: string;
const at = (...path: string[]): string => join(folder, ...path);

/** Puts files of the fixtures into a folder, each under a name of its own. */
function place(to: string, files: Readonly<Record<string, string>>): void {
  mkdirSync(to, { recursive: true });
  for (const [name, from] of Object.entries(files)) copyFileSync(join(FIXTURES, from), join(to, name));
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'flipside-container-'));
  const texts = Object.fromEntries(
    ['config.json', 'tokenizer.json', 'tokenizer_config.json'].map((name) => [name, `containers/llama/${name}`]),
  );
  place(at('exported', 'toy'), {
    ...texts,
    'model.onnx': 'families/llama/fp32.onnx',
    'fp32.onnx_data': 'families/llama/fp32.onnx_data',
    'fp32.onnx_data_1': 'families/llama/fp32.onnx_data_1',
  });
  place(at('published', 'toy'), { ...texts, 'model.safetensors': 'containers/llama/model.safetensors' });
  place(at(), { 'toy-f16.gguf': 'containers/llama/f16.gguf', 'toy-q8_0.gguf': 'containers/llama/q8_0.gguf' });
  place(at('changed', 'toy'), texts);
  // Every number with the other sign: a model of the same sizes that is another one.
  const weights = readFileSync(join(FIXTURES, 'containers/llama/model.safetensors'));
  const from = 8 + Number(weights.readBigUInt64LE());
  for (let index = from + 1; index < weights.length; index += 2) weights[index]! ^= 0x80;
  writeFileSync(at('changed', 'toy', 'model.safetensors'), weights);

  const seeds = join(ROOT, 'probes/sets/kind-cruel-24/kind-cruel-24');
  const header = JSON.parse(readFileSync(`${seeds}.set.json`, 'utf8')) as object;
  writeFileSync(at('dozen.set.json'), JSON.stringify({ ...header, name: 'dozen' }));
  const rows = readFileSync(`${seeds}.jsonl`, 'utf8')
    .split('\n')
    .slice(0, 3 * TOPICS);
  writeFileSync(at('dozen.jsonl'), rows.join('\n'));
  copyFileSync(join(ROOT, 'probes/sets/neutral-stories/neutral-stories.set.json'), at('two.set.json'));
  const stories = [
    { story: 'road', beats: ['a cart went down the road.', 'then the rain came on.'] },
    { story: 'shop', beats: ['the shop was shut at noon.', 'a clock struck in the hall.'] },
  ];
  writeFileSync(at('two.jsonl'), stories.map((story) => JSON.stringify(story)).join('\n'));
  const options = [
    '--stories',
    at('two.set.json'),
    '--target',
    'zeroed',
    '--no-controls',
    '--no-others',
    '--shuffles',
    '20',
    '--layer',
    '2',
  ];
  await train.run(
    ['--model', at('exported', 'toy'), '--out', at('probe'), '--set', at('dozen.set.json'), ...options],
    new AbortController().signal,
  );
}, 5 * MINUTE);
afterAll(() => rmSync(folder, { recursive: true }));

const readOn = async (model: string, ...more: string[]) =>
  (
    await read.run(
      ['--model', model, '--probe', at('probe'), '--text', 'she fed the dog and went home.', ...more],
      new AbortController().signal,
    )
  ).result as { carriedOver?: DtypeAgreement; tokens: { scores: (number | null)[] }[] };
const fitted = (): string[] => ['--fitted-on', at('dozen.set.json')];

/** The variant, where it lies, and how far its scores are from those of the export: 16 bits hold its numbers, 8 bits do not. */
const CONTAINERS = [
  ['fp32 in safetensors', 'published/toy', 1e-3],
  ['fp32 in GGUF', 'toy-f16.gguf', 1e-3],
  ['q8 in GGUF', 'toy-q8_0.gguf', 1],
] as const;

it.each(CONTAINERS)(
  'is measured on the weights %s, and then reads them as it does its own',
  async (to, where, most) => {
    const own = await readOn(at('exported', 'toy'));
    expect(own).not.toHaveProperty('carriedOver');
    const there = await readOn(at(where), ...fitted());
    expect(there.carriedOver).toMatchObject({ from: 'fp32', to, layer: 2, topics: TOPICS, fittedTopics: TOPICS });
    for (const cosine of there.carriedOver!.cosine) expect(cosine).toBeGreaterThan(most < 0.01 ? 1 - 1e-6 : 0.99);
    expect(there.tokens).toHaveLength(own.tokens.length);
    const scores = there.tokens.map((token, index) => [token.scores[2] ?? null, own.tokens[index]!.scores[2] ?? null]);
    expect(scores.filter(([score]) => score !== null).length).toBeGreaterThan(8);
    for (const [score, mine] of scores) expect(Math.abs((score ?? 0) - (mine ?? 0))).toBeLessThan(most);
  },
  MINUTE,
);

it(
  'is refused on another container where the turns that it was fitted on are not at hand',
  async () => {
    const refusal = await refusalOf(readOn(at('toy-f16.gguf')));
    expect(refusal.message).toMatch(/made on the variant fp32 .* only 0 of their topics are at hand; 8 are needed/);
  },
  MINUTE,
);

it(
  'is refused with what was measured where the weights in the container are others',
  async () => {
    const refusal = await refusalOf(readOn(at('changed', 'toy'), ...fitted()));
    expect(refusal).toMatchObject({
      code: 'probe-model-mismatch',
      details: { from: 'fp32', layer: 2, topics: TOPICS },
    });
    expect(refusal.details['cosine']).toBeLessThan(0.9);
  },
  MINUTE,
);
