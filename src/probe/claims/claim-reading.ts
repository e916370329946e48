/** What a report allows one to say of the reading itself: whether it is there, and whether less than a model would do. */
import { figure, may, mayNot, plain, pValue, shareOf, signedFigure, type Claim } from './claim-words.ts';
import type { Axis } from '../probe-types.ts';
import type { MethodCurve, PoleGeometry, Report } from '../report-types.ts';
import type { Estimate } from '../../stats/estimate.ts';
import { wilsonInterval } from '../../stats/wilson.ts';

/** Below this many topics another choice of topics alone moves AUROC noticeably. */
export const SETTLED_TOPICS = 36;

/** How far the numbers carry the first claim, that the poles are told apart at all. */
export type Strength = 'shown' | 'weak' | 'not shown' | 'reversed' | 'too few';

/**
 * `shown`: the interval of nested AUROC lies above what the best layer reaches with shuffled labels, and p is at most
 * 0.05. `weak`: it lies above 0.5 only. `reversed`: it lies as far below 0.5. `too few`: there is no interval.
 *
 * An interval beyond 0.5 is not enough for either: the fits of different topics share their rows, which resampling
 * topics does not see, so on noise one interval in four leaves 0.5 out (docs/decisions/0007).
 */
export function strengthOf({ nested, nullAuroc95, p }: MethodCurve): Strength {
  const { low, high } = nested.auroc;
  if (low === null || high === null) return 'too few';
  if (low > nullAuroc95 && low > 0.5 && p <= 0.05) return 'shown';
  if (high < 0.5 && high < 1 - nullAuroc95) return 'reversed';
  return low > 0.5 ? 'weak' : 'not shown';
}

/** Why the first claim is not shown, in words that the numbers bear out; empty where it is. */
export function reasonOf(own: MethodCurve): string {
  const { low, high } = own.nested.auroc;
  switch (strengthOf(own)) {
    case 'shown':
      return '';
    case 'too few':
      return 'too few topics to say';
    case 'reversed':
      return 'it reads them the wrong way round';
    case 'weak':
      return (low ?? 0) > own.nullAuroc95
        ? 'its interval lies above 0.5, but shuffled labels do as well too often'
        : 'its interval lies above 0.5, but begins below what shuffled labels reach';
    case 'not shown':
      return (high ?? 1) < 0.5
        ? 'its interval lies below 0.5, but no further than shuffled labels reach'
        : 'its interval allows chance';
  }
}

/** Why an interval beyond 0.5 claims nothing where the first claim is not shown. */
export const SAME_FITS = 'but by the fits that are not shown to tell the poles apart';

/** Discrimination, pairs, the best layer, and the number of topics. */
export function discriminationClaims({ axis, layer }: Report, own: MethodCurve): Claim[] {
  const { positive, negative } = axis;
  const { auroc, pairs } = own.nested;
  const chance = `labels shuffled within topics reach ${plain(own.nullAuroc95)} in 5 % of ${own.shuffles} shuffles, best of all layers (${pValue(own.p, own.shuffles)})`;
  const numbers = `AUROC ${figure(auroc, 'topics')}, layer and penalty chosen without the topic that is scored; ${chance}`;
  const strength = strengthOf(own);
  const first: Claim =
    strength === 'shown'
      ? may(
          `${auroc.n < SETTLED_TOPICS ? 'In this small sample readings' : 'Readings'} at later, identical, neutral words tell ${positive} from ${negative} turns in topics that the fit did not see: ${numbers}.`,
        )
      : mayNot(
          `That it tells ${positive} from ${negative} turns in topics that the fit did not see (${reasonOf(own)}): ${numbers}.`,
        );
  const inPairs = `the ${positive} turn reads above the ${negative} one in ${shareOf(pairs, auroc.n, 'topics')}`;
  const best = own.auroc.indexOf(Math.max(...own.auroc));
  const beyondChance = wilsonInterval(pairs, auroc.n).low > 0.5;
  const claims = [
    first,
    beyondChance && strength === 'shown'
      ? may(`Within a topic, ${inPairs}.`)
      : mayNot(
          `That within a topic the ${positive} turn reads above the ${negative} one: it does in ${shareOf(pairs, auroc.n, 'topics')}, ${beyondChance ? SAME_FITS : 'which allows chance'}.`,
        ),
  ];
  claims.push(
    mayNot(
      `That the best of all layers is what to expect of new topics: layer ${best} reaches AUROC ${figure(atLayer(own, best, auroc.n), 'topics')}, but it was looked up afterwards; layer ${layer}, shown first, has ${figure(atLayer(own, layer, auroc.n), 'topics')}.`,
    ),
  );
  if (auroc.n < SETTLED_TOPICS)
    claims.push(
      mayNot(
        `That these numbers are settled: they rest on ${auroc.n} topics, and below ${SETTLED_TOPICS} another choice of topics alone moves them.`,
      ),
    );
  return claims;
}

