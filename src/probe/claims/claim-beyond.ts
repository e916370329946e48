/** What a report allows one to say beyond the training sets: transfer, controls, and the zero of long texts. */
import { FEWEST_UNITS } from '../../stats/effect.ts';
import { SAME_FITS, strengthOf } from './claim-reading.ts';
import { type Claim, countOf, figure, may, mayNot, plain, shareOf, signed, signedFigure } from './claim-words.ts';
import type { Axis } from '../probe-types.ts';
import type { ControlResult, Effect, Report, Transfer } from '../report-types.ts';
import { type Verdict, verdict } from './verdict.ts';

/** Beyond this mean score of held-out neutral stories readings of texts of different length cannot be compared. */
export const DRIFT_LIMIT = 0.35;

/** Every style, wording, form, set, part and axis that was read without having been trained on. */
export function transferClaims({ axis, transfer, curves }: Report): Claim[] {
  const [own] = curves;
  const whole = own?.nested.auroc.value ?? NaN;
  const shown = own !== undefined && strengthOf(own) === 'shown';
  const pole = `${axis.positive}–${axis.negative}`;
  return transfer.map(({ kind, name, auroc, pairs, chosen }) => {
    const by =
      kind !== 'style' && kind !== 'set'
        ? ''
        : chosen === undefined
          ? ", by the probe's own layer and penalty, which were chosen with it in view"
          : `, layer ${chosen.layer} and penalty ${chosen.penalty} chosen without it`;
    const numbers = `AUROC ${figure(auroc, 'topics')}, the right way round in ${shareOf(pairs, auroc.n, 'topics')}${by}`;
    if (kind === 'axis') {
      const found = verdict(auroc, 'near 0.5', 'AUROC');
      if (found === 'as wanted') return may(`It hardly moves with ${name}: ${numbers}.`);
      return found === 'open'
        ? mayNot(`That it leaves ${name} alone: ${numbers}, too wide to say.`)
        : mayNot(`That it reads ${pole} and nothing else: it also moves with ${name}, ${numbers}.`);
    }
    const what = `${WHAT[kind]} "${name}"`;
    const less = auroc.high !== null && auroc.high < whole ? `, less well than overall (${plain(whole)})` : '';
    // A style or set is read by a fit that saw none of it; the others by the very fits of the first claim.
    if (auroc.low !== null && auroc.low > 0.5 && kind !== 'style' && kind !== 'set' && !shown)
      return mayNot(`That it tells them apart in ${what}: ${numbers}, ${SAME_FITS}.`);
    if (auroc.low !== null && auroc.low > 0.5) return may(`It tells them apart in ${what}${less}: ${numbers}.`);
    const why = auroc.high === null ? '' : auroc.high < 0.5 ? ', the wrong way round' : ', which allows chance';
    return mayNot(`That it tells them apart in ${what}: ${numbers}${why}.`);
  });
}

const WHAT: Readonly<Record<Exclude<Transfer['kind'], 'axis'>, string>> = {
  style: 'turns of a style left out of the fit,',
  set: 'a set that was not in the fit,',
  tap: 'readings at a wording never trained on,',
  form: "the same turns in the model's chat form,",
  part: 'these topics alone, each left out of the fit,',
};

/** Axes for which it is right to move with help and harm as such; for others that is a leak. */
const CONDUCT = new Set([
  'kind',
  'cruel',
  'caring',
  'callous',
  'benevolent',
  'malevolent',
  'compassionate',
  'helpful',
  'harmful',
]);
/** Controls made for such axes. */
const OF_CONDUCT = new Set(['negation', 'intent-outcome', 'personas', 'flips', 'luck']);

/** What an effect of a well-known control means, as wanted and not; the rest are named by their set. */
const MEANING: Readonly<Record<string, readonly [reads: string, fails: string]>> = {
  'negation above': ['It follows negation', 'That it follows negation'],
  'intent-outcome above': ['It moves with what was meant', 'That it moves with what was meant'],
  'intent-outcome near': [
    'It hardly moves with how things turned out',
    'That it reads what was meant rather than how things turned out: it also moves with the outcome',
  ],
  'personas above': [
    'It carries over from a persona to neutral answers in the same words',
    'That it carries over from a persona to neutral answers',
  ],
  'flips above': ['It turns when the story turns', 'That it turns when the story turns'],
  'luck near': [
    'It hardly moves with luck that nobody caused',
    'That it reads what somebody does rather than what befalls people: it also moves with luck that nobody caused',
  ],
};

/** What a probe of this axis should show: on another axis than conduct nothing, whatever the control was made for. */
export function wantedOf(axis: Axis, control: string, effect: Effect): Effect['wanted'] {
  if (!isForeign(axis, control)) return effect.wanted;
  return effect.unit === 'score' ? 'near zero' : 'near 0.5';
}

function isOfConduct({ positive, negative }: Axis): boolean {
  return CONDUCT.has(positive) || CONDUCT.has(negative);
}

function isForeign(axis: Axis, control: string): boolean {
  return OF_CONDUCT.has(control) && !isOfConduct(axis);
}

