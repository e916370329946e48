/** The card of an experiment in Markdown: its verdict, everything that led to it, and how to make it again. */
import {
  CONTRAST_WORDS,
  pWords,
  estimateWords,
  gateAsks,
  QUICK_WORDS,
  ropeWords,
  runWords,
  VERDICT_WORDS,
} from '../verdict-words.ts';
import { DESIGN_WORDS, earlierWords } from '../design-words.ts';
import { figureNumber } from '../../charts/figure-scale.ts';
import { commandNotes, experimentCommand } from '../experiment-files.ts';
import type { ExperimentReport } from '../experiment-types.ts';
import type { Estimate } from '../../stats/estimate.ts';
import { EXPERIMENT_FILES } from '../experiment-files.ts';
import { table } from '../../formats/probe/card-tables.ts';

/** Writes the card; only what the report records, so that equal reports give equal cards. */
export function experimentCard(report: ExperimentReport): string {
  const { experiment, because, gates, contrasts, measures, wouldChange, limits, figure } = report;
  const { glyph, word } = VERDICT_WORDS[report.verdict];
  const earlier = earlierWords(experiment);
  return `${[
    `# ${experiment.id}. ${experiment.title}`,
    `**${glyph} ${word}** (${report.verdict}). ${because}`,
    ...(earlier === null ? [] : [`> ${earlier}`]),
    ...(experiment.size === 'quick' ? [`> ${QUICK_WORDS}`] : []),
    `Claim: ${experiment.claim}`,
    `<picture><source media="(prefers-color-scheme: dark)" srcset="${EXPERIMENT_FILES.dark}"><img src="${EXPERIMENT_FILES.light}" alt="${quoted(figure.caption)}"></picture>`,
    figure.caption,
    `## Gates\n\nWhat must hold before a verdict may be read.\n\n${
      gates.length === 0
        ? 'None.'
        : table(
            ['gate', 'measured', '95 % interval', 'n', 'unit', 'needs', ''],
            gates.map((gate) => [
              gate.says,
              ...cells(gate.measured),
              gate.unit,
              gateAsks(gate),
              gate.passed ? '✓ passed' : '✗ failed',
            ]),
          )
    }`,
    `## Planned contrasts\n\n${CONTRAST_WORDS}\n\n${
      contrasts.length === 0
        ? 'None.'
        : table(
            ['contrast', 'estimate', '95 % interval', 'n', 'unit', 'p', 'Holm', 'null', 'ROPE', 'detectable'],
            contrasts.map((one) => [
              one.says,
              ...cells(one.estimate),
              one.unit,
              pWords(one.p),
              pWords(one.pHolm),
              one.null,
              ropeWords(one) ?? '–',
              one.detectable === null ? '–' : figureNumber(one.detectable, 3),
            ]),
          )
    }`,
    ...(measures.length === 0
      ? []
      : [
          `## Beside it\n\nNumbers that decide nothing.\n\n${table(
            ['measure', 'estimate', '95 % interval', 'n', 'unit'],
            measures.map(({ says, estimate, unit }) => [says, ...cells(estimate), unit]),
          )}`,
        ]),
    `## The rule, as written before any run\n\n${table(
      ['verdict', 'where'],
      [
        ['CONFIRM', experiment.rule.confirm],
        ['DENY', experiment.rule.deny],
        ['PARTIAL', experiment.rule.partial],
        ['INCONCLUSIVE', experiment.rule.inconclusive],
      ],
    )}`,
    `## What would change the verdict\n\n${bullets(wouldChange)}`,
    `## What this cannot say\n\n${bullets(limits)}`,
    makingSection(report),
  ].join('\n\n')}\n`;
}

function makingSection(report: ExperimentReport): string {
  const { experiment, model, unitsSha256 } = report;
  const command = experimentCommand(report);
  return `## Make it again

    ${command}
${commandNotes(command, report)
  .map((note) => `\n${note}\n`)
  .join('')}
${table(
  ['', ''],
  [
    ['run', runWords(report)],
    ['design', DESIGN_WORDS[experiment.design].says],
    ['weights', `sha256 ${model.weightsSha256}`],
    ['spec', `sha256 ${experiment.specSha256}`],
    [EXPERIMENT_FILES.units, `sha256 ${unitsSha256}`],
    [EXPERIMENT_FILES.report, 'every number of this card'],
  ],
)}`;
}

function cells(estimate: Estimate): [string, string, string] {
  const { value, interval } = estimateWords(estimate);
  return [value, interval, String(estimate.n)];
}

function bullets(lines: readonly string[]): string {
  return lines.length === 0 ? '- Nothing is named.' : lines.map((line) => `- ${line}`).join('\n');
}

/** A text as the value of an attribute. */
function quoted(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;').replaceAll('\n', ' ');
}
