/** The package in an empty project: packed, installed, and the recipes of docs/library.md run as they stand. */
import { execFile } from 'node:child_process';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { chromium } from 'playwright';
import { build, preview } from 'vite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildLibrary } from '../../scripts/build-library.mjs';
import { CHROMIUM, CHROMIUM_FLAGS } from '../../scripts/chromium.mjs';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const MODELS = join(ROOT, 'public/models');
const NAME = 'smollm2-135m-instruct-q4';
const run = promisify(execFile);

/** The programs of the document, by the name in their first line. */
const RECIPES = new Map(
  [...readFileSync(join(ROOT, 'docs/library.md'), 'utf8').matchAll(/```js\n\/\/ ([\w.]+)\n([\s\S]*?)```/g)].map(
    ([, name = '', source = '']) => [name, source] as const,
  ),
);

let made = '';
let project = '';

beforeAll(async () => {
  made = mkdtempSync(join(tmpdir(), 'flipside-package-'));
  project = join(made, 'empty');
  mkdirSync(join(project, 'models'), { recursive: true });
  await buildLibrary(join(made, 'package'), { types: false });
  await run('npm', ['pack', '--silent', './package'], { cwd: made });
  const [packed = ''] = readdirSync(made).filter((name) => name.endsWith('.tgz'));
  const { peerDependencies } = JSON.parse(readFileSync(join(made, 'package/package.json'), 'utf8')) as {
    peerDependencies: Record<string, string>;
  };
  writeFileSync(join(project, 'package.json'), '{ "private": true, "type": "module" }\n');
  await run(
    'npm',
    [
      ...['install', '--prefer-offline', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'],
      join('..', packed),
      ...Object.entries(peerDependencies).map(([name, version]) => `${name}@${version}`),
    ],
    { cwd: project },
  );
  symlinkSync(join(MODELS, NAME), join(project, 'models', NAME), 'dir');
  for (const [name, source] of RECIPES) writeFileSync(join(project, name), source);
}, 600_000);

afterAll(() => rmSync(made, { recursive: true, force: true }));

const printed = async (name: string): Promise<string> =>
  (await run(process.execPath, [name], { cwd: project })).stdout.trim();

describe('the package in an empty project', () => {
  it('has at least five recipes, and the first is at most ten lines', () => {
    expect(RECIPES.size).toBeGreaterThanOrEqual(6);
    expect(RECIPES.get('read.mjs')?.trim().split('\n').length).toBeLessThanOrEqual(10);
    expect(RECIPES.get('page.js')?.trim().split('\n').length).toBeLessThanOrEqual(10);
  });

  it('reads a text in Node with the numbers of the command', async () => {
    const lines = (await printed('read.mjs')).split('\n');
    const args = ['read', '--model', `models/${NAME}`, '--probe', 'node_modules/flipside/probes/kind-cruel'];
    const text = 'She fed the stray dog. Then she kicked it.';
    const { stdout } = await run(process.execPath, ['node_modules/flipside/bin/flipside.js', ...args, '--text', text], {
      cwd: project,
    });
    const told = JSON.parse(stdout) as {
      defaultLayer: number;
      tokens: { text: string; scores: (number | null)[] }[];
      taps: { afterToken: number; shown: number[] }[];
    };
    const tokens = lines.filter((line) => /^\d/.test(line));
    expect(tokens).toHaveLength(told.tokens.length);
    told.tokens.forEach(({ text: word, scores }, index) => {
      const [, at, piece, score] = /^(\d+) (".*") (\S+)$/.exec(tokens[index] ?? '') ?? [];
      expect([Number(at), JSON.parse(piece ?? '""')]).toEqual([index, word]);
      const wanted = scores[told.defaultLayer] ?? null;
      if (wanted === null) expect(score).toBe('NaN');
      else expect(Number(score)).toBeCloseTo(wanted, 3);
    });
    const readouts = lines.filter((line) => line.startsWith('after'));
    expect(readouts).toHaveLength(2);
    told.taps.forEach(({ afterToken, shown }, index) => {
      const [at, ...numbers] = [...(readouts[index] ?? '').matchAll(/-?\d+(?:\.\d+)?/g)].map(Number);
      expect(at).toBe(afterToken);
      shown.forEach((value, place) => expect(numbers[place]).toBeCloseTo(value, 3));
    });
  });

  it('writes, steers and looks through the lens', async () => {
    const [free, steered, words] = (await printed('steer.mjs')).split('\n');
    expect(free).toMatch(/\w+ \w+/);
    expect(steered).toMatch(/\w+ \w+/);
    expect(steered).not.toBe(free);
    expect(words).toMatch(/^\[ '.+', '.+', '.+' \]$/);
  });

  it('writes a control vector', async () => {
    expect(await printed('vector.mjs')).toMatch(/ 29$/);
    expect(statSync(join(project, 'kind.gguf')).size).toBeGreaterThan(29 * 576 * 4);
  });

  it('gives an interval and an exact p', async () => {
    const [area, p] = (await printed('interval.mjs')).split(/\n(?=\S+$)/);
    // The lowest of the positive scores lies above the highest of the negative ones.
    expect(area).toMatch(/^1 \{ low: 1, high: 1/);
    // Of the 64 ways to set six signs, four reach a mean of 2.6 / 6: none flipped, the smallest flipped, and their mirrors.
    expect(Number(p)).toBeCloseTo(4 / 64, 12);
  });

  it('rewrites a graph', async () => {
    expect(await printed('graph.mjs')).toBe('30 float32 31');
    expect(statSync(join(project, 'with-streams.onnx')).size).toBeGreaterThan(100_000);
  });

  it('reads a text on a page that Vite builds, in Chromium', async () => {
    const [models, probe] = [join(project, 'public/models'), join(project, 'public/probes/kind-cruel')];
    mkdirSync(models, { recursive: true });
    mkdirSync(probe, { recursive: true });
    symlinkSync(join(MODELS, NAME), join(models, NAME), 'dir');
    symlinkSync(join(MODELS, `${NAME}.manifest.json`), join(models, `${NAME}.manifest.json`));
    for (const file of ['probe.json', 'directions.safetensors'])
      cpSync(join(project, 'node_modules/flipside/probes/kind-cruel', file), join(probe, file));
    writeFileSync(
      join(project, 'index.html'),
      '<!doctype html><meta charset="utf-8" /><link rel="icon" href="data:," /><p id="line"></p><script type="module" src="./page.js"></script>\n',
    );
    const configFile = join(project, 'vite.config.js');
    // The model is served from where it lies: copying 104 MB would take longer than reading with it.
    await build({ root: project, configFile, logLevel: 'error', build: { copyPublicDir: false } });
    symlinkSync(models, join(project, 'dist/models'), 'dir');
    symlinkSync(join(project, 'public/probes'), join(project, 'dist/probes'), 'dir');
    const server = await preview({
      root: project,
      configFile,
      logLevel: 'error',
      preview: { port: 0, host: 'localhost' },
    });
    const browser = await chromium.launch({ executablePath: CHROMIUM, args: [...CHROMIUM_FLAGS] });
    try {
      const page = await browser.newPage();
      const faults: string[] = [];
      page.on('pageerror', (error) => faults.push(error.message));
      page.on('console', (message) => message.type() === 'error' && faults.push(message.text()));
      await page.goto(server.resolvedUrls?.local[0] ?? '');
      await page.locator('#line[data-done]').waitFor({ timeout: 240_000, state: 'attached' });
      expect(await page.locator('#line').getAttribute('data-done')).toBe('wasm');
      const node = (await printed('read.mjs')).split('\n').filter((line) => line.startsWith('after'));
      const shown = [...(await page.locator('#line').innerText()).matchAll(/after (\d+): (-?[\d.]+)/g)];
      expect(shown).toHaveLength(2);
      node.forEach((line, index) => {
        const [at, score] = [...line.matchAll(/-?\d+(?:\.\d+)?/g)].map(Number);
        expect(Number(shown[index]?.[1])).toBe(at);
        expect(Number(shown[index]?.[2])).toBeCloseTo(score ?? NaN, 1);
      });
      expect(faults).toEqual([]);
    } finally {
      await browser.close();
      await server.close();
    }
  });
});
