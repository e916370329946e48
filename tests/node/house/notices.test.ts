/** The licence notices of a build. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { build } from 'vite';
import { notices, NOTICES, noticesOf, packageFolder } from '../../../scripts/notices.mjs';

let root: string;
const put = (path: string, content: string): void => {
  mkdirSync(join(root, path, '..'), { recursive: true });
  writeFileSync(join(root, path), content);
};
const publish = (name: string, licence: string | null): void => {
  put(
    `node_modules/${name}/package.json`,
    JSON.stringify({ name, version: '1.2.3', license: 'MIT', main: 'index.js' }),
  );
  put(`node_modules/${name}/index.js`, `export const name = ${JSON.stringify(name)};`);
  if (licence !== null) put(`node_modules/${name}/LICENSE`, licence);
};

beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'flipside-notices-'));
  publish('in-page', 'Copyright of the page’s package');
  publish('@deep/in-worker', 'Copyright of the worker’s package');
  publish('unused', 'Copyright of nobody');
  publish('silent', null);
  put('index.html', '<!doctype html><script type="module" src="/main.js"></script>');
  put(
    'main.js',
    "import { name } from 'in-page';\nnew Worker(new URL('./worker.js', import.meta.url), { type: 'module', name });\n",
  );
  put('worker.js', "import { name } from '@deep/in-worker';\npostMessage(name);\n");
});
afterAll(() => rmSync(root, { recursive: true }));

describe('the notices of a build', () => {
  it('name the packages of the page and of its workers with the text of their licences, and no others', async () => {
    const { page, workers } = notices();
    const built = await build({
      root,
      configFile: false,
      logLevel: 'silent',
      plugins: [page],
      worker: { format: 'es', plugins: () => [workers()] },
      build: { write: false },
    });
    if (Array.isArray(built) || !('output' in built)) throw new Error('one build gives one output');
    const file = built.output.find(({ fileName }) => fileName === NOTICES);
    const text = file?.type === 'asset' ? String(file.source) : '';
    expect(text.match(/^## .*$/gm)).toEqual(['## @deep/in-worker 1.2.3 (MIT)', '## in-page 1.2.3 (MIT)']);
    expect(text).toContain('Copyright of the page’s package');
    expect(text).toContain('Copyright of the worker’s package');
  });

  it('of a package without the text of its licence cannot be made, and name it', () => {
    expect(() => noticesOf([join(root, 'node_modules/silent')])).toThrow(
      'The package silent 1.2.3 comes without the text of its licence (MIT).',
    );
  });

  it.each([
    ['/a/node_modules/b/lib/c.js', '/a/node_modules/b'],
    ['/a/node_modules/@b/c/d.wasm?url', '/a/node_modules/@b/c'],
    ['\0/a/node_modules/b/c.js?commonjs', '/a/node_modules/b'],
    ['/a/node_modules/b/node_modules/c/d.js', '/a/node_modules/b/node_modules/c'],
    ['C:\\a\\node_modules\\b\\c.js', 'C:/a/node_modules/b'],
    ['/a/src/main.ts', null],
    ['\0vite/preload-helper.js', null],
  ])('find the package of %j', (id, folder) => {
    expect(packageFolder(id)).toBe(folder);
  });
});
