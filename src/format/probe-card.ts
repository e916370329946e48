/** The card of a probe in Markdown: what it reads, how well, and what must not be concluded from it. */
import type { Probe } from '../core/probe-types.ts';

const METHOD_WORDS = {
  'zeroed-ridge': 'Ridge regression on standardised residuals; targets +1 and -1 for the poles and 0 for neutral turns, settings alone and neutral stories',
  ridge: 'Ridge regression on standardised residuals; targets +1 and -1 for the poles, no zero labels',
  'difference-of-means': 'Difference of the poles\' means on standardised residuals',
} as const;

/** Beyond this mean score of held-out neutral stories, in units, readings of long texts mean little. */
const DRIFT_LIMIT = 0.35;

/** Writes the card; only what the probe itself records, so that equal probes give equal cards. */
export function probeCard(probe: Probe): string {
  const { axis, evidence, model, provenance, method, defaultLayer } = probe;
  const { positive, negative } = axis;
  const best = evidence.auroc.indexOf(Math.max(...evidence.auroc));
  const lambda = method.kind === 'difference-of-means' ? '' : `, lambda ${method.lambda}`;
  return `# ${probe.title}

${probe.about}

| | |
|---|---|
| axis | ${positive} (positive), ${negative} (negative), measured from ${axis.neutral} |
| model | ${model.id}, ${model.layerCount} layers of ${model.hidden}, weights ${model.weightsSha256.slice(0, 16)}… |
| method | ${METHOD_WORDS[method.kind]}${lambda} |
| default layer | ${defaultLayer}: AUROC ${at(evidence.auroc, defaultLayer)} [${at(evidence.aurocLow, defaultLayer)}, ${at(evidence.aurocHigh, defaultLayer)}], ${positive} above ${negative} in ${percent(evidence.pairs[defaultLayer])} of topics |
| trained on | ${provenance.sets.map((set) => `${set.name} (${set.rows} rows, sha256 ${set.sha256.slice(0, 12)}…)`).join('; ')} |
| evidence from | ${evidence.topics} topics, ${evidence.rows} tap readings of both poles |
| seed, version | ${provenance.seed}, Flipside ${provenance.version} |

Read after a text at ${probe.taps.length === 1 ? 'this neutral sentence' : 'the mean over these neutral sentences'}, the same words after every text:

${probe.taps.map((tap) => `- ${tap}`).join('\n')}

The unit of a score is the standard deviation, at its layer, of the readings of the training turns of both poles. Zero is the mean of neutral readings.

## How well it tells the poles apart

Leave-one-topic-out: each topic is scored by a probe that saw nothing of it. AUROC is over single tap readings (0.5 is chance) with its 95 % interval
over topics. Pairs: share of topics in which ${positive} reads above ${negative}. Null: 95th percentile of the AUROC when labels are shuffled within topics.

| layer | AUROC | 95 % interval | pairs | null |
|---|---|---|---|---|
${evidence.auroc.map((_, l) => `| ${l === defaultLayer ? `**${l}**` : l} | ${at(evidence.auroc, l)} | ${at(evidence.aurocLow, l)} to ${at(evidence.aurocHigh, l)} | ${percent(evidence.pairs[l])} | ${at(evidence.nullAuroc95ByLayer, l)} |`).join('\n')}

With the best of all layers taken, shuffled labels reach ${evidence.nullAuroc95.toFixed(3)} in 5 % of ${evidence.nullShuffles} shuffles; this probe's best layer (${best}) reaches ${at(evidence.auroc, best)}.
Layer 0 is the words alone: the taps are the same words after every text, so it must read chance.

### Set by set

The same scores at layer ${defaultLayer}, for the topics of each training set alone. An overall number may be owed to the easiest set.

| set | topics | AUROC | 95 % interval | pairs |
|---|---|---|---|---|
${evidence.bySet.map((set) => `| ${set.name} | ${set.topics} | ${set.auroc.toFixed(3)} | ${set.aurocLow.toFixed(3)} to ${set.aurocHigh.toFixed(3)} | ${percent(set.pairs)} |`).join('\n')}

## Does zero stay zero as a text grows?

${driftSection(probe)}

## What it claims, and what it does not

- It claims that what somebody did in a text leaves a trace in how the model reads later, identical, neutral words, and that this trace separates
  ${positive} from ${negative} in scenes it was not trained on, as well as the table says and no better.
- It does not claim that the model, or a text, *is* ${positive} or ${negative}. A score is a position along one direction.
- It does not tell character from outcome: unless hard negatives were in its training sets, good and bad things that nobody does may move it as well.
- Single tokens are mostly noise and contain their own words: at the default layer a token of neutral text varies by ${(probe.calibration[defaultLayer]?.tokenSd ?? NaN).toFixed(1)} units, the running mean over ten by ${(probe.calibration[defaultLayer]?.smoothSd ?? NaN).toFixed(1)}. Believe the taps.
- Levels of different texts are not comparable without a control; compare within a text, or with its control version.
- It belongs to the weights named above. In any other model its directions mean nothing.
- It was made for reading. For steering, fit a direction on the behaviour itself.
`;
}

function driftSection({ evidence }: Probe): string {
  if (evidence.drift.length === 0) return 'Not measured.';
  const largest = Math.max(...evidence.drift.map(({ mean }) => Math.abs(mean)));
  const verdict = largest <= DRIFT_LIMIT ? `within the limit of ${DRIFT_LIMIT}` : `**beyond the limit of ${DRIFT_LIMIT}: do not compare readings of texts of different length**`;
  return `Neutral stories, each scored at layer ${evidence.driftLayer} by a probe fitted and calibrated without it. Largest mean: ${largest.toFixed(2)}, ${verdict}.

| sentences after the setting | mean | sd | stories |
|---|---|---|---|
${evidence.drift.map(({ beats, mean, sd, n }) => `| ${beats} | ${signed(mean)} | ${sd.toFixed(2)} | ${n} |`).join('\n')}`;
}

function at(values: readonly number[], layer: number): string {
  return (values[layer] ?? NaN).toFixed(3);
}

function percent(share: number | undefined): string {
  return `${Math.round((share ?? NaN) * 100)} %`;
}

function signed(value: number): string {
  return `${value < 0 ? '-' : '+'}${Math.abs(value).toFixed(2)}`;
}
