/** The card of a probe in Markdown: what it reads, how well, and what must not be concluded from it. */
import type { AblationReport } from '../../steering/ablation-types.ts';
import { ablationSentence, ablationSentences } from '../../steering/ablation-words.ts';
import { DRIFT_LIMIT } from '../../probe/claims/claim-beyond.ts';
import { percent, rate, signed } from '../../probe/claims/claim-words.ts';
import { headName, opposite, POLES } from '../../probe/heads.ts';
import type { ProbeHead } from '../../probe/probe-head.ts';
import type { FitMethod } from '../../probe/probe-types.ts';
import type { Report } from '../../probe/report-types.ts';
import { driftTable, methodName, table, three } from './card-tables.ts';
import { judgementSections } from './report-card.ts';
import { traceSection } from './trace-card.ts';

const KIND_WORDS: Readonly<Record<FitMethod['kind'], string>> = {
  ridge: 'ridge regression',
  logistic: 'L2 logistic regression',
  lda: 'linear discriminant analysis with shrinkage',
  'difference-of-means': "difference of the poles' means",
};
const TARGET_WORDS: Readonly<Record<FitMethod['target'], string>> = {
  poles: 'the poles alone, no zero labels',
  zeroed: 'the poles, with neutral turns, settings alone and neutral stories pulled to 0',
  hardened:
    'the poles, with neutral turns, settings, neutral stories, and luck and moods that nobody caused pulled to 0',
};

/**
 * Writes the card; only what the probe and its report record, so that equal ones give equal cards. Without a report it
 * says what the probe itself knows, and that it was not judged.
 * `ablation`: what is lost without its directions, where that was measured. Whether the two belong together is the caller's to check.
 */
export function probeCard(probe: ProbeHead, report?: Report, ablation: AblationReport | null = null): string {
  const judged = report === undefined ? evidenceSections(probe) : judgementSections(probe, report);
  return `${[`# ${probe.title}`, probe.about, factsTable(probe, report), readoutsSection(probe), ...traceSection(probe), ...judged, ...ablationSection(probe, ablation), ...polesSection(probe), setsSection(probe), linesSection(probe), STANDING].join('\n\n')}\n`;
}

/** What is lost without the probe's directions; nothing where it was not measured. */
function ablationSection({ defaultLayer }: ProbeHead, report: AblationReport | null): string[] {
  if (report === null) return [];
  return [
    `## What the model loses without it

**${ablationSentence(report)}**

Each of ${report.choices.pairs} choices of \`${report.choices.name}\`, which took no part in the training, was read after ${report.shows} of the others, ended in the one pole's way and
in the other's. What an ending tells is the log odds of the positive ending after the one less those after the other. The stream is held at its neutral mean along a direction, at every layer. A
random direction is held as far from its own mean as gives the larger KL of the two directions on ${report.neutral.tokens} neutral tokens, so the direction with the smaller KL is held against random ones that change the model more. Intervals resample choices.

${ablationSentences(report, defaultLayer)
  .map((sentence) => `- ${sentence}`)
  .join('\n')}`,
  ];
}

function factsTable(
  { axis, model, method, defaultLayer, provenance, evidence }: ProbeHead,
  report: Report | undefined,
): string {
  return table(
    ['', ''],
    [
      ['axis', `${axis.positive} (positive), ${axis.negative} (negative), measured from ${axis.neutral}`],
      [
        'model',
        `${model.id}, ${model.layerCount} layers of ${model.hidden}, weights ${model.weightsSha256.slice(0, 16)}…`,
      ],
      [
        'method',
        `${KIND_WORDS[method.kind]} on standardised residuals; ${TARGET_WORDS[method.target]}${method.kind === 'difference-of-means' ? '' : `; penalty ${method.penalty}`} (${methodName(method)})`,
      ],
      ['default layer', String(defaultLayer)],
      [
        'trained on',
        provenance.sets.map((set) => `${set.name} (${set.rows} rows, sha256 ${set.sha256.slice(0, 12)}…)`).join('; '),
      ],
      ['evidence from', `${evidence.topics} topics, ${evidence.rows} readings of both poles`],
      ['seed, version', `${provenance.seed}, Flipside ${provenance.version}`],
      [
        'judged',
        report === undefined
          ? 'no report lies beside this probe'
          : `report of the files with sha256 ${report.probe.sha256.slice(0, 16)}…, at layer ${report.layer}`,
      ],
    ],
  );
}

function readoutsSection({ taps: readoutTexts, axis }: ProbeHead): string {
  return `Read after a text at ${readoutTexts.length === 1 ? 'this neutral sentence' : 'the mean over these neutral sentences'}, the same words after every text:

${readoutTexts.map((readoutText) => `- ${readoutText}`).join('\n')}

The unit of a score is the standard deviation, at its layer, of the readings of the training turns of both poles. Zero is the mean of ${axis.neutral} readings;
${axis.positive} lies above it and ${axis.negative} below.`;
}

