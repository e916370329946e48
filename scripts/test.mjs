/**
 * `npm test`: installs what the tests need and builds, then runs every test, with lint and types beside them; ends with one line of
 * counts. The exit status is 0 only when every check held, every test passed and none was skipped.
 *
 *   --only=node,browser   these test projects only, without lint and types (for work in progress)
 *   --changed             the tests of what changed since the last commit only, without lint and types
 *   anything else         goes to vitest, e.g. a path or -t NAME
 */
import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { setPriority } from 'node:os';
import { join } from 'node:path';
import { ensureChromium } from './ensure-chromium.mjs';
import { ensurePackages, ROOT, say } from './packages.mjs';
import { ensurePython } from './python.mjs';
import { countLine, countTests } from './test-count.mjs';

/** How far a check stands behind the tests for the processors, as `nice` counts. */
const LATER = 10;

const args = process.argv.slice(2);
const only = args.filter((arg) => arg.startsWith('--only=')).flatMap((arg) => arg.slice('--only='.length).split(','));
const passedOn = args.filter((arg) => !arg.startsWith('--only='));

ensurePackages();
if (only.length === 0 || only.some((name) => name !== 'node')) ensureChromium();
if (only.length === 0 || only.includes('node')) ensurePython();

const failedChecks = [];
const ofChanges = passedOn.some((arg) => /^--changed(=|$)/.test(arg));
// The end-to-end tests open the built page.
if (only.length === 0 || only.includes('e2e')) {
  await check('build', ['vite/bin/vite.js', 'build', '--logLevel', 'warn']);
  await check('budgets', ['../scripts/budgets.mjs'], { show: true });
}
// Beside the tests, which often wait: two processors are then busy until the end.
const checks = only.length > 0 || ofChanges ? Promise.resolve() : checkSources();

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
await checks;
const counts = countTests(readReport());
process.stdout.write(`${countLine(counts, failedChecks)}\n`);
// Where nothing has changed there is nothing to run.
const ran = counts.passed > 0 || ofChanges;
process.exit(status === 0 && failedChecks.length === 0 && ran && counts.failed === 0 && counts.skipped === 0 ? 0 : 1);

/** Form, unused code, lint and types, one after the other: the tests beside them come first. */
async function checkSources() {
  const later = { priority: LATER };
  await check('form', ['prettier/bin/prettier.cjs', '--check', '--log-level', 'warn', '.'], later);
  await check('unused code', ['knip/bin/knip.js', '--no-progress'], later);
  await check('types', ['typescript/bin/tsc', '-b', '--noEmit'], later);
  await check(
    'types of components',
    ['svelte-check/bin/svelte-check', '--tsconfig', 'tsconfig.app.json', '--fail-on-warnings'],
    later,
  );
  await check('lint', ['eslint/bin/eslint.js', '--max-warnings', '0', '.'], later);
}

/** Runs a check; its output is shown in one piece, because another may be running beside it, and only if it failed unless `show`. */
async function check(name, command, { show = false, priority = 0 } = {}) {
  const started = Date.now();
  const chunks = [];
  const result = await runTool(command, chunks, priority);
  if (result !== 0) failedChecks.push(name);
  if (result !== 0 || show) process.stderr.write(Buffer.concat(chunks));
  say(`${name} ${result === 0 ? 'held' : 'FAILED'} (${((Date.now() - started) / 1000).toFixed(0)} s)`);
}

/** Runs a program by its path from node_modules, `output` being 'inherit' or a list that collects what it writes. */
function runTool([script, ...rest], output, priority = 0) {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [join(ROOT, 'node_modules', script), ...rest], {
      cwd: ROOT,
      stdio: output === 'inherit' ? 'inherit' : ['ignore', 'pipe', 'pipe'],
    });
    try {
      if (priority !== 0 && child.pid !== undefined) setPriority(child.pid, priority);
    } catch {
      // It ran to its end already, or the system has no priorities.
    }
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
