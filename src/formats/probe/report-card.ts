/** The part of a card that a report fills: what may be claimed, and every number behind it. */
import { type Claims, claims } from '../../probe/claims/claims.ts';
import { DRIFT_LIMIT, wantedOf } from '../../probe/claims/claim-beyond.ts';
import { countOf, percent, shareOf, shortP, signed } from '../../probe/claims/claim-words.ts';
import { eitherWay } from '../../probe/claims/either-way.ts';
import type { ProbeHead } from '../../probe/probe-head.ts';
import { readoutRows } from '../../probe/evidence/readout-rows.ts';
import type { MethodCurve, Report, Transfer } from '../../probe/report-types.ts';
import { verdict } from '../../probe/claims/verdict.ts';
import { driftTable, estimateCells, methodName, table, three } from './card-tables.ts';

/** The sections in order, Markdown. */
export function judgementSections(probe: ProbeHead, report: Report): string[] {
  return [
    claimsSection(claims(report, probe)),
    ...(report.caveats.length === 0 ? [] : [`## To be said beside every number\n\n${bullets(report.caveats)}`]),
    methodsSection(report),
    layersSection(report),
    ...report.curves.slice(0, 1).map((own) => baselinesSection(report, own)),
    ...(report.transfer.length === 0 ? [] : [transferSection(report)]),
    controlsSection(report),
    polesSection(report),
    calibrationSection(report),
    driftSection(report),
    ...readoutSection(probe, report),
  ];
}

/** What the raw views are worth beside the readout; of a report from before that, what it lacks. */
function readoutSection({ trace }: ProbeHead, { readout }: Report): string[] {
  if (trace === null) return [];
  if (readout === null)
    return [
      '## Reading inside a text, judged\n\nThis report was made before the readout was judged by it, so it lacks what the raw views are worth. `train --readout-only` adds that.',
    ];
  if (readout.raw.length === 0) return [];
  return [
    `## Reading inside a text, beside the raw views

AUROC over the labelled sentences of the same stories. The readout is scored by fits without the story; the raw views, the tokens' own scores at the probe's
layer, were fitted on no story. 95 % interval over stories.

${table(
  ['texts', 'places', 'AUROC', '95 % interval', 'stories'],
  readoutRows(readout)
    .filter(({ texts }) => /stor/.test(texts))
    .map(({ texts, places, auroc }) => [texts, places, ...estimateCells(auroc)]),
)}`,
  ];
}

function claimsSection({ headline, may, mayNot }: Claims): string {
  return `## In short\n\n**${headline}**\n\nWhat may be claimed:\n\n${may.length === 0 ? '- Nothing.' : bullets(may)}\n\nWhat may not be claimed:\n\n${bullets(mayNot)}`;
}

function methodsSection({ curves, topics, readings }: Report): string {
  const chosen = ({ nested }: MethodCurve): string =>
    nested.chosen.map(({ layer, penalty, folds }) => `layer ${layer}, penalty ${penalty}: ${folds}`).join('; ');
  return `## How well it tells the poles apart

${topics} topics, ${readings} readings of both poles, each the mean over the control texts. Every topic is scored by a fit that saw nothing of it; in the table below
layer and penalty too were chosen without it (nested). AUROC: 0.5 is chance. Pairs: share of topics whose positive turn reads above the negative one.
Null: what the best of all layers reaches in 5 % of fits to labels shuffled within topics; p: share of shuffles whose best layer does as well.
The interval here is the jackknife's: each topic left out, the fits made and layer and penalty chosen anew without it. Counts and pairs have Wilson's.
All others on this card resample topics or items 2,000 times; they do not count that the fits share their rows, and are somewhat too narrow.

${table(
  ['method', 'nested AUROC', '95 % interval', 'topics', 'pairs', 'null', 'p', 'shuffles', 'chosen (folds)'],
  curves.map((curve) => [
    methodName(curve.method),
    ...estimateCells(curve.nested.auroc),
    percent(curve.nested.pairs),
    three(curve.nullAuroc95),
    shortP(curve.p),
    String(curve.shuffles),
    chosen(curve),
  ]),
)}

The first row is this probe.`;
}

