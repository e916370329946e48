/** What may and may not be claimed of a probe, in plain sentences made from its numbers alone. */
import { controlClaims, DRIFT_LIMIT, driftClaims, transferClaims, wantedOf } from './claim-beyond.ts';
import { baselineClaims, rivalObjections } from './claim-baselines.ts';
import { discriminationClaims, scaleClaims, reasonOf, SETTLED_TOPICS, strengthOf } from './claim-reading.ts';
import { type Claim, figure, may, mayNot, percent, plain, rate, signed } from './claim-words.ts';
import type { ProbeHead } from '../probe-head.ts';
import type { MethodCurve, Report } from '../report-types.ts';
import { verdict } from './verdict.ts';

/** The summary. */
export interface Claims {
  /** The first claim with its number, and at once what stands against it. */
  readonly headline: string;
  /** Sentences that the numbers allow, each with its interval, n and null. */
  readonly may: readonly string[];
  /** "That …": what must not be concluded, each with the number that forbids it where there is one. */
  readonly mayNot: readonly string[];
}

/** Of a probe, what a claim needs beside its report. */
export type JudgedHead = Pick<ProbeHead, 'model' | 'calibration' | 'lexical' | 'alarm'>;

/** Reads a report; the same numbers give the same sentences. Throws `RangeError` for a report without curves. */
export function claims(report: Report, head: JudgedHead): Claims {
  const own = report.curves[0];
  if (own === undefined) throw new RangeError('a report without curves claims nothing');
  const found = [
    ...discriminationClaims(report, own),
    ...baselineClaims(report, own),
    ...transferClaims(report),
    ...controlClaims(report),
    ...driftClaims(report),
    ...scaleClaims(report, own),
    ...lineClaims(report, head),
    ...standingClaims(report, head),
  ];
  const of = (side: Claim['side']): string[] =>
    found.filter((claim) => claim.side === side).map(({ sentence }) => sentence);
  return { headline: headlineOf(report, own), may: of('may'), mayNot: of('may not') };
}

/** The lines of rare readings, and single tokens. */
function lineClaims({ layer }: Report, { alarm, calibration, lexical }: JudgedHead): Claim[] {
  const { tokenSd, smoothSd } = calibration[layer] ?? { tokenSd: NaN, smoothSd: NaN };
  const explained = lexical.explained[layer] ?? 0;
  const words =
    explained > 0 ? `, and the word and the one before it explain ${percent(explained)} of their variance` : '';
  const from = alarm.tokens > 0 ? `n = ${alarm.tokens} neutral tokens, no interval` : 'n not kept, no interval';
  const tokens = mayNot(
    `That the score of a single token means much: at layer ${layer} tokens of neutral text vary by ${plain(tokenSd)} units of the score (standard deviation), their running mean by ${plain(smoothSd)}${words} (${from}).`,
  );
  const [low, high] = [alarm.tapLow[layer], alarm.tapHigh[layer]];
  if (alarm.rate === 0 || low === undefined || high === undefined)
    return [mayNot('That any reading is rare: no lines were measured on neutral text.'), tokens];
  const beyond = alarm.rate * alarm.taps;
  const numbers = `${rate(alarm.rate)} of neutral readings lie below ${signed(low)} and ${rate(alarm.rate)} above ${signed(high)} at layer ${layer} (n = ${alarm.taps} readings in stories left out of the fit, about ${Math.round(beyond)} beyond each line; readings of one story hang together, and there is no interval)`;
  return [
    beyond >= FEWEST_BEYOND
      ? may(`How rare a reading is in neutral stories can be said: ${numbers}.`)
      : mayNot(`That a reading beyond the lines is as rare as they say: ${numbers}.`),
    tokens,
  ];
}

/** Neutral readings beyond a line that it needs at least, or it is the place of one or two odd sentences. */
const FEWEST_BEYOND = 10;

