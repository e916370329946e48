/**
 * `npm test`: installs what the tests need, then lint, types, build and every test; ends with one line of counts.
 * The exit status is 0 only when every check held, every test passed and none was skipped.
 *
 *   --only=node,browser   these test projects only, without lint and types (for work in progress)
 *   anything else         goes to vitest, e.g. a path or -t NAME
 */
import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { ensureChromium } from './ensure-chromium.mjs';
import { ensurePackages, ROOT, say } from './packages.mjs';
import { countLine, countTests } from './test-count.mjs';

const args = process.argv.slice(2);
const only = args.filter((arg) => arg.startsWith('--only=')).flatMap((arg) => arg.slice('--only='.length).split(','));
const passedOn = args.filter((arg) => !arg.startsWith('--only='));

ensurePackages();
if (only.length === 0 || only.some((name) => name !== 'node')) ensureChromium();

const failedChecks = [];
if (only.length === 0) {
  // Side by side: each is busy on one core.
  await Promise.all([
    check('form', ['prettier/bin/prettier.cjs', '--check', '--log-level', 'warn', '.']),
    check('unused code', ['knip/bin/knip.js', '--no-progress']),
    check('lint', ['eslint/bin/eslint.js', '--max-warnings', '0', '.']),
    (async () => {
      await check('types', ['typescript/bin/tsc', '-b', '--noEmit']);
      await check('types of components', [
        'svelte-check/bin/svelte-check',
        '--tsconfig',
        'tsconfig.app.json',
        '--fail-on-warnings',
      ]);
    })(),
  ]);
}
// The end-to-end tests open the built page.
if (only.length === 0 || only.includes('e2e')) {
  await check('build', ['vite/bin/vite.js', 'build', '--logLevel', 'warn']);
  await check('budgets', ['../scripts/budgets.mjs'], { show: true });
}

const report = join(ROOT, 'node_modules', '.cache', `flipside-test-report.${process.pid}.json`);
mkdirSync(join(report, '..'), { recursive: true });
const status = await runTool(
  [
    'vitest/vitest.mjs',
    'run',
    ...only.flatMap((name) => ['--project', name]),
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${report}`,
    ...passedOn,
  ],
  'inherit',
);
const counts = countTests(readReport());
process.stdout.write(`${countLine(counts, failedChecks)}\n`);
process.exit(
  status === 0 && failedChecks.length === 0 && counts.passed > 0 && counts.failed === 0 && counts.skipped === 0 ? 0 : 1,
);

/** Runs a check; its output is shown in one piece, because another may be running beside it, and only if it failed unless `show`. */
async function check(name, command, { show = false } = {}) {
  const started = Date.now();
  const chunks = [];
  const result = await runTool(command, chunks);
  if (result !== 0) failedChecks.push(name);
  if (result !== 0 || show) process.stderr.write(Buffer.concat(chunks));
  say(`${name} ${result === 0 ? 'held' : 'FAILED'} (${((Date.now() - started) / 1000).toFixed(0)} s)`);
}

/** Runs a program by its path from node_modules, `output` being 'inherit' or a list that collects what it writes. */
function runTool([script, ...rest], output) {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [join(ROOT, 'node_modules', script), ...rest], {
      cwd: ROOT,
      stdio: output === 'inherit' ? 'inherit' : ['ignore', 'pipe', 'pipe'],
    });
    child.stdout?.on('data', (chunk) => output.push(chunk));
    child.stderr?.on('data', (chunk) => output.push(chunk));
    child.on('error', (error) => {
      process.stderr.write(`${error.message}\n`);
      resolve(1);
    });
    // 'close' and not 'exit': by then all of its output is here.
    child.on('close', (code) => resolve(code ?? 1));
  });
}

function readReport() {
  try {
    return JSON.parse(readFileSync(report, 'utf8'));
  } catch {
    // Vitest died before it could write; its own words stand above, and its exit status counts.
    return {};
  } finally {
    rmSync(report, { force: true });
  }
}
