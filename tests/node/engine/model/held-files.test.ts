/**
 * Model files against the hashes that lie beside them: one flipped bit is found before anything is computed, and a
 * folder without a list says so.
 */
import { createHash } from 'node:crypto';
import { cpSync, linkSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { parseSums } from '../../../../src/base/sha256-sums.ts';
import { openNodeEngine } from '../../../../src/engine/node/node-engine.ts';
import { expectRefusal, flipside } from '../../../fixtures/command.ts';
import { MODEL, PROBE } from '../../../fixtures/embedded-model.ts';
import { refusalOf } from '../../../fixtures/refusal.ts';
import { toyFolderFiles } from '../../../fixtures/toy/toy-folder.ts';

const SHARD = 'onnx/model_q4.onnx_data_1';
const MINUTE = 60_000;

const root = mkdtempSync(join(tmpdir(), 'flipside-held-files-'));
afterAll(() => rmSync(root, { recursive: true }));

const sha256 = (content: string | Uint8Array): string => createHash('sha256').update(content).digest('hex');
const sumsOf = (files: Readonly<Record<string, string | Uint8Array>>): string =>
  Object.entries(files)
    .map(([path, content]) => `${sha256(content)}  ./${path}\n`)
    .join('');

function folder(name: string, files: Readonly<Record<string, string | Uint8Array>>): string {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(root, name, path)), { recursive: true });
    writeFileSync(join(root, name, path), content);
  }
  return join(root, name);
}

/** The embedded model again, with one file of its own content. */
function embeddedWith(name: string, changed: string, content: Uint8Array): string {
  const dir = join(root, name);
  for (const path of readdirSync(MODEL, { recursive: true, encoding: 'utf8' }).filter((path) => path !== 'onnx')) {
    mkdirSync(dirname(join(dir, path)), { recursive: true });
    if (path === changed) writeFileSync(join(dir, path), content);
    else linkOrCopy(join(MODEL, path), join(dir, path));
  }
  return dir;
}

function linkOrCopy(from: string, to: string): void {
  try {
    linkSync(from, to);
  } catch {
    cpSync(from, to);
  }
}

describe('one flipped bit in a shard of the embedded model', () => {
  test.each([0.13, 0.5, 0.77])('at %d of the file is found by its hash, before the model is opened', async (share) => {
    const shard = readFileSync(join(MODEL, SHARD));
    const at = Math.floor(shard.length * share);
    shard[at] = shard[at]! ^ 1;
    const error = await refusalOf(openNodeEngine(embeddedWith(`flipped-${share}`, SHARD, shard)));
    expect(error).toMatchObject({
      code: 'model-file-altered',
      details: {
        path: join(root, `flipped-${share}`, SHARD),
        expectedSha256: 'bf8c2ef71d48a1eaa12fb416dcbed50d97081f357dfeb6b81de156c87316beb1',
        actualSha256: sha256(shard),
      },
    });
    expect(error.message).toContain(`its SHA-256 is ${sha256(shard).slice(0, 12)}…, and SHA256SUMS says bf8c2ef71d48…`);
  });

  test(
    'ends verify and read with the name of the file',
    async () => {
      for (const command of [['verify'], ['read', '--probe', PROBE, '--text', 'She fed the dog.']]) {
        const [name = '', ...rest] = command;
        expectRefusal(
          await flipside(name, '--model', join(root, 'flipped-0.5'), ...rest),
          /model-file-altered: .*flipped-0\.5\/onnx\/model_q4\.onnx_data_1 .*bf8c2ef71d48.*Get it again/,
        );
      }
    },
    3 * MINUTE,
  );
});

test(
  'verify of the embedded model says what it was held to: both lists, twelve files',
  async () => {
    const { stdout, status, stderr } = await flipside('verify', '--model', MODEL);
    expect(status, stderr).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      passed: true,
      files: {
        lists: ['SHA256SUMS', '../smollm2-135m-instruct-q4.manifest.json'],
        held: 12,
        notListed: [],
        notThere: [],
        note: null,
      },
    });
  },
  4 * MINUTE,
);

test(
  'a folder without a list says so',
  async () => {
    const engine = await openNodeEngine(folder('no-list', toyFolderFiles()), { everyListedFile: true });
    await engine.dispose();
    expect(engine.files()).toMatchObject({
      lists: [],
      held: 0,
      notThere: [],
      note: expect.stringMatching(
        /no SHA256SUMS in .*no-list and no no-list\.manifest\.json beside it.*does not see every changed weight/,
      ) as string,
    });
    // Its numbers are held to the graph as it was exported then, which says nothing of the files.
    const verified = async (): Promise<unknown> =>
      JSON.parse((await flipside('verify', '--model', join(root, 'no-list'))).stdout) as unknown;
    expect(await verified()).toMatchObject({
      passed: true,
      against: 'none',
      files: { lists: [], held: 0, note: expect.stringContaining('no SHA256SUMS') as string },
    });
    writeFileSync(join(root, 'no-list', 'SHA256SUMS'), sumsOf(toyFolderFiles()));
    expect(await verified()).toMatchObject({
      passed: true,
      against: 'none',
      files: { lists: ['SHA256SUMS'], held: 5, note: null },
    });
  },
  3 * MINUTE,
);