/** Every control: one sentence for all effects of it that come out alike. */
export function controlClaims({ axis, controls }: Report): Claim[] {
  const claims = controls.flatMap((control) => {
    const groups = new Map<string, { readonly found: Verdict; readonly near: boolean; readonly numbers: string[] }>();
    for (const effect of control.effects) {
      const wanted = wantedOf(axis, control.name, effect);
      const near = wanted === 'near zero' || wanted === 'near 0.5';
      const found = verdict(effect.estimate, wanted, effect.unit);
      const group = groups.get(`${found} ${near}`) ?? { found, near, numbers: [] };
      groups.set(`${found} ${near}`, group);
      group.numbers.push(`${effect.label} ${effectFigure(effect)}, wanted ${wanted}`);
    }
    return [...[...groups.values()].map((group) => controlClaim(axis, control, group)), ...weightClaims(axis, control)];
  });
  if (controls.length === 0) claims.push(mayNot('That it reads its axis and nothing else: no controls were read.'));
  if (!isOfConduct(axis)) return claims;
  const isRead = (name: string): boolean => controls.some((control) => control.name === name);
  if (!isRead('luck'))
    claims.push(mayNot('That it leaves luck alone: the control "luck", where nobody acts, was not read.'));
  if (!isRead('intent-outcome'))
    claims.push(
      mayNot(
        'That it reads what was meant rather than how things turned out: the control "intent-outcome" was not read.',
      ),
    );
  return claims;
}

function controlClaim(
  axis: Axis,
  { name, trained }: ControlResult,
  { found, near, numbers }: { readonly found: Verdict; readonly near: boolean; readonly numbers: readonly string[] },
): Claim {
  const [reads, fails] =
    (isForeign(axis, name) ? undefined : MEANING[`${name} ${near ? 'near' : 'above'}`]) ??
    (near
      ? [`It hardly moves with "${name}"`, `That it reads its axis and nothing else: it also moves with "${name}"`]
      : [`It does as it should on "${name}"`, `That it does as it should on "${name}"`]);
  const kept = trained
    ? ' Texts of this kind were pulled to zero in training; these were read by fits that had not seen them.'
    : '';
  const figures = numbers.join('; ');
  if (found === 'as wanted') return may(`${reads}: ${figures}.${kept}`);
  if (found === 'not as wanted') return mayNot(`${fails}: ${figures}.${kept}`);
  return mayNot(
    `${near ? `That it leaves "${name}" alone, or that it does not` : fails}: ${figures}; the numbers allow both.${kept}`,
  );
}

/** Where what should not move it moves it as much as what should: within one control, effects in the same unit. */
function weightClaims(axis: Axis, { name, effects }: ControlResult): Claim[] {
  const inUnits = effects.filter(({ unit }) => unit === 'score');
  const should = inUnits.filter((effect) => wantedOf(axis, name, effect) === 'above zero');
  const shouldNot = inUnits.filter((effect) => wantedOf(axis, name, effect) === 'near zero');
  return should.flatMap((right) =>
    shouldNot
      .filter((wrong) => Math.abs(wrong.estimate.value) >= Math.abs(right.estimate.value))
      .map((wrong) =>
        mayNot(
          `That "${right.label}" weighs more than "${wrong.label}": ${effectFigure(right)} against ${effectFigure(wrong)}.`,
        ),
      ),
  );
}

function effectFigure({ estimate, unit }: Effect): string {
  if (unit === 'score') return `${signedFigure(estimate, 'items')}, in units of the score`;
  return unit === 'AUROC'
    ? `AUROC ${figure(estimate, 'items')}`
    : `in ${countOf(estimate)} items (share ${figure(estimate, 'items')})`;
}

/** Whether zero stays zero as a text grows; the interval is mean ± 1.96 sd/√n over stories. */
export function driftClaims({ drift }: Report): Claim[] {
  const [first] = drift;
  if (first === undefined)
    return [mayNot('That readings of texts of different length can be compared: no neutral stories were read.')];
  const worst = drift.reduce((most, point) => (Math.abs(point.mean) > Math.abs(most.mean) ? point : most), first);
  const half = (1.96 * worst.sd) / Math.sqrt(worst.n);
  const longest = Math.max(...drift.map(({ beats }) => beats));
  const [low, high] = [worst.mean - half, worst.mean + half];
  const numbers = `over 0 to ${longest} sentences after the setting the largest mean is ${signed(worst.mean)} [${signed(low)}, ${signed(high)}], n = ${worst.n} stories (after ${worst.beats}), against a limit of ${DRIFT_LIMIT}`;
  if (Math.abs(worst.mean) > DRIFT_LIMIT)
    return [mayNot(`That readings of texts of different length can be compared: ${numbers}.`)];
  if (worst.n < FEWEST_UNITS)
    return [
      mayNot(
        `That readings of texts of different length can be compared: ${worst.n} neutral stories are too few to say (largest mean ${signed(worst.mean)}, after ${worst.beats} sentences).`,
      ),
    ];
  const unsure = Math.max(Math.abs(low), Math.abs(high)) > DRIFT_LIMIT ? ' The interval goes beyond the limit.' : '';
  return [
    may(`Neutral stories that the fit did not see stay near zero as they grow: ${numbers}.${unsure}`),
    mayNot(`That zero holds in texts longer than ${longest + 1} sentences: none was read.`),
  ];
}
