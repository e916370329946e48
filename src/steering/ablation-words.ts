/** What a model loses where a probe's directions are taken out, in sentences that the numbers decide. */
import { plain } from '../probe/claims/claim-words.ts';
import type { Estimate } from '../stats/estimate.ts';
import { mean } from '../stats/stats.ts';
import type { AblationReport, Erased, Erasure } from './ablation-types.ts';
import { nats } from './dose-words.ts';

/** Cosines of the direction that detects with the one that controls, as arXiv 2606.24952 gives them (four models of 1B to 9B). */
export const PUBLISHED_COSINES = [0.12, 0.2] as const;

/** What each direction does. */
export const ERASED_NAMES: Readonly<Record<Erased, string>> = { reading: 'reads', steering: 'steers' };

/** What silencing each direction of a probe loses, beside random ones, in a few words for a list. */
export function ablationBrief({ told, erased: { reading, steering }, random }: AblationReport): string {
  if (!isTold(told)) return `What silencing it loses cannot be told (n = ${told.n}).`;
  return `Silencing its reading direction loses ${interval(reading.lost)}, its steering direction ${interval(steering.lost)}, random ones ${plain(mean(random.map(({ lost }) => lost)))} (n = ${told.n}).`;
}

/**
 * What a card says first: what the model loses without the direction that reads, with its interval, n and null; or that nothing can
 * be told of it.
 */
export function ablationSentence({ told, shows, erased: { reading }, random }: AblationReport): string {
  if (!isTold(told))
    return `What ${shown(shows)} cannot be measured (${interval(told)} nats, n = ${told.n} choices), so nothing is known of what the model loses without the direction that reads.`;
  const shares = random.map(({ lost }) => lost);
  return `Without the direction that reads, at every layer (KL ${nats(reading.kl)} nats), the model loses ${interval(reading.lost)} of what ${shown(shows)} (n = ${told.n} choices). Without one of ${random.length} random directions (KL ${nats(meanKl(random))} nats) it loses ${plain(mean(shares))}, at most ${plain(Math.max(...shares))}: ${verdictOf(reading)}`;
}

/** Whether a context tells anything that can be lost. */
function isTold({ low }: Estimate): boolean {
  return low !== null && low > 0;
}

/** The sentences in order: what each direction is needed for, and how both lie to each other at `layer`. */
export function ablationSentences(report: AblationReport, layer: number): readonly string[] {
  const { told, shows } = report;
  if (!isTold(told))
    return [
      `What ${shown(shows)} cannot be measured: ${interval(told)} nats, n = ${told.n} choices. So nothing is known of what taking a direction out would lose.`,
      cosineSentence(report, layer),
    ];
  return [erasedSentence(report, 'reading'), erasedSentence(report, 'steering'), cosineSentence(report, layer)];
}

function erasedSentence({ told, shows, erased, random }: AblationReport, what: Erased): string {
  const { lost, beyond, kl, atLeast, p } = erased[what];
  const shares = random.map((one) => one.lost);
  return `Taking out the direction that ${ERASED_NAMES[what]}, at every layer (KL ${nats(kl)} nats), loses ${interval(lost)} of what ${shown(shows)} (${interval(told)} nats, n = ${told.n} choices). ${random.length} random directions (KL ${nats(meanKl(random))} nats on average) lose ${plain(mean(shares))}, at most ${plain(Math.max(...shares))}; ${atLeast} of them as much or more (p = ${p.toPrecision(2)}). Beyond them it is ${interval(beyond)}: ${verdictOf(erased[what])}`;
}

const shown = (count: number): string =>
  count === 1 ? '1 ending before a choice tells' : `${count} endings before a choice tell`;

/** `atLeast` random directions lose as much. They may change the model more: what beats them is used, what does not may still be needed. */
function verdictOf({ lost, beyond, atLeast }: Erasure): string {
  if (beyond.low !== null && beyond.low > 0 && atLeast === 0)
    return 'the model uses it for this, beyond what any such change takes.';
  if (lost.high !== null && lost.high < 0.1) return 'the model hardly needs it for this.';
  return 'it is not shown that the model needs it for this.';
}

function meanKl(random: AblationReport['random']): number {
  return mean(random.map(({ kl }) => kl));
}

function cosineSentence({ cosines }: AblationReport, layer: number): string {
  const at = cosines.find((one) => one.layer === layer) ?? cosines.at(-1);
  const sizes = cosines.map(({ cosine }) => cosine);
  const [low, high] = [Math.min(...sizes), Math.max(...sizes)];
  return `The direction that reads and the one that steers have a cosine of ${plain(at?.cosine ?? NaN)} at layer ${at?.layer ?? layer} (random ones at most ${plain(at?.random ?? NaN)}), from ${plain(low)} to ${plain(high)} over ${cosines.length} layers; published for larger models: ${PUBLISHED_COSINES.join(' to ')}.`;
}

function interval({ value, low, high }: Estimate): string {
  return `${plain(value)}${low === null || high === null ? '' : ` [${plain(low)}, ${plain(high)}]`}`;
}