/** What stands in the probe itself, for a probe that has no report. */
function evidenceSections({ evidence, axis, defaultLayer }: ProbeHead): string[] {
  const { auroc, aurocLow, aurocHigh, pairs, nullAuroc95ByLayer, nullAuroc95, nullShuffles } = evidence;
  const best = auroc.indexOf(Math.max(...auroc));
  const rows = auroc.map((value, l) => [
    l === defaultLayer ? `**${l}**` : String(l),
    three(value),
    `${at(aurocLow, l)} to ${at(aurocHigh, l)}`,
    percent(pairs[l] ?? NaN),
    at(nullAuroc95ByLayer, l),
  ]);
  return [
    `## How well it tells the poles apart

Every topic is scored by a fit that saw nothing of it. AUROC: 0.5 is chance; its 95 % interval is over ${evidence.topics} topics. Pairs: share of topics in which
${axis.positive} reads above ${axis.negative}. Null: 95th percentile of the AUROC when labels are shuffled within topics (${nullShuffles} shuffles).

${table(['layer', 'AUROC', '95 % interval', 'pairs', 'null'], rows)}

With the best of all layers taken, shuffled labels reach ${three(nullAuroc95)} in 5 % of ${nullShuffles} shuffles; this probe's best layer (${best}) reaches ${at(auroc, best)}.
Layer 0 is the words alone: the control texts are the same words after every text, so it must read chance.`,
    `## Does zero stay zero as a text grows?\n\n${storiesText(evidence)}`,
    '## What else it moves with\n\nNot measured: without a report nothing is known of luck, outcome, negation or words, so nothing may be claimed of what the direction means.',
  ];
}

function storiesText({ drift, driftLayer }: ProbeHead['evidence']): string {
  if (drift.length === 0) return 'Not measured.';
  const largest = drift.reduce((most, { mean }) => (Math.abs(mean) > Math.abs(most) ? mean : most), 0);
  const found =
    Math.abs(largest) <= DRIFT_LIMIT
      ? `within the limit of ${DRIFT_LIMIT}`
      : `**beyond the limit of ${DRIFT_LIMIT}: do not compare readings of texts of different length**`;
  return `Neutral stories, each scored at layer ${driftLayer} by a probe fitted and calibrated without it. Largest mean: ${signed(largest)}, ${found}.\n\n${driftTable(drift)}`;
}

function setsSection({ evidence: { bySet, driftLayer } }: ProbeHead): string {
  return `## Set by set

Held-out scores at layer ${driftLayer}, for the topics of each training set alone. An overall number may be owed to the easiest set.

${table(
  ['set', 'topics', 'AUROC', '95 % interval', 'pairs'],
  bySet.map((set) => [
    set.name,
    String(set.topics),
    three(set.auroc),
    `${three(set.aurocLow)} to ${three(set.aurocHigh)}`,
    percent(set.pairs),
  ]),
)}`;
}

/** Each pole from neutral; nothing for a probe without such readings. */
function polesSection({ poles, axis, defaultLayer }: ProbeHead): string[] {
  if (poles === null) return [];
  const { neutral } = axis;
  const rows = POLES.flatMap((pole) => {
    const { auroc, aurocLow, aurocHigh, other, otherLow, otherHigh, topics } = poles[pole].evidence;
    const head = headName(pole, axis);
    return [
      [
        head,
        `${axis[pole]} against ${neutral}`,
        at(auroc, defaultLayer),
        `${at(aurocLow, defaultLayer)} to ${at(aurocHigh, defaultLayer)}`,
        String(topics),
      ],
      [
        head,
        `${axis[opposite(pole)]} against ${neutral}, on the side of ${axis[pole]}`,
        at(other, defaultLayer),
        `${at(otherLow, defaultLayer)} to ${at(otherHigh, defaultLayer)}`,
        String(topics),
      ],
    ];
  });
  return [
    `## Each pole read from ${neutral}, at layer ${defaultLayer}

Two more directions, by the same method and penalty: the turns of one pole against the same zeros, without the turns of the other. Every topic is
scored by a fit that saw nothing of it. The second line of each says what it makes of the pole that it was not fitted to: 1, both poles leave ${neutral} the
same way; 0.5, the other pole does not move it; 0, opposites on one line. Above 0.5, a reading of one pole alone does not say which of the two it
is. Intervals resample topics and are somewhat too narrow; no labels were shuffled, so compare them with 0.5.

${table(['reading', 'AUROC of', 'AUROC', '95 % interval', 'topics'], rows)}`,
  ];
}

function linesSection({ alarm, calibration, defaultLayer, lexical }: ProbeHead): string {
  const { tokenSd, smoothSd } = calibration[defaultLayer] ?? { tokenSd: NaN, smoothSd: NaN };
  const explained = lexical.explained[defaultLayer] ?? 0;
  const tokens = `A single token of neutral text varies by ${tokenSd.toFixed(1)} units (standard deviation), the running mean by ${smoothSd.toFixed(1)}${explained > 0 ? `; the word and the one before it explain ${percent(explained)} of the former on stories left out` : ''}. Believe the readouts.`;
  if (alarm.rate === 0) return `## How rare a reading is\n\nNot measured: no lines on neutral text. ${tokens}`;
  const side = (low: readonly number[], high: readonly number[]): string[] => [
    signed(low[defaultLayer] ?? NaN),
    signed(high[defaultLayer] ?? NaN),
  ];
  return `## How rare a reading is

Lines at layer ${defaultLayer} with ${rate(alarm.rate)} of neutral text beyond each.

${table(
  ['what', 'below', 'above', 'n'],
  [
    ['readouts', ...side(alarm.tapLow, alarm.tapHigh), String(alarm.taps)],
    ['running mean of tokens', ...side(alarm.smoothLow, alarm.smoothHigh), String(alarm.tokens)],
    ['single tokens', ...side(alarm.tokenLow, alarm.tokenHigh), String(alarm.tokens)],
  ],
)}

${tokens}`;
}

const STANDING = `## What it is not

- Not a judgement of a model or a text: a score is a place along one direction.
- Not comparable between texts without a control; compare within a text, or with its control version.
- Not valid in other weights than those named above.
- Not made for steering, which takes a direction fitted to the behaviour itself.`;

function at(values: readonly number[], layer: number): string {
  return three(values[layer] ?? NaN);
}
