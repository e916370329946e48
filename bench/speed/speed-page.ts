/** docs/speed.md, made from the records in bench/records and from the comparisons in bench/RESULTS.md, and from nothing else. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseSpeed } from '../../src/formats/speed/speed-json.ts';
import {
  deviceWords,
  digits,
  speedCautions,
  speedRatios,
  speedRows,
  spreadWords,
} from '../../src/formats/speed/speed-summary.ts';
import {
  SPEED_LACKS,
  SPEED_MEASURE_NAMES,
  SPEED_MEASURES,
  SPEED_MEMORY,
  type SpeedRecord,
} from '../../src/models/speed/speed-record.ts';

/** Where records lie, the comparisons, and the page. */
export const RECORDS = fileURLToPath(new URL('../records', import.meta.url));
export const RESULTS = fileURLToPath(new URL('../RESULTS.md', import.meta.url));
export const PAGE = fileURLToPath(new URL('../../docs/speed.md', import.meta.url));

/** A record with the name of its file. */
export interface NamedRecord {
  readonly name: string;
  readonly record: SpeedRecord;
}

/** All records, by name. Throws `recording-invalid` for one that is broken. */
export function readRecords(folder = RECORDS): readonly NamedRecord[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.json'))
    .sort()
    .map((name) => ({
      name: name.replace(/\.json$/, ''),
      record: parseSpeed(readFileSync(join(folder, name), 'utf8')),
    }));
}

/** What a graphics card is to reach, and which number of the one command tells it. */
const TARGETS = [
  {
    what: 'a written token beside transformers.js, both token by token',
    least: 'at least 2.5 times as fast',
    by: '*a written token, nothing read, token by token*',
  },
  {
    what: 'a written token beside transformers.js, several in flight here',
    least: 'at least 3.5 times as fast',
    by: '*a written token* in the way that was chosen',
  },
  { what: 'reading a prompt beside transformers.js', least: 'at least 2 times as fast', by: '*reading a prompt*' },
  {
    what: 'a reading after every token, to reading the text alone',
    least: 'at most 1.5 times as long',
    by: 'the record',
  },
  { what: '24 futures, to one continuation', least: 'at most 1.5 times as long', by: 'the record' },
] as const;

/** Sections of the results that say what a user would pick instead, by how their headings begin. */
const INSTEAD = [
  { heading: 'Processor: command and page', says: 'On the processor, beside llama.cpp' },
  { heading: 'Engine, ', says: 'In the browser, beside transformers.js' },
] as const;

/** The page as Markdown. `results` is the text of bench/RESULTS.md. */
export function speedPage(records: readonly NamedRecord[], results: string): string {
  const cards = records.filter(({ record: { adapter } }) => adapter !== null && !adapter.software);
  return [
    '# Speed',
    '',
    'A script makes this page from the records in [bench/records](../bench/records) and the tables of [bench/RESULTS.md](../bench/RESULTS.md);',
    'a test holds the page to them. Numbers are medians over rounds with quartiles in brackets; n counts rounds. Ratios are taken within',
    'rounds: believe them before the times. Rounds in a hidden tab, or during a change of the power supply, are in no median.',
    '',
    cards.length === 0
      ? '**No graphics card was at hand.** Nothing here says how fast Flipside is on one.'
      : `Graphics cards: ${cards.map(({ record }) => deviceWords(record)).join('; ')}.`,
    '',
    '## Measure your own device',
    '',
    'In the page: Help, Diagnostics, *Measure the speed here* (`#/bench`). It takes at most two minutes and sends nothing. With a checkout:',
    '',
    '    npm run -s bench -- speed --gpu --record my-card            # the page on a graphics card, then transformers.js beside it',
    '    npm run -s bench -- speed --processor --record my-page      # the page without one',
    '    npm run -s bench -- speed --command --record my-computer    # the command',
    '    npm run -s bench -- speed --write-page                      # this page, from all records',
    '',
    'The first is one call of less than eight minutes: what of the comparison does not fit is stopped then, and said. It has not been tried on',
    'a card. [bench/RESULTS.md](../bench/RESULTS.md) says what a machine without a screen needs for it.',
    '',
    '## What a graphics card is to reach',
    '',
    cards.length === 0 ? 'No record says yet whether one does.' : 'Compare these with the records of cards below.',
    '',
    '| what | target | where `--gpu` tells it |',
    '|---|---|---|',
    ...TARGETS.map(({ what, least, by }) => `| ${what} | ${least} | ${by} |`),
    '',
    'What misses a target is to be explained by timestamps of kernels. No command of ours takes these yet.',
    '',
    '## Device by device',
    '',
    ...sideBySide(records),
    '',
    '## What you would pick instead',
    '',
    'The same model and files in one run, from [bench/RESULTS.md](../bench/RESULTS.md). transformers.js on WebAssembly, and transformers with',
    'PyTorch, have not been timed beside Flipside.',
    ...INSTEAD.flatMap(({ heading, says }) => insteadOf(results, heading, says)),
    '',
    '## The records',
    ...records.flatMap(section),
    '',
  ].join('\n');
}