/** Probabilities, and the two poles measured from neutral. */
export function scaleClaims({ axis, calibration, poles }: Report, own: MethodCurve): Claim[] {
  const { positive, negative, neutral } = axis;
  const rows = calibration.bins.reduce((sum, bin) => sum + bin.n, 0);
  const claims: Claim[] = [
    mayNot(
      `That a score is a probability: made into one by slope ${plain(calibration.slope)} and offset ${plain(calibration.offset)}, it is off by ${plain(calibration.expectedError)} on average (Brier score ${plain(calibration.brier)}, where 0.25 is a coin; n = ${rows} held-out readings, no interval).`,
    ),
  ];
  const sides = [
    [positive, 'above', poles.positiveAgainstNeutral],
    [negative, 'below', poles.negativeAgainstNeutral],
  ] as const;
  for (const [pole, where, estimate] of sides) {
    const numbers = `AUROC ${figure(estimate, 'topics')}`;
    if ((estimate.low ?? 0) > 0.5)
      claims.push(
        strengthOf(own) === 'shown'
          ? may(`A ${pole} turn reads ${where} a ${neutral} one of its set: ${numbers}.`)
          : mayNot(`That a ${pole} turn reads ${where} a ${neutral} one: ${numbers}, ${SAME_FITS}.`),
      );
    else
      claims.push(
        mayNot(
          `That a ${pole} turn reads ${where} a ${neutral} one: ${numbers}${(estimate.high ?? 1) < 0.5 ? ', the wrong way round' : ''}.`,
        ),
      );
  }
  return [...claims, oppositesClaim(axis, poles)];
}

function oppositesClaim({ positive, negative, neutral }: Axis, { cosine, salience }: PoleGeometry): Claim {
  const both = `${positive} and ${negative}`;
  if (cosine === null)
    return mayNot(
      `That ${both} are opposites, or that they are not: measured from ${neutral}, at least one of them lies at noise.`,
    );
  const shared =
    salience === null ? '' : `; what they share is ${figure(salience, 'topics')}, times what tells them apart`;
  const numbers = `cosine ${signedFigure(cosine, 'topics')} (exact opposites: -1)${shared}`;
  if (cosine.high !== null && cosine.high < 0)
    return may(`The poles, ${both}, leave ${neutral} in opposing directions: ${numbers}.`);
  if (cosine.low !== null && cosine.low > 0)
    return mayNot(
      `That ${both} are opposites: both leave ${neutral} the same way, which plain ${neutral} turns alone can bring about: ${numbers}.`,
    );
  return mayNot(`That ${both} are opposites, or that they are not: the numbers allow both: ${numbers}.`);
}

/** What a curve says of one layer, as an estimate over `n` topics. */
export function atLayer(own: MethodCurve, layer: number, n: number): Estimate {
  return { value: own.auroc[layer] ?? NaN, low: own.aurocLow[layer] ?? null, high: own.aurocHigh[layer] ?? null, n };
}