function layersSection({ curves, baselines, layer }: Report): string {
  const [own, ...others] = curves;
  if (own === undefined) return '';
  const interval = (l: number): string => {
    const [low, high] = [own.aurocLow[l] ?? null, own.aurocHigh[l] ?? null];
    return low === null || high === null ? 'none' : `${three(low)} to ${three(high)}`;
  };
  return `### Layer by layer

Penalty as given, layer as shown; the best row is found after the fact. Null: 95th percentile at that layer with shuffled labels. Random: 5th to 95th percentile
of ${baselines.randomCount} directions drawn from the readings' own covariance. d': distance of the poles' means in pooled standard deviations.
${others.length === 0 ? '' : 'The last columns are the AUROC of other methods.\n'}
${table(
  [
    'layer',
    'AUROC',
    '95 % interval',
    'pairs',
    "d'",
    'null',
    'random',
    ...others.map(({ method }) => methodName(method)),
  ],
  own.auroc.map((auroc, l) => [
    l === layer ? `**${l}**` : String(l),
    three(auroc),
    interval(l),
    percent(own.pairs[l] ?? NaN),
    (own.dPrime[l] ?? NaN).toFixed(2),
    three(own.nullAuroc95ByLayer[l] ?? NaN),
    `${three(baselines.randomLow[l] ?? NaN)} to ${three(baselines.randomHigh[l] ?? NaN)}`,
    ...others.map((curve) => three(curve.auroc[l] ?? NaN)),
  ]),
)}

Layer 0 is the words of the control texts, the same after every text: there it must read 0.500. What the words of the turns give stands below.`;
}

function baselinesSection({ axis, baselines, selectivity }: Report, { nested: { auroc: own } }: MethodCurve): string {
  const { bagOfWords, embedding, length } = baselines;
  const learnt =
    selectivity === null
      ? 'Selectivity was not measured: it takes two control texts.'
      : `Selectivity (Hewitt and Liang 2019): accuracy ${percent(selectivity.task)} on the axis, ${percent(selectivity.control)} on ${selectivity.controlTasks} tasks of random labels that the same probe may learn by heart; difference ${estimateText(estimateCells(selectivity.selectivity, signed))} topics.`;
  return `## What less than the model gives

${table(
  ['from the turns themselves', 'AUROC', '95 % interval', 'topics'],
  [
    ['this probe, layer and penalty chosen without the topic', ...estimateCells(own)],
    [
      'words (naive Bayes), every topic left out',
      ...(bagOfWords === null ? ['nothing to learn from', '', ''] : estimateCells(bagOfWords)),
    ],
    [
      'mean of their word embeddings (layer 0), fitted as the probe is',
      ...(embedding === null ? ['not measured', '', ''] : estimateCells(embedding)),
    ],
    [
      `number of words, fewer for ${length.value < 0.5 ? axis.positive : axis.negative}`,
      ...estimateCells(eitherWay(length)),
    ],
  ],
)}

A probe that does not lie above all of these may be reading no more than they do. Length is read in whichever direction separates better.

${learnt}`;
}

function transferSection({ transfer }: Report): string {
  const kinds = {
    style: 'style, left out of the fit',
    set: 'set, left out of the fit',
    tap: 'wording of the control text, never trained on',
    form: 'chat form, never trained on',
    part: 'these topics alone, each left out',
    axis: 'another axis',
  } as const;
  const fittedAt = ({ kind, chosen }: Transfer): string =>
    chosen === undefined
      ? kind === 'style' || kind === 'set'
        ? "the probe's, chosen with it in view"
        : "the probe's"
      : `layer ${chosen.layer}, penalty ${chosen.penalty}, chosen without it`;
  return `## On what it was not trained on

${table(
  ['what', 'name', 'AUROC', '95 % interval', 'topics', 'pairs', 'layer and penalty'],
  transfer.map((row) => [
    kinds[row.kind],
    row.name,
    ...estimateCells(row.auroc),
    shareOf(row.pairs, row.auroc.n, 'topics'),
    fittedAt(row),
  ]),
)}

On another axis an AUROC away from 0.5 means that the probe moves with that axis too.`;
}