describe('a folder with a list', () => {
  const files = toyFolderFiles();

  test('of other files opens, and tells which it was not held to and which are not there', async () => {
    const dir = folder('partly', {
      ...files,
      SHA256SUMS: sumsOf({ 'config.json': files['config.json'], 'onnx/model_fp16.onnx': 'not fetched' }),
    });
    const engine = await openNodeEngine(dir, { everyListedFile: true });
    await engine.dispose();
    expect(engine.files()).toMatchObject({
      lists: ['SHA256SUMS'],
      held: 1,
      notListed: ['onnx/model_q4.onnx', 'onnx/model_q4.onnx_data', 'tokenizer_config.json', 'tokenizer.json'],
      notThere: ['onnx/model_fp16.onnx'],
    });
  });

  test('is held to the files that are read, and to every one where that is asked for', async () => {
    const dir = folder('card', {
      ...files,
      'README.md': 'changed',
      SHA256SUMS: sumsOf({ ...files, 'README.md': 'a card' }),
    });
    await (await openNodeEngine(dir)).dispose();
    expect(await refusalOf(openNodeEngine(dir, { everyListedFile: true }))).toMatchObject({
      code: 'model-file-altered',
      details: { path: join(dir, 'README.md') },
    });
    const tokenizer = folder('tokenizer', {
      ...files,
      'tokenizer.json': `${files['tokenizer.json'] as string}\n`,
      SHA256SUMS: sumsOf(files),
    });
    expect(await refusalOf(openNodeEngine(tokenizer))).toMatchObject({
      code: 'model-file-altered',
      details: { path: join(tokenizer, 'tokenizer.json') },
    });
  });

  test('beside it is held to that as well', async () => {
    const dir = folder('beside', files);
    const entry = (path: keyof typeof files, role: string, sha: string): object => ({
      path,
      role,
      sha256: sha,
      bytes: files[path].length,
    });
    const manifest = (configSha: string): string =>
      JSON.stringify({
        format: 'flipside-model-manifest',
        version: 1,
        id: 'beside',
        title: 'Toy',
        licence: 'MIT',
        base: 'beside/',
        files: [
          entry('onnx/model_q4.onnx', 'graph', sha256(files['onnx/model_q4.onnx'])),
          entry('config.json', 'config', configSha),
        ],
      });
    writeFileSync(`${dir}.manifest.json`, manifest(sha256(files['config.json'])));
    const engine = await openNodeEngine(dir);
    await engine.dispose();
    expect(engine.files()).toMatchObject({ lists: ['../beside.manifest.json'], held: 2 });
    writeFileSync(`${dir}.manifest.json`, manifest('0'.repeat(64)));
    expect(await refusalOf(openNodeEngine(dir))).toMatchObject({
      code: 'model-file-altered',
      message: expect.stringContaining('beside.manifest.json says 000000000000…') as string,
    });
  });

  test('that cannot be read as one is refused with its line', async () => {
    const dir = folder('unreadable', {
      ...files,
      SHA256SUMS: `${sumsOf({ 'config.json': files['config.json'] })}not a hash  config.json\n`,
    });
    expect(await refusalOf(openNodeEngine(dir))).toMatchObject({
      code: 'model-manifest-invalid',
      message: expect.stringMatching(/unreadable\/SHA256SUMS line 2 /) as string,
    });
  });
});

test('lists are read in each form that sha256sum writes, and lead nowhere else', () => {
  const hex = 'ab'.repeat(32);
  expect(
    parseSums(
      `# of today\n\n${hex}  ./a.json\n${hex.toUpperCase()} *b/c.onnx\r\nSHA256 (d e.txt) = ${hex}\n`,
      'SHA256SUMS',
    ),
  ).toEqual(['a.json', 'b/c.onnx', 'd e.txt'].map((path) => ({ path, sha256: hex })));
  for (const path of ['../up', '/etc/passwd', 'a/../../b', 'a\\b', '../', 'a//b', 'C:/x'])
    expect(() => parseSums(`${hex}  ${path}\n`, 'SHA256SUMS'), path).toThrow(/^SHA256SUMS line 1 names /);
});
