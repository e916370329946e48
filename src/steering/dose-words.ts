/** What a dose–response shows, in sentences that its numbers decide. */
import { percent, plain, shareOf, signed } from '../probe/claims/claim-words.ts';
import { agreementLine, weakestLayer } from '../probe/dtype-agreement.ts';
import type { DoseLevel, DoseRank, DoseReport } from './dose-types.ts';
import type { SteeringWhere } from './steering.ts';
import { AppError } from '../base/errors.ts';
import type { Estimate } from '../stats/estimate.ts';

/** Controls whose choices are good against bad that nobody caused: what moves there is general positivity. */
const LUCK = /^luck\b/;

/** Sentences about a dose–response; none of them stands without its numbers. */
export interface DoseFindings {
  readonly headline: string;
  readonly shows: readonly string[];
  readonly doesNot: readonly string[];
}

/** Layers that are steered, e.g. `layer 18` or `layers 16 to 20`. */
export function layerWords({ from, to }: Pick<DoseReport, 'from' | 'to'>): string {
  return from === to ? `layer ${from}` : `layers ${from} to ${to}`;
}

/** Which tokens of a choice are steered. */
export function whereWords(where: SteeringWhere): string {
  if (where === 'all') return 'at all tokens';
  return where === 'generated' ? 'from the last token of the context on' : `from position ${where} on`;
}

/** A KL or an effect without more digits than it has, e.g. `0.25`. */
export function nats(value: number): string {
  return String(Number(value.toPrecision(3)));
}

/** A KL with its unit, e.g. `0.5 nats` or `1 nat`. */
export function klWords(value: number): string {
  return `${nats(value)} ${value === 1 ? 'nat' : 'nats'}`;
}

/** An effect with its interval, e.g. `6.25 nats [5.13, 7.38], n = 48 choices`. */
export function effectWords(
  { value, low, high, n, note }: Estimate,
  write: (value: number) => string = signed,
): string {
  const interval =
    low === null || high === null ? `(no interval: ${note ?? 'too few choices'})` : `[${write(low)}, ${write(high)}]`;
  return `${write(value)} nats ${interval}, n = ${n} choices`;
}

/** Perplexity, which steering may send beyond any number. */
export function perplexityWords(value: number): string {
  return value < 1e6 ? value.toPrecision(3) : 'over a million';
}

/** A p-value by rank with the least that so many placebos allow. */
export function rankWords({ p, placebos, atLeast }: DoseRank): string {
  const least = 1 / (1 + placebos);
  return `p = ${p.toPrecision(2)}, ${atLeast === 0 ? `the least that ${placebos} placebos allow` : `where ${placebos} placebos allow ${least.toPrecision(2)}`}`;
}

/** The level to speak of: the one nearest a nat, of those at which the placebos were measured too where there are any. */
function spokenLevel({ direction, ranks }: DoseReport): {
  readonly level: DoseLevel;
  readonly rank: DoseRank | null;
} {
  const far = ({ target }: { readonly target: number }): number => Math.abs(Math.log(target));
  const nearest = <T extends { readonly target: number }>(some: readonly T[]): T | null =>
    some.reduce<T | null>((best, one) => (best === null || far(one) < far(best) ? one : best), null);
  const rank = nearest(ranks);
  const level = direction.levels.find(({ target }) => target === rank?.target) ?? nearest(direction.levels);
  if (level === null) throw new AppError('internal', 'A dose–response without a level has nothing to speak of.');
  return { level, rank };
}

/** What a dose–response comes to at the level to speak of. */
export interface DoseVerdict {
  /** Whether the choices move the right way, the wrong way, or not measurably (the interval holds zero). */
  readonly found: 'right' | 'wrong' | 'none';
  /** Placebos at that level, and those that do at least as much. */
  readonly placebos: number;
  readonly beaten: number;
  /** Whether the control choices move as far. */
  readonly luck: boolean;
  /** Effect at that level, in nats, and the KL of the level. */
  readonly effect: Estimate;
  readonly target: number;
  readonly rank: DoseRank | null;
}

/** What the numbers come to. */
export function doseVerdict(report: DoseReport): DoseVerdict {
  const { level, rank } = spokenLevel(report);
  const { effect, target } = level;
  const control = report.control?.levels.find((one) => one.target === target);
  return {
    found: !measurable(effect) ? 'none' : effect.value < 0 ? 'wrong' : 'right',
    placebos: rank?.placebos ?? 0,
    beaten: rank?.atLeast ?? 0,
    luck: control !== undefined && Math.abs(control.effect.value) >= Math.abs(effect.value),
    effect,
    target,
    rank,
  };
}