function controlsSection({ axis, controls }: Report): string {
  if (controls.length === 0) return '## What else it moves with\n\nNot measured: no controls were read.';
  const rows = controls.flatMap(({ name, effects, trained }) =>
    effects.map((effect) => {
      const wanted = wantedOf(axis, name, effect);
      const write = effect.unit === 'score' ? signed : three;
      return [
        trained ? `${name} (a zero in training, held out)` : name,
        effect.label,
        effect.unit === 'score'
          ? 'units of the score'
          : effect.unit === 'share'
            ? `share, ${countOf(effect.estimate)}`
            : effect.unit,
        ...estimateCells(effect.estimate, write),
        wanted,
        verdict(effect.estimate, wanted, effect.unit),
      ];
    }),
  );
  return `## What else it moves with\n\n${table(['control', 'effect', 'in', 'value', '95 % interval', 'items', 'wanted', 'found'], rows)}\n\n${bullets(controls.map(({ name, about }) => `${name}: ${about}`))}`;
}

function polesSection({ axis, poles, layer }: Report): string {
  const { positive, negative, neutral } = axis;
  const { cosine, salience } = poles;
  const noise = ['not measurable', `a pole is at noise from ${neutral}`, ''];
  return `## The poles from ${neutral}, at layer ${layer}

${table(
  ['', 'value', '95 % interval', 'topics'],
  [
    [`${positive} above ${neutral}, AUROC`, ...estimateCells(poles.positiveAgainstNeutral)],
    [`${negative} below ${neutral}, AUROC`, ...estimateCells(poles.negativeAgainstNeutral)],
    [`${positive} against ${neutral} by a fit of its own, AUROC`, ...estimateCells(poles.positiveOwnFit)],
    [`${negative} against ${neutral} by a fit of its own, AUROC`, ...estimateCells(poles.negativeOwnFit)],
    ['cosine of the two differences (opposites: -1)', ...(cosine === null ? noise : estimateCells(cosine, signed))],
    ['what they share over what tells them apart', ...(salience === null ? noise : estimateCells(salience))],
  ],
)}`;
}

function calibrationSection({ calibration: { slope, offset, expectedError, brier, bins } }: Report): string {
  return `## Scores as probabilities

A score is not a probability. Held-out scores made into one (Platt: slope ${slope.toFixed(2)}, offset ${signed(offset)}) are off by ${three(expectedError)} on average; Brier score ${three(brier)} (0.25 is a coin).

${table(
  ['predicted', 'observed', 'readings'],
  bins.map(({ predicted, observed, n }) => [three(predicted), three(observed), String(n)]),
)}`;
}

function driftSection({ drift, layer }: Report): string {
  if (drift.length === 0) return '## Does zero stay zero as a text grows?\n\nNot measured.';
  const largest = drift.reduce((most, { mean }) => (Math.abs(mean) > Math.abs(most) ? mean : most), 0);
  const found =
    Math.abs(largest) <= DRIFT_LIMIT
      ? `within the limit of ${DRIFT_LIMIT}`
      : `**beyond the limit of ${DRIFT_LIMIT}: do not compare readings of texts of different length**`;
  return `## Does zero stay zero as a text grows?\n\nNeutral stories, each scored at layer ${layer} by a fit without it, in units of the score. Largest mean: ${signed(largest)}, ${found}.\n\n${driftTable(drift)}`;
}

function estimateText([value, interval, n]: readonly [string, string, string]): string {
  return `${value} [${interval}], n = ${n}`;
}

function bullets(lines: readonly string[]): string {
  return lines.map((line) => `- ${line}`).join('\n');
}
