/**
 * Reading and writing on the processor: `npm run -s bench -- processor [--rounds N] [--no-page] [--results FILE]`. The command with its
 * products as exported and as a trial chooses, beside llama.cpp on the same model; and the page in WebAssembly with packed and unpacked
 * weights. Engines run in turn, round by round; ratios are taken within rounds. Never part of the tests.
 */
import { execFileSync } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { cpus, loadavg, platform } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { ROOT } from '../../scripts/packages.mjs';
import { withSection } from '../engine/results-file.ts';
import { spreadOf, spreadText } from '../engine/spread.ts';
import { bringLlama } from './llama.ts';
import { benchPageOnProcessor, type PageResult } from './page.ts';
import type { EngineRun } from './run.ts';

const { values: asked } = parseArgs({
  options: {
    rounds: { type: 'string', default: '3' },
    'no-page': { type: 'boolean', default: false },
    results: { type: 'string' },
  },
});
const rounds = Math.max(1, Number(asked.rounds) || 3);
const WRITTEN_IN_PAGE = 32;
const PROMPT = [504, 9280, 6830, 260, 8600, 284];

const script = (name: string): string => fileURLToPath(new URL(name, import.meta.url));
const run = (name: string, ...args: readonly string[]): EngineRun =>
  JSON.parse(
    execFileSync(process.execPath, [...process.execArgv, script(name), ...args], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'inherit'],
    }),
  ) as EngineRun;

const llama = bringLlama();
const engines: Record<string, () => EngineRun> = {
  exported: () => run('run-ours.ts', 'packed'),
  chosen: () => run('run-ours.ts', 'chosen'),
  ...('missing' in llama ? {} : { llama: () => run('run-llama.ts', llama.packagePath, llama.modelPath) }),
};
if ('missing' in llama) process.stderr.write(`flipside: ${llama.missing}\n`);

const runs: Record<string, EngineRun[]> = {};
for (let round = 0; round < rounds; round += 1) {
  for (const [name, measure] of Object.entries(engines)) (runs[name] ??= []).push(measure());
  process.stderr.write(`flipside: round ${round + 1} of ${rounds}\n`);
}
const page = asked['no-page'] ? null : await benchPageOnProcessor(PROMPT, WRITTEN_IN_PAGE, rounds);

const reading = ({ readTokens, readMs }: EngineRun): number => (1000 * readTokens) / readMs;
const writing = ({ writtenTokens, writeMs }: EngineRun): number => (1000 * writtenTokens) / writeMs;
const ratio = (measure: (run: EngineRun) => number, a = 'chosen', b = 'exported'): string => {
  const [first, second] = [runs[a] ?? [], runs[b] ?? []];
  return first.length === 0 || second.length === 0
    ? '—'
    : spreadText(spreadOf(first.map((one, round) => measure(one) / measure(second[round] ?? one))), '');
};
const cells = (measure: (run: EngineRun) => number, unit: string): string =>
  ['exported', 'chosen', 'llama']
    .map((name) => (runs[name] === undefined ? '—' : spreadText(spreadOf(runs[name].map(measure)), unit)))
    .join(' | ');

const same = JSON.stringify(runs['chosen']?.[0]?.ids) === JSON.stringify(runs['exported']?.[0]?.ids);
const heading = 'Processor: command and page without a graphics card';
const body = [
  `- Processor: ${cpus()[0]?.model ?? 'unknown'}, ${cpus().length} threads, ${platform()}, load ${(loadavg()[1] ?? NaN).toFixed(1)}. Node ${process.version}, ${new Date().toISOString().slice(0, 10)}.`,
  `- The command reads all 31 streams of a text and scores them, and draws ${runs['chosen']?.[0]?.writtenTokens ?? 0} tokens (temperature 0.8, top-p 0.95, seed 7): ${same ? 'the same tokens in both forms' : 'NOT the same tokens in both forms'}. llama.cpp (node-llama-cpp 3.22.1) has the same model in Q4_1.`,
  `- A number is the median of ${rounds} rounds [quartiles]; ratios are taken within rounds.`,
  '',
  '| command | as exported | as chosen | llama.cpp | chosen to exported | chosen to llama.cpp |',
  '|---|---|---|---|---|---|',
  `| reading ${runs['chosen']?.[0]?.readTokens ?? 0} tokens | ${cells(reading, ' tokens/s')} | ${ratio(reading)} | ${ratio(reading, 'chosen', 'llama')} |`,
  `| writing | ${cells(writing, ' tokens/s')} | ${ratio(writing)} | ${ratio(writing, 'chosen', 'llama')} |`,
  `| opening | ${cells(({ openMs }) => openMs, ' ms')} | ${ratio(({ openMs }) => openMs)} | ${ratio(({ openMs }) => openMs, 'chosen', 'llama')} |`,
  `| memory at most | ${cells(({ peakBytes }) => peakBytes / 1e6, ' MB')} | ${ratio(({ peakBytes }) => peakBytes)} | ${ratio(({ peakBytes }) => peakBytes, 'chosen', 'llama')} |`,
  ...(page === null ? [] : pageTable(page)),
].join('\n');

function pageTable({ runtime, threads, openMs, passes, written, pageBytes, unpackedBytes }: PageResult): string[] {
  return [
    '',
    `The page: ${runtime} in WebAssembly, ${threads} thread${threads === 1 ? '' : 's'}, Chromium. Opening took ${Math.round(openMs.packed)} ms packed and ${Math.round(openMs.unpacked)} ms unpacked (${Math.round(unpackedBytes / 1e6)} MB, the trial included). The whole page with both in its heap: ${pageBytes === null ? 'not told' : `${Math.round(pageBytes / 1e6)} MB`}. Sampled tokens: ${written.sameTokens ? 'the same' : 'NOT the same'}.`,
    '',
    '| page | packed | unpacked | packed to unpacked |',
    '|---|---|---|---|',
    ...passes.map(
      ({ tokens, past, packed, unpacked, ratio: times }) =>
        `| a pass of ${tokens} after ${past} | ${spreadText(packed, ' ms')} | ${spreadText(unpacked, ' ms')} | ${spreadText(times, '')} |`,
    ),
    `| a written token | ${spreadText(written.packed, ' ms')} | ${spreadText(written.unpacked, ' ms')} | ${spreadText(written.ratio, '')} |`,
  ];
}

process.stderr.write(`\n${heading}\n\n${body}\n`);
const file = asked.results ?? `${ROOT}bench/RESULTS.md`;
await writeFile(file, withSection(await readFile(file, 'utf8').catch(() => '# Results\n'), heading, body));
process.stdout.write(`${JSON.stringify({ runs, page }, null, 1)}\n`);