/** Everything that the numbers say and do not say. */
export function doseFindings(report: DoseReport): DoseFindings {
  const { axis, direction, placebos, ranks } = report;
  const { level, rank } = spokenLevel(report);
  return {
    headline: headlineOf(report, level, rank),
    shows: [
      ...ranks
        .filter((other) => other !== rank)
        .map((other) => rankSentence(direction.levels.find(({ target }) => target === other.target) ?? level, other)),
      `Steering both ways moves ${shareOf(level.right.value, level.right.n, 'choices')} apart the right way.`,
      ...controlSentences(report, level),
      bothWays(report, level),
      growth(direction.levels),
      ...carriedSentence(report),
      `Neutral text has a perplexity of ${perplexityWords(level.perplexity)} when steered, ${perplexityWords(report.neutral.perplexity)} without.`,
      ...placebos
        .filter(({ kind }) => kind === 'unrelated')
        .flatMap(({ title, levels }) =>
          levels
            .filter(({ target }) => target === level.target)
            .map(
              ({ effect }) =>
                `${title}, an axis that means something else, moves the choices by ${effectWords(effect)}, at the same KL${Math.abs(effect.value) >= Math.abs(level.effect.value) ? ': **as much as the direction itself**' : ''}.`,
            ),
        ),
    ],
    doesNot: [
      ...(rank === null
        ? ['That another direction would not do the same: no placebo was measured.']
        : [`A p below ${(1 / (1 + rank.placebos)).toPrecision(2)}: ${rank.placebos} placebos allow no less.`]),
      ...(report.control === null
        ? ['That the effect is about this axis and not about good and bad in general: no control was measured.']
        : []),
      `What the model writes by itself: it was made to choose between two ways of going on.`,
      'That the model uses this direction when nobody steers. Steering shows what it can do, not what it does.',
      `That ${axis.positive} or ${axis.negative} is what the direction means: choices of other kinds may move with it.`,
      'Anything of other weights, layers or texts. Intervals resample the choices alone.',
    ],
  };
}

/** How far the direction is the model's own, where its probe was made on another variant; nothing where it was made on these weights. */
export function carriedSentence({
  carriedOver,
  from,
  to,
}: Pick<DoseReport, 'carriedOver' | 'from' | 'to'>): readonly string[] {
  return carriedOver === undefined ? [] : [agreementLine(carriedOver, weakestLayer(carriedOver, { from, to }))];
}

function headlineOf({ axis: { positive, negative } }: DoseReport, level: DoseLevel, rank: DoseRank | null): string {
  const { effect, target } = level;
  const moved = `At a KL of ${klWords(target)} steering moves the choices between ${positive} and ${negative} by ${effectWords(effect, plain)}`;
  const against =
    rank === null
      ? 'No placebo was measured, so nothing says that another direction would not do the same.'
      : rankSentence(level, rank);
  if (!measurable(effect))
    return `At a KL of ${klWords(target)} steering does not move the choices between ${positive} and ${negative} measurably: ${effectWords(effect)}. ${against}`;
  if (effect.value < 0)
    return `${moved}, and the wrong way: towards ${negative} where it should go towards ${positive}. ${against}`;
  return `${moved}. ${against}`;
}

/** Where the effect lies among the placebos. */
function rankSentence({ effect, target }: DoseLevel, rank: DoseRank): string {
  const { largest, largestTitle, placebos, atLeast } = rank;
  if (atLeast === 0)
    return `The largest of ${placebos} placebos (${largestTitle}) moves them by ${plain(largest)} nats at a KL of ${klWords(target)} (${rankWords(rank)}).`;
  return `It does not beat the placebos at a KL of ${klWords(target)}: ${atLeast} of ${placebos} move them at least as much as its ${plain(Math.abs(effect.value))} nats, the largest by ${plain(largest)} nats (${rankWords(rank)}).`;
}

/** How much of the effect goes with choices of another kind. */
function controlSentences({ control }: DoseReport, { target, effect }: DoseLevel): string[] {
  const found = control?.levels.find((level) => level.target === target);
  if (!control || !found) return [];
  const { name } = control.choices;
  const shared = LUCK.test(name) ? 'general positivity' : `what they share with ${name}`;
  const ratio = found.effect.value / effect.value;
  const share = `${percent(ratio)} (ratio of the two means, without an interval)`;
  const part =
    ratio >= 1
      ? `, **as far as the choices of the axis: ${shared} is enough to explain them**`
      : !measurable(effect) || effect.value < 0
        ? ''
        : `; of which ${shared}: ${share}`;
  return [`On the control choices (${name}) the same steering moves ${effectWords(found.effect)}${part}.`];
}

/** What steering does each way by itself, and whether they do as much. */
function bothWays({ axis: { positive, negative } }: DoseReport, { towards, away }: DoseLevel): string {
  const [up, down] = [Math.abs(towards.value), Math.abs(away.value)];
  const [less, more] = down < up ? [negative, positive] : [positive, negative];
  const apart = overlap(towards, {
    ...away,
    value: -away.value,
    low: away.high === null ? null : -away.high,
    high: away.low === null ? null : -away.low,
  })
    ? ', though within the intervals'
    : '';
  const both = `Steered towards ${positive} the log-odds change by ${effectWords(towards)}; steered towards ${negative} by ${effectWords(away)}`;
  if (towards.value * away.value > 0)
    return `${both}: **both the same way**, so part of this is what any steering of this size does to these choices.`;
  if (up === down) return `${both}: as much.`;
  return `${both}. Steering towards ${less} moves less than steering towards ${more}${apart}.`;
}

/** Whether more steering is more effect. */
function growth(levels: readonly DoseLevel[]): string {
  const all = levels.map(({ target, effect }) => `${plain(effect.value)} at ${nats(target)}`).join(', ');
  const falls = levels.find(
    ({ effect }, index) => index > 0 && effect.value < (levels[index - 1]?.effect.value ?? NaN),
  );
  if (levels.length === 1) return 'One KL alone was measured: whether more steering is more effect is not known.';
  return falls === undefined
    ? `The effect grows with the KL: ${all}.`
    : `The effect does not grow with every KL: ${all}; at ${nats(falls.target)} it is less than before.`;
}

/** Whether an interval leaves zero out; without an interval nothing is sure. */
function measurable({ low, high }: Estimate): boolean {
  return low !== null && high !== null && (low > 0 || high < 0);
}

function overlap(a: Estimate, b: Estimate): boolean {
  return a.low === null || a.high === null || b.low === null || b.high === null || (a.low <= b.high && b.low <= a.high);
}
