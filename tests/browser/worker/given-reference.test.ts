/**
 * The numbers check of the page's own worker against a reference file, as the recipe of docs/models.md makes one: the small Llama of
 * the family fixtures, picked as files, beside what PyTorch computed.
 */
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { NumbersReport } from '../../../src/models/engine-report.ts';
import { AppError } from '../../../src/base/errors.ts';
import { serialiseSafetensors } from '../../../src/formats/containers/safetensors.ts';
import type { EngineClient } from '../../../src/worker/client/engine-client.ts';
import { connectEngine } from '../../../src/worker/client/connect-engine.ts';
import facts from '../../fixtures/families/families.json';
import { familyReference, HIDDEN, LAYERS } from '../../fixtures/families.ts';

const urls = import.meta.glob<string>('../../fixtures/families/llama/*', {
  query: '?url',
  import: 'default',
  eager: true,
});
const read = async (path: string): Promise<Uint8Array<ArrayBuffer>> => {
  const answer = await fetch(urls[`../../fixtures/families/${path}`] ?? path);
  if (!answer.ok) throw new Error(`${path}: ${answer.status}`);
  return new Uint8Array(await answer.arrayBuffer());
};
let client: EngineClient;

beforeAll(async () => {
  client = connectEngine();
  await client.deleteStored({ key: null });
  const files = new Map<string, File>();
  const put = (path: string, bytes: BlobPart) => files.set(path, new File([bytes], path.split('/').at(-1)!));
  put('onnx/model.onnx', await read('llama/fp32.onnx'));
  for (const name of ['fp32.onnx_data', 'fp32.onnx_data_1']) put(`onnx/${name}`, await read(`llama/${name}`));
  put('config.json', await read('llama/config.json'));
  // The fixture has token ids alone; any tokenizer of fewer words opens it.
  for (const [path, base64] of (await (await fetch('/hub/reference/files')).json()) as [string, string][])
    if (path.startsWith('tokenizer'))
      put(
        path,
        Uint8Array.from(atob(base64), (char) => char.charCodeAt(0)),
      );
  const listing = await client.listPicked({ name: 'llama', files });
  // Its weights have names of their own, which the graph says.
  const { offer } = await client.weighModel({ chosen: { listing, offer: listing.offers[0]! }, hosts: [] });
  const model = { kind: 'offer', chosen: { listing, offer } } as const;
  await client.load({ model, hosts: [], backend: 'wasm' });
});
afterAll(() => client.dispose());

/** The file, with every stream `scale` times as long. */
async function fileOf(scale: number, { text, tokens = facts.tokens }: { text?: string; tokens?: number[] } = {}) {
  const { streams, logits, greedy } = await familyReference(read, facts, 'llama', 'fp32');
  const f32 = (shape: readonly number[], data: ArrayLike<number>) =>
    ({ dtype: 'F32', shape, data: Float32Array.from(data) }) as const;
  const bytes = serialiseSafetensors(
    new Map([
      ['story.ids', f32([tokens.length], tokens)],
      [
        'story.streams',
        f32(
          [LAYERS + 1, facts.tokens.length, HIDDEN],
          streams.map((value) => value * scale),
        ),
      ],
      ['story.logits', f32([logits.length], logits)],
      ['story.greedy', f32([greedy.length], greedy)],
    ]),
    text === undefined ? {} : { story: text },
  );
  return { name: 'mine.safetensors', bytes: bytes.slice().buffer };
}
const check = async (...of: Parameters<typeof fileOf>): Promise<NumbersReport> =>
  client.checkNumbers({ given: await fileOf(...of) });

test('that PyTorch made is agreed with at every layer and in every greedy token', async () => {
  const report = await check(1);
  expect(report).toMatchObject({ passed: true, against: 'given', residualLimit: 2e-3 });
  const [row] = report.rows;
  expect(row).toMatchObject({ prompt: 'story', greedyMatches: 12, greedyTotal: 12 });
  expect(row!.residualError).toHaveLength(LAYERS + 1);
  expect(Math.max(...row!.residualError)).toBeLessThan(1e-5);
  expect(report.compared[0]).toContain('the reference file that was given');
});

test('of a stream that is one part in a hundred longer fails', async () => {
  expect(await check(1.01)).toMatchObject({ passed: false });
});

test('of a text that this tokenizer cuts otherwise is refused by the text', async () => {
  const error: unknown = await check(1, { text: 'kind' }).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(AppError);
  expect(error).toMatchObject({
    code: 'tensor-file-invalid',
    message: expect.stringMatching(/^mine\.safetensors: the text "story" is 16 tokens there .* and 4 here/) as string,
  });
});