/** What no number of a report could allow. */
function standingClaims({ axis, transfer, controls }: Report, { model }: JudgedHead): Claim[] {
  const { positive, negative } = axis;
  const estimates = transfer.length + controls.reduce((sum, { effects }) => sum + effects.length, 0);
  return [
    mayNot(
      `That the model, or a text, is ${positive} or ${negative}: a score is a place along one direction in the weights of ${model.id}, and in other weights that direction means nothing.`,
    ),
    mayNot(
      'That these numbers hold for texts of another kind: topics were left out, but their turns come from the same sets and the same writers.',
    ),
    mayNot(
      'That the model uses this direction: reading shows a trace; only steering along it, against placebos, shows what the trace does.',
    ),
    mayNot('That levels of different texts can be compared: each needs its own control version.'),
    ...(estimates > 1
      ? [
          mayNot(
            `That all of this holds at once: ${estimates} intervals on transfer and controls hold at 95 % each and were not corrected for their number, so about one in twenty misses.`,
          ),
        ]
      : []),
  ];
}

/** One claim, its number and null, and everything that speaks against reading more into it. */
function headlineOf(report: Report, own: MethodCurve): string {
  const { axis, caveats } = report;
  const { auroc } = own.nested;
  const poles = `${axis.positive} from ${axis.negative}`;
  const strength = strengthOf(own);
  const opening = {
    shown: `Tells ${poles} in topics that it was not fitted to`,
    weak: `Not shown to tell ${poles} (${reasonOf(own)})`,
    'not shown': `Not shown to tell ${poles} (${reasonOf(own)})`,
    reversed: `Reads ${poles} the wrong way round`,
    'too few': `Too few topics to say whether it tells ${poles}`,
  }[strength];
  const numbers = `${opening}: AUROC ${figure(auroc, 'topics')} (shuffled labels: ${plain(own.nullAuroc95)}, ${own.shuffles} shuffles).`;
  const against = strength === 'shown' ? objections(report, own) : [];
  const but = against.length === 0 ? '' : ` But ${against.join('; ')}.`;
  const beside =
    caveats.length === 0
      ? ''
      : ` To be said beside it: ${caveats.map((caveat) => caveat.replace(/\.$/, '')).join('; ')}.`;
  return numbers + but + beside;
}

function objections(report: Report, own: MethodCurve): string[] {
  const { axis, transfer, controls, drift } = report;
  const out: string[] = [];
  const { auroc } = own.nested;
  if (auroc.n < SETTLED_TOPICS) out.push(`${auroc.n} topics are few, and another choice of them may move this number`);
  out.push(...rivalObjections(report, own));
  const results = controls.flatMap(({ name, effects }) =>
    effects.map((effect) => {
      const wanted = wantedOf(axis, name, effect);
      return {
        name,
        label: effect.label,
        near: wanted.startsWith('near') && wanted !== 'near 1',
        found: verdict(effect.estimate, wanted, effect.unit),
      };
    }),
  );
  const others = [
    ...results
      .filter(({ near, found }) => near && found === 'not as wanted')
      .map(({ name, label }) => `${name} (${label})`),
    ...transfer
      .filter(({ kind, auroc: other }) => kind === 'axis' && verdict(other, 'near 0.5', 'AUROC') === 'not as wanted')
      .map(({ name }) => name),
  ];
  if (others.length > 0) out.push(`it also moves with ${others.join(', ')}`);
  const failed = results.filter(({ near, found }) => !near && found !== 'as wanted').map(({ name }) => name);
  if (failed.length > 0) out.push(`it does not do as it should on ${[...new Set(failed)].join(', ')}`);
  const lost = transfer
    .filter(({ kind, auroc: other }) => kind !== 'axis' && !((other.low ?? 0) > 0.5))
    .map(({ name }) => `"${name}"`);
  if (lost.length > 0) out.push(`it is not shown to carry over to ${lost.join(', ')}`);
  if (controls.length === 0) out.push('what else it moves with was not read');
  const worst = Math.max(0, ...drift.map(({ mean }) => Math.abs(mean)));
  if (drift.length === 0) out.push('whether its zero holds in long texts was not read');
  else if (worst > DRIFT_LIMIT) out.push(`its zero drifts by up to ${plain(worst)} as a text grows`);
  return out;
}
