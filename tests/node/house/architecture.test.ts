/** The rules of eslint.config.js bite: each snippet breaks one, in the place where it is forbidden, and is refused for that. */
import { ESLint } from 'eslint';
import { describe, expect, test } from 'vitest';
import tseslint from 'typescript-eslint';

/** Without types a snippet is linted in milliseconds; its file need not exist. */
const untyped = new ESLint({ overrideConfig: [{ files: ['**/*.ts'], ...tseslint.configs.disableTypeChecked }] });

async function refusals(filePath: string, code: string, eslint = untyped): Promise<readonly string[]> {
  const [result] = await eslint.lintText(code, { filePath });
  return (result?.messages ?? []).map((message) => message.ruleId ?? message.message);
}

describe('imports between folders', () => {
  test.each([
    ['src/stats/x.ts', '../formats/probe/probe.ts'],
    ['src/stats/x.ts', '../engine/decoder.ts'],
    ['src/content/x.ts', '../formats/probe/probe.ts'],
    ['src/graph/x.ts', '../engine/decoder.ts'],
    ['src/formats/x.ts', '../graph/wire.ts'],
    ['src/training/x.ts', '../engine/decoder.ts'],
    ['src/steering/x.ts', '../engine/decoder.ts'],
    ['src/engine/x.ts', '../worker/protocol.ts'],
    ['src/engine/x.ts', '../state/app.svelte.ts'],
    ['src/worker/client/x.ts', '../../engine/decoder.ts'],
    ['src/worker/client/x.ts', '../host/engine.worker.ts'],
    ['src/worker/host/x.ts', '../client/worker-client.ts'],
    ['src/state/x.ts', '../engine/decoder.ts'],
    ['src/state/x.ts', '../ui/strip/strip-style.ts'],
    ['src/state/x.ts', '../second-engine/chat-model.ts'],
    ['src/second-engine/x.ts', '../engine/decoder.ts'],
    ['src/ui/x.ts', '../state/app.svelte.ts'],
    ['src/panels/x.ts', '../worker/client/engine-client.ts'],
    ['src/engine/x.ts', '../../tests/fixtures/servers/model-server.ts'],
    ['src/state/x.ts', '../../scripts/chromium.mjs'],
    ['src/stats/x.ts', '../probe/probe-types.ts'],
    ['src/charts/x.ts', '../engine/decoder.ts'],
    ['src/features/read/x.ts', '../write/writer.svelte.ts'],
    ['src/state/x.ts', '../features/write/writer.svelte.ts'],
    ['src/panels/x.ts', '../features/write/writer.svelte.ts'],
  ])('%s may not import %s', async (filePath, source) => {
    expect(await refusals(filePath, `import { x } from '${source}';\nexport const y = x;\n`)).toEqual([
      'import-x/no-restricted-paths',
    ]);
  });

  test.each([
    ['src/training/x.ts', '../stats/stats.ts'],
    ['src/engine/x.ts', '../graph/wire.ts'],
    ['src/worker/host/x.ts', '../../engine/decoder.ts'],
    ['src/state/x.ts', '../worker/client/engine-client.ts'],
    ['src/state/x.ts', '../second-engine/connect.ts'],
    ['src/panels/x.ts', '../state/app.svelte.ts'],
    ['src/cli/x.ts', '../training/train.ts'],
  ])('%s may import %s', async (filePath, source) => {
    expect(await refusals(filePath, `import { x } from '${source}';\nexport const y = x;\n`)).toEqual([]);
  });
});

