/**
 * A model that cannot be opened, from the command's side: each refusal says which file it is, what was found, and what
 * to do; none is a fault of Flipside.
 */
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import type { ErrorRecord } from '../../../../src/base/errors.ts';
import { lfsPointerOf } from '../../../../src/base/lfs-pointer.ts';
import { parseModel } from '../../../../src/graph/graph.ts';
import { weightEnds } from '../../../../src/graph/weights.ts';
import { graphOfType, modelPaths } from '../../../../src/engine/node/model-folder.ts';
import { openNodeEngine } from '../../../../src/engine/node/node-engine.ts';
import { expectRefusal, flipside } from '../../../fixtures/command.ts';
import { refusal, refusalOf } from '../../../fixtures/refusal.ts';
import { toyFolderFiles } from '../../../fixtures/toy/toy-folder.ts';

const MINUTE = 60_000;
const root = mkdtempSync(join(tmpdir(), 'flipside-model-refusals-'));
afterAll(() => rmSync(root, { recursive: true }));

const toy = toyFolderFiles();
type ToyFile = keyof typeof toy;

/** A folder of these files, and where it lies. */
function folder(name: string, files: Readonly<Record<string, string | Uint8Array>>): string {
  mkdirSync(join(root, name), { recursive: true });
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(root, name, path)), { recursive: true });
    writeFileSync(join(root, name, path), content);
  }
  return join(root, name);
}

const without = (name: string, path: ToyFile): string =>
  folder(name, Object.fromEntries(Object.entries(toy).filter(([other]) => other !== path)));
const times = (text: string, part: string): number => text.split(part).length - 1;

/** What opening a folder is refused with; every refusal ends in a sentence that says what to do. */
async function refused(dir: string): Promise<ErrorRecord> {
  const error = await refusalOf(openNodeEngine(dir));
  expect(error.message).not.toMatch(/ENOENT|ENOTDIR|fault in Flipside/);
  expect(error.message).toMatch(/(Get|Take|Point|Run|Hold|Load|name the one) [^.]*.*$/);
  return error;
}

describe('--model that names', () => {
  test('nothing, a file, or a place below a file says so and where the embedded model lies', () => {
    const file = join(folder('files', { 'README.md': 'words' }), 'README.md');
    for (const [where, words] of [
      [join(root, 'nowhere'), 'There is no folder'],
      [join(file, 'deeper'), 'There is no folder'],
    ] as const)
      expect(refusal(() => modelPaths(where))).toMatchObject({
        code: 'model-fetch-failed',
        message: expect.stringContaining(`${words} ${where}. Point --model at`) as string,
      });
    expect(refusal(() => modelPaths(file)).message).toBe(
      `${file} is a file, not the folder of a model. Point --model at the folder that holds config.json and the graph, such as the embedded public/models/smollm2-135m-instruct-q4, at a graph itself (.onnx), or at a model in GGUF (.gguf).`,
    );
    expect(refusal(() => graphOfType(join(root, 'nowhere'), 'q4')).message).toContain('There is no folder');
  });

  test('a folder whose graphs have other names says which are looked for, and which it holds', () => {
    const other = folder('other', { ...toy, 'onnx/model_q4.onnx': '', 'a b/decoder.onnx': 'x' });
    rmSync(join(other, 'onnx/model_q4.onnx'));
    expect(refusal(() => modelPaths(other))).toMatchObject({
      code: 'model-variant-missing',
      message: `${other} holds no graph by a name that is looked for: model.onnx, model_q4.onnx, decoder_model_merged_fp16.onnx and the like. It holds a b/decoder.onnx: name the one that you mean, as in --model ${join(other, 'a b/decoder.onnx')}.`,
    });
    expect(refusal(() => graphOfType(other, 'q4')).message).toContain('It holds a b/decoder.onnx');
    expect(refusal(() => modelPaths(folder('photos', { 'holiday.jpg': 'x' }))).message).toContain(
      'It holds holiday.jpg. Point --model at the folder of a model.',
    );
    expect(refusal(() => modelPaths(folder('empty', {}))).message).toContain('It holds no files.');
    expect(
      refusal(() =>
        modelPaths(folder('many', Object.fromEntries(Array.from({ length: 8 }, (_, i) => [`${i}.txt`, 'x'])))),
      ).message,
    ).toContain('It holds 0.txt, 1.txt, 2.txt, 3.txt, 4.txt and 3 more.');
  });

  test('one graph, with --dtype beside it, says that one of the two is too much', () => {
    const graph = join(folder('two-ways', toy), 'onnx/model_q4.onnx');
    expect(refusal(() => graphOfType(graph, 'q8'))).toMatchObject({
      code: 'usage',
      message: `--dtype picks among the variants in a folder, and ${graph} is one graph. Leave --dtype out, or give the folder.`,
    });
  });

  test('a folder with a link that leads nowhere or round is read all the same, also where its own name ends like a graph’s', async () => {
    const dir = folder('linked.onnx', toy);
    symlinkSync(join(dir, 'round'), join(dir, 'round'));
    symlinkSync(join(dir, 'gone'), join(dir, 'nowhere'));
    const engine = await openNodeEngine(dir);
    await engine.dispose();
    expect(engine.model.id).toBe('linked.onnx');
  });

  test(
    'nothing at all points to the help and to the embedded model, and a file ends the command without a stack',
    async () => {
      expectRefusal(
        await flipside('verify'),
        /usage: verify: --model is missing: the folder of a model, such as the embedded public\/models\/smollm2-135m-instruct-q4\. "flipside verify --help" says how it is used\.$/,
      );
      const outcome = await flipside('verify', '--model', 'README.md');
      expectRefusal(outcome, /^flipside: model-fetch-failed: README\.md is a file/);
      expect(outcome.stderr.trim().split('\n')).toHaveLength(1);
    },
    3 * MINUTE,
  );
});

