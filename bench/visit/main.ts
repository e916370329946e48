/**
 * A visit to the page without a graphics card, of this checkout beside an older one:
 * `npm run -s bench -- visit --against DIR [--rounds N] [--results FILE]`. DIR is a checkout with its packages installed. Each visit has
 * a new browser and finds the model's files in its storage; versions take turns, and ratios are taken within rounds. Beside the
 * clock stands the time that the page's processes computed, which other work on the machine moves less. Linux only: it asks the
 * kernel. Never part of the tests.
 */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { cpus, loadavg, platform, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { quantile } from '../../src/stats/stats.ts';
import { ROOT } from '../../scripts/packages.mjs';
import { withSection } from '../engine/results-file.ts';
import { digits, spreadOf, spreadText } from '../engine/spread.ts';
import { serveVisit } from './build.ts';
import { openVisit, type Timed } from './tab.ts';

const { values: asked } = parseArgs({
  options: { against: { type: 'string' }, rounds: { type: 'string', default: '3' }, results: { type: 'string' } },
});
const rounds = Math.max(1, Number(asked.rounds) || 3);

const TEXT =
  'The treaty had been signed in the hall of the old king, and everyone who mattered had seen it. ' +
  'Mara poured the wine for her brother with her own hand. She smiled at him as she had when they were children. ' +
  'Outside, her soldiers were already opening the gate.';
const SHORT_TEXTS = [
  'He gave his coat to the old woman and walked on in the rain.',
  'She laughed at the boy who had fallen, and told the others to laugh too.',
  'The ferry left at noon with nine cars and a class of children on the deck.',
  'They shared the last of the bread, and the youngest ate first.',
  'He locked the door and listened to her knocking until it stopped.',
  'The keeper of the light was ill. Ada carried soup to him, and sat with him all night.',
];
const WRITTEN = 48;

/** One visit: numbers by name. Times in milliseconds by the clock, and `…Busy` of the processor. */
async function visit(
  address: string,
  profile: string,
): Promise<{ numbers: Record<string, number>; ids: readonly number[] }> {
  const tab = await openVisit(address, profile);
  try {
    const load = await tab.step('load', {});
    const read = await tab.step('read', { text: TEXT });
    const write = await tab.step('write', { tokens: WRITTEN });
    const short: Timed<'readShort'>[] = [];
    const scored: Timed<'readShort'>[] = [];
    for (let round = 0; round < 2; round += 1) {
      short.push(await tab.step('readShort', { texts: SHORT_TEXTS, readouts: false }));
      scored.push(await tab.step('readShort', { texts: SHORT_TEXTS, readouts: true }));
    }
    const least = (steps: readonly Timed<'readShort'>[]): number =>
      Math.min(...steps.map(({ found }) => found.milliseconds));
    const leastBusy = (steps: readonly Timed<'readShort'>[]): number => Math.min(...steps.map(({ busyMs }) => busyMs));
    return {
      ids: write.found.ids,
      numbers: {
        loaded: load.found.loadedMs,
        loadedBusy: load.busyMs,
        firstScore: read.found.firstScoreMs,
        firstScoreBusy: load.busyMs + read.busyMs,
        firstWritten: write.found.firstWrittenMs,
        token: quantile(write.found.gaps, 0.5),
        tokenBusy: write.busyMs / write.found.ids.length,
        short: least(short),
        shortBusy: leastBusy(short),
        scored: least(scored),
        scoredBusy: leastBusy(scored),
        unpacked: load.found.unpackedBytes / 1e6,
        peak: (await tab.peakBytes()) / 1e6,
      },
    };
  } finally {
    await tab.close();
  }
}

const checkouts = new Map([
  ...(asked.against === undefined ? [] : [['before', resolve(asked.against)] as const]),
  ['now', resolve(ROOT)] as const,
]);
const scratch = await mkdtemp(join(tmpdir(), 'flipside-visit-'));
const load = loadavg()[1] ?? NaN;
const runs = new Map<string, Record<string, number>[]>();
const ids = new Map<string, string>();
const served = new Map<string, Awaited<ReturnType<typeof serveVisit>>>();
for (const [name, checkout] of checkouts) served.set(name, await serveVisit(checkout, join(scratch, `page-${name}`)));
try {
  for (let round = 0; round <= rounds; round += 1) {
    for (const [name, { address }] of served) {
      const found = await visit(address, join(scratch, `profile-${name}`));
      const shown = Object.entries(found.numbers).map(([key, value]) => `${key} ${value.toPrecision(4)}`);
      process.stderr.write(`flipside: round ${round}, ${name}: ${shown.join(', ')}\n`);
      runs.set(name, [...(runs.get(name) ?? []), found.numbers]);
      ids.set(name, JSON.stringify(found.ids));
    }
  }
} finally {
  for (const { close } of served.values()) close();
  await rm(scratch, { recursive: true, force: true });
}
if (asked.against === undefined) process.exit(0);

const valuesOf = (name: string, key: string): number[] => (runs.get(name) ?? []).slice(1).map((run) => run[key] ?? NaN);
const row = (title: string, unit: string, key: string): string => {
  const [before, now] = [valuesOf('before', key), valuesOf('now', key)];
  const ratios = now.map((value, round) => (before[round] ?? NaN) / value);
  return `| ${title} | ${spreadText(spreadOf(before), unit)} | ${spreadText(spreadOf(now), unit)} | ${spreadText(spreadOf(ratios), '')} |`;
};
const firstVisit = (title: string, key: string): string => {
  const [before = NaN, now = NaN] = ['before', 'now'].map((name) => runs.get(name)?.[0]?.[key]);
  return `| ${title} | ${digits(before)} ms | ${digits(now)} ms | ${digits(before / now)} |`;
};
const heading = 'A visit without a graphics card, beside version 0.2.0';
const body = [
  `- Processor: ${cpus()[0]?.model ?? 'unknown'}, ${cpus().length} threads, ${platform()}, load ${digits(load)} at the beginning and ${digits(loadavg()[1] ?? NaN)} at the end. Chromium, WebAssembly, ${new Date().toISOString().slice(0, 10)}.`,
  `- Each visit has a new browser, with the files in its storage and the trials remembered; n = ${rounds} rounds, versions in turn, medians [quartiles]. A ratio above 1 is a gain.`,
  `- A text of four sentences is read with readouts, then ${WRITTEN} tokens are written and scored, then six short texts are read. Written tokens: ${ids.get('before') === ids.get('now') ? 'the same' : 'NOT the same'}.`,
  '- Computing time is what the kernel counts for the page, on all threads; other work on the machine moves it less than the clock, but caches and memory are shared.',
  '',
  '| page | before | now | before to now |',
  '|---|---|---|---|',
  row('a written token, scored', ' ms', 'token'),
  row('the same, computing time', ' ms', 'tokenBusy'),
  row('six short texts, every layer scored', ' ms', 'short'),
  row('the same, computing time', ' ms', 'shortBusy'),
  row('six short texts with readouts', ' ms', 'scored'),
  row('the same, computing time', ' ms', 'scoredBusy'),
  row('from Load to ready', ' ms', 'loaded'),
  row('the same, computing time', ' ms', 'loadedBusy'),
  row('from Load to the first readout', ' ms', 'firstScore'),
  row('from Load until the text is read, computing time', ' ms', 'firstScoreBusy'),
  row('from Load to the first written token', ' ms', 'firstWritten'),
  row('memory of the page at most', ' MB', 'peak'),
  firstVisit('first visit (n = 1): from Load to the first readout', 'firstScore'),
  firstVisit('first visit (n = 1): from Load until the text is read, computing time', 'firstScoreBusy'),
  firstVisit('first visit (n = 1): from Load to the first written token', 'firstWritten'),
].join('\n');
process.stderr.write(`\n${heading}\n\n${body}\n`);
const file = asked.results ?? `${ROOT}bench/RESULTS.md`;
await writeFile(file, withSection(await readFile(file, 'utf8').catch(() => '# Results\n'), heading, body));