/** Tokens a second of every record, a column each. Records are never pooled. */
function sideBySide(records: readonly NamedRecord[]): readonly string[] {
  const rows = records.map(({ record }) => speedRows(record));
  return [
    `| tokens a second | ${records.map(({ name }) => `[${name}](#${name})`).join(' | ')} |`,
    `|---|${records.map(() => '---|').join('')}`,
    ...SPEED_MEASURE_NAMES.filter((measure) => rows.some((own) => own.some((row) => row.measure === measure))).map(
      (measure) =>
        `| ${SPEED_MEASURES[measure].says} | ${rows
          .map((own) => {
            const row = own.find((each) => each.measure === measure);
            return row === undefined ? '–' : `${spreadWords(row)}, n = ${row.n}`;
          })
          .join(' | ')} |`,
    ),
  ];
}

/** The notes and the first table of each section of the results whose heading begins like this. Throws where there is none. */
function insteadOf(results: string, heading: string, says: string): readonly string[] {
  const found = results.split(/^## /m).filter((section) => section.startsWith(heading));
  if (found.length === 0) throw new Error(`bench/RESULTS.md has no section "${heading}…" any more.`);
  return found.flatMap((section) => {
    const [title = '', ...lines] = section.split('\n');
    const from = lines.findIndex((line) => line.startsWith('|'));
    const length = lines.slice(from).findIndex((line) => !line.startsWith('|'));
    const table = lines.slice(from, length < 0 ? undefined : from + length);
    const notes = lines.slice(0, from).filter((line) => line.startsWith('- '));
    return ['', `### ${says}`, '', `*${title}.*`, '', ...notes, '', ...table];
  });
}

function section({ name, record }: NamedRecord): readonly string[] {
  const { createdAt, version, model, runner, runtime, load, lacks, memory, form, passMs, clockMs } = record;
  const cautions = speedCautions(record);
  return [
    '',
    `### ${name}`,
    '',
    `${deviceWords(record)}${record.adapter === null || record.processor === null ? '' : ` (processor: ${record.processor})`}. ${runner}, ${runtime}, Flipside ${version}, ${new Date(createdAt).toISOString().slice(0, 10)}; ${model.id}; texts of ${form === 'full' ? 'the usual size' : 'the short size'};`,
    `a pass of one token ${digits(passMs)} ms; clock in steps of ${Number(clockMs.toPrecision(2))} ms${load === null ? '' : `; load ${load[0]} before and ${load[1]} after`}. [The record](../bench/records/${name}.json).`,
    ...(cautions.length === 0 ? [] : ['', ...cautions.map((caution) => `- **${caution}**`)]),
    '',
    '| times | | n |',
    '|---|---|---|',
    ...speedRatios(record).map((ratio) => `| ${ratio.says} | ${spreadWords(ratio)} | ${ratio.n} |`),
    ...(memory.length === 0
      ? []
      : [
          '',
          `Memory: ${memory.map(({ what, bytes }) => `${SPEED_MEMORY[what]} ${digits(bytes / 1e6)} MB`).join('; ')}.`,
        ]),
    ...(lacks.length === 0
      ? []
      : [
          '',
          ...lacks.map(({ measure, why }) => `- Not measured: ${SPEED_MEASURES[measure].says}; ${SPEED_LACKS[why]}.`),
        ]),
  ];
}
