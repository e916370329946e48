/**
 * Three questions that a reader asks of a probe, answered from its report: is it better than chance, better than what needs
 * no model, and does it carry over to other texts? The words are the page's.
 */
import { type Rival, rivalsOf } from './claim-baselines.ts';
import { type Strength, strengthOf } from './claim-reading.ts';
import type { MethodCurve, Report, Transfer } from '../report-types.ts';
import type { Estimate } from '../../stats/estimate.ts';

/**
 * `yes`: estimate and interval lie beyond the null. `promising`: the estimate does, its interval does not. `no`: the null does
 * as well, or better. `unmeasured`: there is no interval, or nothing was read.
 */
export type LightState = 'yes' | 'promising' | 'no' | 'unmeasured';

/** Is it better than chance? */
export interface ChanceLight {
  readonly state: LightState;
  readonly strength: Strength;
  /** Nested AUROC over topics, and the share of topics whose poles it puts the right way round. */
  readonly auroc: Estimate;
  readonly pairs: number;
  /** What the best of all layers reaches in 95 % of `shuffles` shuffles, and p of this probe. */
  readonly chance: number;
  readonly shuffles: number;
  readonly p: number;
}

/** Is it better than what needs no model? */
export interface WordsLight {
  readonly state: LightState;
  readonly auroc: Estimate;
  /** The strongest of what was measured; null where nothing was. */
  readonly rival: (Rival & { readonly auroc: Estimate }) | null;
}

/** Does it carry over to other texts? */
export interface CarryLight {
  readonly state: LightState;
  /** Kinds of text that it was not trained on, and of them those whose interval lies above 0.5. */
  readonly read: number;
  readonly held: number;
  /** The one that it reads least well; null where none was read. */
  readonly worst: Transfer | null;
}

/** The three answers. */
export interface Lights {
  readonly chance: ChanceLight;
  readonly words: WordsLight;
  readonly carry: CarryLight;
}

/** Reads a report; the same numbers give the same answers. Throws `RangeError` for a report without curves. */
export function lightsOf(report: Report): Lights {
  const own = report.curves[0];
  if (own === undefined) throw new RangeError('a report without curves answers nothing');
  const chance = chanceLight(own);
  return { chance, words: wordsLight(report, chance), carry: carryLight(report, chance) };
}

/**
 * `yes` as {@link strengthOf} shows it. `promising`: the estimate lies above what shuffled labels reach and the interval above
 * 0.5, but the interval begins below the shuffles, or p is above 0.05.
 */
function chanceLight(own: MethodCurve): ChanceLight {
  const { nested, nullAuroc95: chance, shuffles, p } = own;
  const { auroc, pairs } = nested;
  const strength = strengthOf(own);
  const state = {
    shown: 'yes',
    weak: auroc.value > chance ? 'promising' : 'no',
    'not shown': 'no',
    reversed: 'no',
    'too few': 'unmeasured',
  } as const satisfies Record<Strength, LightState>;
  return { state: state[strength], strength, auroc, pairs, chance, shuffles, p };
}

/**
 * `yes`: the two intervals are apart. `promising`: the probe's interval lies above the rival's estimate, but the intervals
 * meet. Never more than what {@link chanceLight} allows.
 */
function wordsLight(report: Report, { state: most, auroc }: ChanceLight): WordsLight {
  const [rival] = rivalsOf(report)
    .flatMap((one) => (one.auroc === null ? [] : [{ ...one, auroc: one.auroc }]))
    .sort((a, b) => b.auroc.value - a.auroc.value);
  if (rival === undefined) return { state: 'unmeasured', auroc, rival: null };
  const { value, high } = rival.auroc;
  if (auroc.low === null || high === null) return { state: 'unmeasured', auroc, rival };
  const found = auroc.low > high ? 'yes' : auroc.low > value ? 'promising' : 'no';
  return { state: atMost(found, most), auroc, rival };
}

/** Kinds of text that a fit can carry over to. Other axes are none; topics of the same texts are none either. */
const OTHER_TEXTS: Readonly<Record<Transfer['kind'], boolean>> = {
  style: true,
  set: true,
  tap: true,
  form: true,
  part: false,
  axis: false,
};

/**
 * `yes`: every interval lies above 0.5. `promising`: most do, and none lies below. Never more than what {@link chanceLight}
 * allows.
 */
function carryLight({ transfer }: Report, { state: most }: ChanceLight): CarryLight {
  const texts = transfer.filter(({ kind }) => OTHER_TEXTS[kind]);
  const measured = texts.filter(({ auroc: { low } }) => low !== null);
  const [worst] = [...(measured.length > 0 ? measured : texts)].sort((a, b) => a.auroc.value - b.auroc.value);
  if (measured.length === 0) return { state: 'unmeasured', read: texts.length, held: 0, worst: worst ?? null };
  const held = measured.filter(({ auroc: { low } }) => (low ?? 0) > 0.5).length;
  const turned = measured.some(({ auroc: { high } }) => (high ?? 1) < 0.5);
  const found = held === texts.length ? 'yes' : !turned && held * 2 > texts.length ? 'promising' : 'no';
  return { state: atMost(found, most), read: texts.length, held, worst: worst ?? null };
}

const ORDER = ['no', 'unmeasured', 'promising', 'yes'] as const satisfies readonly LightState[];

/** The lesser of two. */
function atMost(found: LightState, most: LightState): LightState {
  return ORDER.indexOf(found) <= ORDER.indexOf(most) ? found : most;
}