describe('a file of the model', () => {
  test.each<ToyFile>(['config.json', 'tokenizer.json', 'tokenizer_config.json', 'onnx/model_q4.onnx_data'])(
    '%s that is missing is named once',
    async (path) => {
      const dir = without(`no-${path.replace('/', '-')}`, path);
      const error = await refused(dir);
      expect(error).toMatchObject({
        code: 'model-fetch-failed',
        message: `${join(dir, path)} is not there, and the model needs it. Get it from where the model came from and put it there.`,
      });
      expect(times(error.message, dir)).toBe(1);
    },
  );

  test('that is named itself and is missing is that graph', async () => {
    expect((await refused(join(root, 'no-config.json', 'onnx/model_q8.onnx'))).message).toContain(
      'model_q8.onnx is not there',
    );
  });

  test('that is a folder is said to be one', async () => {
    expect(
      (
        await refused(
          folder('folder-for-file', {
            ...Object.fromEntries(Object.entries(toy).filter(([path]) => path !== 'tokenizer.json')),
            'tokenizer.json/x': 'x',
          }),
        )
      ).message,
    ).toContain('tokenizer.json is a folder');
  });

  test('that was cut off is named with both lengths', async () => {
    const weights = toy['onnx/model_q4.onnx_data'] as Uint8Array;
    // The last weight begins at a multiple of 4096 and takes all but the padding behind it.
    const needed = weightEnds(parseModel(toy['onnx/model_q4.onnx'] as Uint8Array).weights).get('model_q4.onnx_data')!;
    expect(needed).toBeLessThanOrEqual(weights.length);
    expect(needed).toBeGreaterThan(weights.length - 4096);
    await (
      await openNodeEngine(folder('just-whole', { ...toy, 'onnx/model_q4.onnx_data': weights.subarray(0, needed) }))
    ).dispose();
    const dir = folder('cut', { ...toy, 'onnx/model_q4.onnx_data': weights.subarray(0, needed - 1) });
    expect(await refused(dir)).toMatchObject({
      code: 'model-file-altered',
      message: `${join(dir, 'onnx/model_q4.onnx_data')} is cut off: the graph takes weights from ${needed.toLocaleString('en')} bytes of it, and it has ${(needed - 1).toLocaleString('en')}. Get it again from where the model came from.`,
    });
  });

  test('that is no graph, no settings or no tokenizer is named with what is wrong in it', async () => {
    expect((await refused(folder('text-graph', { ...toy, 'onnx/model_q4.onnx': 'Not Found' }))).message).toMatch(
      /text-graph\/onnx\/model_q4\.onnx: The model graph is not a valid ONNX file/,
    );
    expect((await refused(folder('no-sizes', { ...toy, 'config.json': '{}' }))).message).toMatch(
      /no-sizes\/config\.json: hidden_size must be .* got nothing\. Take the config\.json that the model was published with/,
    );
    expect((await refused(folder('no-tokens', { ...toy, 'tokenizer.json': '{}' }))).message).toMatch(
      /no-tokens\/tokenizer\.json: it lacks what a tokenizer needs .*Take the tokenizer\.json that the model was published with/,
    );
  });

  test('config.json of another model is found by its sizes', async () => {
    const engine = await openNodeEngine(
      folder('wide', {
        ...toy,
        'config.json': (toy['config.json'] as string).replace('"hidden_size":64', '"hidden_size":80'),
      }),
    );
    const error = await refusalOf(engine.decoder.run([1, 2], null));
    await engine.dispose();
    expect(error).toMatchObject({
      code: 'model-manifest-invalid',
      message: expect.stringMatching(
        /config\.json does not belong to this graph: by it a token has 80 numbers/,
      ) as string,
    });
  });
});

describe('a pointer of Git LFS', () => {
  const pointer = `version https://git-lfs.github.com/spec/v1\noid sha256:${'ab'.repeat(32)}\nsize 47669248\n`;

  test.each<ToyFile>(['onnx/model_q4.onnx', 'onnx/model_q4.onnx_data', 'tokenizer.json'])(
    'in place of %s is recognised',
    async (path) => {
      const error = await refused(
        folder(`lfs-${path.replace('/', '-')}`, {
          ...toy,
          [path]: pointer,
          SHA256SUMS: `${'ab'.repeat(32)}  ${path}\n`,
        }),
      );
      expect(error).toMatchObject({
        code: 'model-fetch-failed',
        details: { bytes: 47_669_248, sha256: 'ab'.repeat(32) },
      });
      expect(error.message).toContain(
        `${path} is a pointer of Git LFS that stands for a file of 47,669,248 bytes, not the file itself. Run "git lfs pull"`,
      );
    },
  );

  test('is a short text that begins as its specification says', () => {
    const read = (text: string): unknown => lfsPointerOf(new TextEncoder().encode(text));
    expect(read(pointer)).toEqual({ bytes: 47_669_248, sha256: 'ab'.repeat(32) });
    expect(read('version https://git-lfs.github.com/spec/v1\n')).toEqual({ bytes: null, sha256: null });
    for (const other of ['', 'size 3\n', ` ${pointer}`, `${pointer}${'#'.repeat(1024)}`])
      expect(read(other)).toBeNull();
  });
});
