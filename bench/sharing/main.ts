/**
 * What is handed on: `npm run -s bench -- sharing`. How long an embedded reading takes until it is there and hears a key, each time in
 * a new browser context without a cache, and how long the Python reader takes to open a run of 10,000 tokens, beside parsing
 * its JSON alone. Never part of the tests.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright';
import { preview } from 'vite';
import { ensureBuild } from '../../scripts/build.mjs';
import { CHROMIUM, CHROMIUM_FLAGS } from '../../scripts/chromium.mjs';
import { EMBED } from '../../scripts/embed.mjs';
import { ROOT } from '../../scripts/packages.mjs';
import { findPython } from '../../scripts/python.mjs';
import { parseRecording } from '../../src/formats/runs/recording-json.ts';
import { codeOf } from '../../src/state/runs/link-code.ts';
import { sharedOf } from '../../tests/fixtures/samples/shipped-shared.ts';
import { longRun, RUN } from '../long/long-run.ts';
import { digits, spreadOf, spreadText } from '../engine/spread.ts';

const ROUNDS = 15;
const TOKENS = 10_000;

/**
 * What runs in the page before anything else: it notes when a stretch of text stands there, and when the status says what a key chose. The
 * page itself presses the key: a driver's own way there and back would be counted too. Text, because functions are rewritten before they
 * could be sent.
 */
const WATCH = `
  globalThis.times = [];
  const watch = new MutationObserver(() => {
    const first = document.querySelector('[role="option"]');
    if (first === null) return;
    watch.disconnect();
    times.push(performance.now());
    first.focus();
    first.dispatchEvent(new KeyboardEvent('keydown', { key: 'ArrowRight', bubbles: true }));
    requestAnimationFrame(() => {
      if (document.querySelector('[role="status"]')?.textContent.startsWith('“')) times.push(performance.now());
    });
  });
  watch.observe(document, { childList: true, subtree: true });
`;

/** Milliseconds from the start of the navigation until a stretch stands there, and until the status says what a key chose. */
async function embedTimes(): Promise<{ readonly there: number[]; readonly heard: number[] }> {
  await ensureBuild();
  const server = await preview({ root: ROOT, logLevel: 'error', preview: { port: 0, host: 'localhost', open: false } });
  const browser = await chromium.launch({ executablePath: CHROMIUM, args: [...CHROMIUM_FLAGS] });
  const code = await codeOf(sharedOf(parseRecording(readFileSync(RUN, 'utf8'))));
  const [there, heard]: [number[], number[]] = [[], []];
  try {
    for (let round = 0; round < ROUNDS; round += 1) {
      const context = await browser.newContext();
      const page = await context.newPage();
      await page.addInitScript(WATCH);
      await page.goto(`${server.resolvedUrls?.local[0] ?? ''}${EMBED.page}#${code}`);
      const took = await page.waitForFunction<number[] | null>('times.length === 2 ? times : null');
      const [first = NaN, second = NaN] = (await took.jsonValue()) ?? [];
      there.push(first);
      heard.push(second);
      await context.close();
    }
  } finally {
    await browser.close();
    await server.close();
  }
  return { there, heard };
}

/** What bench/sharing/reader.py prints, with the size of the file. */
function readerTimes(): {
  readonly imported: number;
  readonly opened: number[];
  readonly parsed: number[];
  readonly tokens: number;
  readonly bytes: number;
} {
  const folder = mkdtempSync(join(tmpdir(), 'flipside-sharing-'));
  try {
    const path = join(folder, 'long.run.json');
    writeFileSync(path, longRun(TOKENS));
    const { status, stdout, stderr, error } = spawnSync(
      findPython() ?? 'python3',
      [join(ROOT, 'bench/sharing/reader.py'), path, String(ROUNDS)],
      { encoding: 'utf8', env: { ...process.env, PYTHONDONTWRITEBYTECODE: '1', PYTHONPATH: join(ROOT, 'python') } },
    );
    if (error !== undefined || status !== 0) throw new Error(`Python failed: ${error?.message ?? stderr}`);
    return { ...(JSON.parse(stdout) as Omit<ReturnType<typeof readerTimes>, 'bytes'>), bytes: statSync(path).size };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const say = (line: string): void => void process.stdout.write(`${line}\n`);
const milliseconds = (values: readonly number[]): string =>
  `${spreadText(spreadOf(values), ' ms')}, at most ${digits(Math.max(...values))} ms`;

const reader = readerTimes();
say(`Python reader, a run of ${reader.tokens} tokens (${(reader.bytes / 1e6).toFixed(1)} MB):`);
say(`  open: ${milliseconds(reader.opened)}; wanted: under 500 ms`);
say(`  its JSON alone: ${milliseconds(reader.parsed)}`);
say(
  `  open over its JSON alone: ${digits(spreadOf(reader.opened.map((time, round) => time / (reader.parsed[round] ?? NaN))).median)}`,
);
say(`  import flipside, numpy included: ${digits(reader.imported)} ms`);
const embed = await embedTimes();
say(`Embedded reading, ${ROUNDS} first visits:`);
say(`  there: ${milliseconds(embed.there)}`);
say(`  hears a key: ${milliseconds(embed.heard)}; wanted: under 1,000 ms`);
