/**
 * What the engine is worth beside transformers.js, on the same files in the same browser, in ratios of interleaved rounds:
 * `npm run -s bench -- engine`. JSON on standard output, the table on standard error and in bench/RESULTS.md. Never part
 * of the tests: a timed test fails on a busy machine.
 */
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { cpus, loadavg, platform } from 'node:os';
import { fail, ROOT } from '../../scripts/packages.mjs';
import { buildPage, PAGE } from './build.ts';
import { measure } from './measure.ts';
import { parseOptions, USAGE, type EngineOptions } from './options.ts';
import { sectionOf } from './report.ts';
import { withSection } from './results-file.ts';
import { rowsAgainstTheirs, rowsWithinOurs } from './rows.ts';
import { openSite } from './site.ts';
import { workloadFor } from './workload.ts';

function options(): EngineOptions {
  try {
    return parseOptions(process.argv.slice(2));
  } catch (thrown) {
    return fail(`${thrown instanceof Error ? thrown.message : String(thrown)} ${USAGE}`);
  }
}

const asked = options();
if (asked.page !== 'reuse') await buildPage();
if (asked.page === 'build') process.exit(0);
if (!existsSync(`${PAGE}/index.html`)) fail('there is no built page to reuse; run this with --build first.');

const work = await workloadFor(asked);
const site = await openSite();
try {
  const measured = await measure(site, work, asked.gpu);
  // How busy the machine was, the browser's own work included: far above its number of threads, the times are of little worth.
  const load = (loadavg()[1] ?? NaN).toFixed(1);
  const setting = {
    processor: `${cpus()[0]?.model ?? 'unknown'}, ${cpus().length} threads, ${platform()}, load ${load}`,
    date: new Date().toISOString().slice(0, 10),
  };
  const { heading, body } = sectionOf(measured, work, setting);
  process.stderr.write(`\n${heading}\n\n${body}\n`);
  const file = asked.results ?? `${ROOT}bench/RESULTS.md`;
  const before = await readFile(file, 'utf8').catch(() => '# Results\n');
  await writeFile(file, withSection(before, heading, body));
  const values = [...measured.cold, ...measured.rounds];
  process.stdout.write(
    `${JSON.stringify({ ...setting, form: work.form, ...measured, againstTheirs: rowsAgainstTheirs(values), withinOurs: rowsWithinOurs(values) }, null, 1)}\n`,
  );
} catch (thrown) {
  process.exitCode = 1;
  process.stderr.write(`flipside: ${thrown instanceof Error ? thrown.message : String(thrown)}\n`);
} finally {
  await site.close();
}
