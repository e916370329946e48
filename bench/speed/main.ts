/**
 * Records of speed: `npm run -s bench -- speed --gpu|--software|--processor|--command [--record NAME]` measures one, and with
 * `--gpu` transformers.js beside it in what is left of eight minutes; `--write-page` makes docs/speed.md. Never part of the tests.
 */
import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { fileURLToPath } from 'node:url';
import { fail, ROOT, say } from '../../scripts/packages.mjs';
import { bench } from '../../src/cli/commands/bench.ts';
import { serialiseSpeed } from '../../src/formats/speed/speed-json.ts';
import { median } from '../median.ts';
import { type Device, DEVICES, measurePage } from './measure-page.ts';
import { PAGE, readRecords, RECORDS, RESULTS, speedPage } from './speed-page.ts';

/** Minutes that `--gpu` may take in all. */
const MOST_MINUTES = 8;
const started = performance.now();

const flag = { type: 'boolean', default: false } as const;
const { values: asked } = parseArgs({
  options: {
    gpu: flag,
    software: flag,
    processor: flag,
    command: flag,
    'write-page': flag,
    record: { type: 'string' },
  },
});
const name = asked.record ?? 'here';
if (!/^[a-z0-9][a-z0-9-]{0,60}$/.test(name)) fail('--record takes a name of small letters, digits and hyphens.');
mkdirSync(RECORDS, { recursive: true });
const out = join(RECORDS, `${name}.json`);

const device = (Object.keys(DEVICES) as Device[]).find((each) => asked[each]);
if (device !== undefined) {
  const { record, expected } = await measurePage(device);
  writeFileSync(out, serialiseSpeed(record));
  const written = record.samples.filter(({ measure, round }) => measure === 'plain' && round > 0);
  // A token that is written takes a pass.
  const rates = written.map(({ tokens, milliseconds }) => (1000 * tokens) / milliseconds);
  if (expected !== null && rates.length > 0)
    say(
      `the short run: "${expected}" Measured: ${median(rates).toPrecision(3)} tokens a second written, nothing scored, and ${(1000 / record.passMs).toPrecision(3)} passes of a token.`,
    );
  say(`measured: bench/records/${name}.json`);
} else if (asked.command) {
  const [model, probe] = ['public/models/smollm2-135m-instruct-q4', 'probes/kind-cruel'].map((path) =>
    join(ROOT, path),
  );
  await bench.run(['--model', model ?? '', '--probe', probe ?? '', '--out', out], new AbortController().signal);
  say(`measured: bench/records/${name}.json`);
} else if (!asked['write-page'])
  fail('use: npm run -s bench -- speed --gpu|--software|--processor|--command [--record NAME], or --write-page.');

if (asked.gpu) await besideTheirs();
writeFileSync(PAGE, speedPage(readRecords(), readFileSync(RESULTS, 'utf8')));

/** Runs the comparison with transformers.js, and stops it when the minutes are over. */
async function besideTheirs(): Promise<void> {
  const left = MOST_MINUTES * 60_000 - (performance.now() - started);
  say(`transformers.js beside it, for at most ${Math.floor(left / 1000)} s`);
  const child = spawn(
    process.execPath,
    [
      ...process.execArgv,
      fileURLToPath(new URL('../engine/main.ts', import.meta.url)),
      '--gpu',
      '--rounds',
      '1',
      '--tokens',
      '64',
    ],
    { stdio: ['ignore', 'ignore', 'inherit'] },
  );
  const timer = setTimeout(() => {
    say('the eight minutes are over: transformers.js was not measured to its end');
    child.kill();
  }, left);
  await new Promise((resolve) => child.on('exit', resolve));
  clearTimeout(timer);
}
