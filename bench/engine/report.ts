/** The results as a section of a Markdown file, which reads as a table on a terminal too. */
import type { Measured } from './measure.ts';
import { rowsAgainstTheirs, rowsWithinOurs, type Row } from './rows.ts';
import { digits, type Spread } from './spread.ts';
import type { Workload } from './workload.ts';

/** Where and when it was measured. */
export interface Setting {
  readonly processor: string;
  readonly date: string;
}

/** A section: its heading tells it from sections of other devices and sizes, so that a new run takes the old one's place. */
export function sectionOf(
  measured: Measured,
  work: Workload,
  setting: Setting,
): { readonly heading: string; readonly body: string } {
  const { graphics, opened, rounds, cold } = measured;
  const values = [...cold, ...rounds];
  const adapter = [graphics.vendor, graphics.architecture, graphics.description]
    .filter((part) => part !== '')
    .join(' ');
  const facts = [
    `Adapter: ${adapter || 'unnamed'}${graphics.software ? ' (software)' : ''}${graphics.driver === '' ? '' : `; driver: ${graphics.driver}`}. Processor: ${setting.processor}. ${graphics.browser}, ${setting.date}.`,
    `Ours: ${opened.ours.runtime}, ${opened.ours.passTokens ?? 'any number of'} tokens a pass. Theirs: ${opened.theirs.runtime}.`,
    `${work.tokens} tokens a continuation, the first ${work.warmUp} not counted, times are means of the others; ${work.texts.length} texts, up to ${work.batch} together. A ratio is the median of the rounds' ratios [quartiles]; n counts rounds.`,
    'Loading is all that each does by itself before it can be asked: ours also checks every file, stores it, and proves how many tokens a pass may have.',
    ...verdicts(measured),
  ];
  const body = [
    ...facts.map((fact) => `- ${fact}`),
    '',
    ...table('ours', 'theirs', rowsAgainstTheirs(values)),
    '',
    ...table('with', 'without', rowsWithinOurs(values)),
  ].join('\n');
  return { heading: `Engine, ${work.form}: ${adapter || 'unnamed adapter'}, ${graphics.browser.split('.')[0]}`, body };
}

/** Whether the numbers are of the same computation. */
function verdicts({ compared, partings, batchDifference }: Measured): string[] {
  const same =
    partings.length === 0
      ? `Greedy tokens: the same in all ${compared.runs} continuations (${compared.fewestTokens} tokens or more).`
      : `Greedy tokens: NOT the same in ${partings.length} of ${compared.runs} continuations: ${partings.map(({ round, reads, place }) => `round ${round + 1} reading ${reads} from token ${place + 1} on`).join('; ')}.`;
  const changes = (['ours', 'theirs'] as const)
    .map((engine) => `${batchDifference[engine].toExponential(1)} in ${engine}`)
    .join(', ');
  return [same, `Reading a set together changes what is read by at most (relative) ${changes}.`];
}

function table(first: string, second: string, rows: readonly Row[]): string[] {
  const cells = [
    ['', first, second, 'ratio', 'n'],
    ...rows.map((row) => [
      row.what,
      `${shown(row.first, row.unit)} ${row.unit}`,
      `${shown(row.second, row.unit)} ${row.unit}`,
      ratio(row.ratio),
      String(row.ratio.n),
    ]),
  ];
  const widths = (cells[0] ?? []).map((_, column) => Math.max(3, ...cells.map((line) => line[column]?.length ?? 0)));
  const line = (texts: readonly string[]): string =>
    `| ${texts.map((text, column) => text.padEnd(widths[column] ?? 0)).join(' | ')} |`;
  return [line(cells[0] ?? []), line(widths.map((width) => '-'.repeat(width))), ...cells.slice(1).map(line)];
}

const shown = ({ median }: Spread, unit: Row['unit']): string => digits(unit === 'MB' ? median / 1e6 : median);

const ratio = ({ n, low, median, high }: Spread): string =>
  n === 1 ? median.toFixed(2) : `${median.toFixed(2)} [${low.toFixed(2)}, ${high.toFixed(2)}]`;