describe('packages', () => {
  test.each([
    ['src/stats/x.ts', '@noble/hashes/sha2.js'],
    ['src/graph/x.ts', 'node:fs'],
    ['src/formats/x.ts', 'svelte'],
    ['src/training/x.ts', 'onnxruntime-web'],
    ['src/engine/x.ts', 'svelte'],
    ['src/engine/x.ts', 'node:fs'],
    ['src/engine/store/x.ts', 'onnxruntime-web/webgpu'],
    ['src/engine/ort/x.ts', 'onnxruntime-node'],
    ['src/engine/node/x.ts', 'onnxruntime-web'],
    ['src/cli/x.ts', 'onnxruntime-node'],
    ['src/state/x.ts', 'onnxruntime-web'],
    ['src/ui/x.ts', 'plotly.js-cartesian-dist-min'],
    ['src/state/x.ts', '@mlc-ai/web-llm'],
  ])('%s may not import %s', async (filePath, source) => {
    expect(await refusals(filePath, `import x from '${source}';\nexport const y = x;\n`)).toEqual([
      'no-restricted-imports',
    ]);
  });

  test.each([
    ['src/engine/ort/x.ts', 'onnxruntime-web/webgpu'],
    ['src/engine/node/x.ts', 'onnxruntime-node'],
    ['src/engine/node/x.ts', 'node:fs'],
    ['src/cli/x.ts', 'node:fs'],
    ['src/state/x.ts', 'svelte'],
    ['src/second-engine/x.ts', '@mlc-ai/web-llm'],
  ])('%s may import %s', async (filePath, source) => {
    expect(await refusals(filePath, `import x from '${source}';\nexport const y = x;\n`)).toEqual([]);
  });
});

describe('single lines', () => {
  test.each([
    [
      'what a page has in pure code',
      'src/stats/x.ts',
      'export const wide = window.innerWidth;\n',
      'no-restricted-globals',
    ],
    ['a call to the console', 'src/engine/x.ts', "console.log('x');\n", 'no-console'],
    [
      'a package loaded in a place that does not own it',
      'src/state/x.ts',
      "export const x = (): Promise<unknown> => import('onnxruntime-web');\n",
      'no-restricted-syntax',
    ],
    ['a default export', 'src/stats/x.ts', 'export default 1;\n', 'import-x/no-default-export'],
    ['any', 'src/stats/x.ts', 'export const x = (y: any): void => void y;\n', '@typescript-eslint/no-explicit-any'],
    [
      'an assertion that something is there',
      'src/stats/x.ts',
      'export const x = (y: string[]): string => y[0]!;\n',
      '@typescript-eslint/no-non-null-assertion',
    ],
    [
      'a type imported as a value',
      'src/formats/x.ts',
      "import { Probe } from '../probe/probe-types.ts';\nexport const x = (y: Probe): Probe => y;\n",
      '@typescript-eslint/consistent-type-imports',
    ],
    ['a file of more than 400 lines', 'src/stats/x.ts', 'export {};\n'.repeat(401), 'max-lines'],
    ['a comment of more than 140 characters', 'src/stats/x.ts', `/** ${'word '.repeat(40)}*/\nexport {};\n`, 'max-len'],
    [
      'a skipped test',
      'tests/node/x.test.ts',
      "import { test } from 'vitest';\ntest.skip('x', () => undefined);\n",
      'no-restricted-syntax',
    ],
    [
      'a skipped table of tests',
      'tests/node/x.test.ts',
      "import { test } from 'vitest';\ntest.skip.each([1])('x', () => undefined);\n",
      'no-restricted-syntax',
    ],
    [
      'a test that runs alone',
      'tests/node/x.test.ts',
      "import { describe } from 'vitest';\ndescribe.only('x', () => undefined);\n",
      'no-restricted-syntax',
    ],
    [
      'an expectation without a matcher',
      'tests/node/x.test.ts',
      "import { expect } from 'vitest';\nexpect(1);\n",
      'no-restricted-syntax',
    ],
  ])('%s is refused', async (_, filePath, code, rule) => {
    expect(await refusals(filePath, code)).toContain(rule);
  });

  test('a promise that nobody waits for is refused', async () => {
    // Types need a file that the program knows; its text is replaced.
    const code = 'export function x(): void {\n  Promise.resolve(1);\n}\n';
    expect(await refusals('src/base/version.ts', code, new ESLint())).toEqual([
      '@typescript-eslint/no-floating-promises',
    ]);
  });

  test('a circle of imports is refused', async () => {
    // load.ts imports stored-models.ts, which must not import load.ts.
    expect(
      await refusals('src/engine/store/stored-models.ts', "export { loadModelFiles as sweep } from './load.ts';\n"),
    ).toEqual(['import-x/no-cycle']);
  });
});
