/** What a trained probe is, in memory. `formats/probe/probe.ts` reads and writes it. */
import type { Axis, ByPole } from './heads.ts';
import type { TraceReadout } from './trace-types.ts';

export type { Axis } from './heads.ts';

/** How texts are put to a model. */
export interface TextHabits {
  /**
   * The token that every text begins with, as the vocabulary writes it; absent where texts begin with their first word.
   * A reading without it is one of another model.
   */
  readonly startToken?: string;
  /** The day that the chat form prints as today's, `YYYY-MM-DD`; absent where it prints none. */
  readonly chatDate?: string;
}

/** Only the habits of an identity, for what is kept without the rest of it. */
export function habitsOf({ startToken, chatDate }: TextHabits): TextHabits {
  return { ...(startToken === undefined ? {} : { startToken }), ...(chatDate === undefined ? {} : { chatDate }) };
}

/** Which model a direction belongs to: directions mean nothing elsewhere. */
export interface ModelIdentity extends TextHabits {
  readonly id: string;
  /** SHA-256 of every weight file's SHA-256 in the order of the manifest, as hex: changes when any weight does. */
  readonly weightsSha256: string;
  /** In which numbers the weights are kept, as exporters name it (`q4f16`); absent where the id ends in it, or where it is not known. */
  readonly dtype?: string;
  /** What its weights were read from, where that is no ONNX graph. */
  readonly container?: 'gguf' | 'safetensors';
  /** The name of a LoRA adapter that is merged into its weights. */
  readonly adapter?: string;
  readonly layerCount: number;
  readonly hidden: number;
}

/**
 * Numbers that turn a projection w·h at one layer into a score. A layer whose readings do not depend on the poles at all
 * (layer 0) has the zero direction, scores 0 everywhere, and carries 1 for each of the three spreads.
 */
export interface LayerCalibration {
  /**
   * Mean of w·h over the zero-labelled readouts of the training material: settings, neutral turns and story beats
   * weigh a third each, however many there are, so that short and long texts pin zero alike.
   */
  readonly tapMean: number;
  /**
   * Standard deviation of w·h over the readings (mean over the control texts) of the training turns of both poles: the
   * unit of every score.
   */
  readonly scale: number;
  /** Mean of w·h over single tokens of neutral stories from `EarlyTokens.steadyFrom` on. */
  readonly tokenMean: number;
  /** Standard deviation of single-token scores on neutral stories, in units of `scale`. */
  readonly tokenSd: number;
  /** Standard deviation of the running mean (see `smoothing.ts`) on neutral stories, in units of `scale`. */
  readonly smoothSd: number;
}

/** The zeros of the first tokens of a text, which read unlike all later ones. */
export interface EarlyTokens {
  /** First position of each group, ascending from 1; a group ends where the next begins, the last at `steadyFrom`. */
  readonly from: readonly number[];
  readonly steadyFrom: number;
  /** Mean of w·h over the tokens of neutral stories `[layers][groups]`. */
  readonly means: readonly (readonly number[])[];
}

/** What is needed to draw random directions of the training data's own covariance, per layer. */
export interface NullModel {
  /**
   * Principal rows of the readings (mean over control texts) of the training turns of both poles, centred and standardised
   * `[layers, rank, hidden]`: their covariance, divisor n, is A'A; components beyond the rank of the data are zero rows.
   */
  readonly factor: Float32Array;
  readonly rank: number;
  /**
   * Standard deviation of every feature over the same readings, plus 1e-6 `[layers, hidden]`: a direction drawn in
   * standard units is divided by it.
   */
  readonly featureScale: Float32Array;
  /** Mean neutral readout, with the weights of `LayerCalibration.tapMean` `[layers, hidden]`. */
  readonly center: Float32Array;
  /** Slope of the neutral readout on log(tokens before the control text) `[layers, hidden]`. */
  readonly drift: Float32Array;
  /** Mean of log(tokens before the control text) over the same rows. */
  readonly driftOrigin: number;
  readonly seed: number;
  readonly count: number;
}

/** How well a probe reads one of its training sets, at the default layer, every topic left out in turn. */
export interface SetEvidence {
  readonly name: string;
  readonly topics: number;
  readonly auroc: number;
  readonly aurocLow: number;
  readonly aurocHigh: number;
  readonly pairs: number;
}

/** How a direction is fitted. */
export interface FitMethod {
  /** `lda`: linear discriminant analysis with shrinkage; `logistic`: L2 logistic regression. */
  readonly kind: 'ridge' | 'logistic' | 'lda' | 'difference-of-means';
  /**
   * `poles`: positive against negative alone. `zeroed`: neutral turns, settings and neutral stories are pulled to 0 as
   * well. `hardened`: so are good and bad luck that nobody caused, and moods, with ten times the weight.
   */
  readonly target: 'poles' | 'zeroed' | 'hardened';
  /** Ridge and logistic: lambda of the kernel divided by the width; lda: the shrinkage in (0, 1); difference of means: 0. */
  readonly penalty: number;
}

/** What a token's score owes to the words themselves: a linear prediction from the embeddings of this token and the one before. */
export interface LexicalModel {
  /** Score per unit of layer-0 residual, of the token and of the one before `[layers, 2, hidden]`. */
  readonly weights: Float32Array;
  /** By layer. */
  readonly offset: readonly number[];
  /** By layer: share of variance of the scores explained on neutral stories left out of the fit. */
  readonly explained: readonly number[];
}

/**
 * Where 1 % of neutral text lies beyond, on each side, by layer, in units of the score. A probe that was made before
 * there were such lines has none: rate 0 and empty lists.
 */
export interface AlarmLines {
  /** The share of neutral readings beyond each line; 0 where nothing was measured. */
  readonly rate: number;
  /** Neutral tokens and readouts behind the lines. */
  readonly tokens: number;
  readonly taps: number;
  readonly tokenLow: readonly number[];
  readonly tokenHigh: readonly number[];
  /** Of the running mean (see `smoothing.ts`). */
  readonly smoothLow: readonly number[];
  readonly smoothHigh: readonly number[];
  /** Of readouts in neutral stories, each story left out of the fit. */
  readonly tapLow: readonly number[];
  readonly tapHigh: readonly number[];
}

/** Evidence for and against a probe, one number a layer unless it says otherwise. */
export interface ProbeEvidence {
  readonly topics: number;
  /** Readings of both poles behind `auroc`. */
  readonly rows: number;
  /** Leave-one-topic-out AUROC of positive against negative readings (mean over the control texts), scores as their folds gave them. */
  readonly auroc: readonly number[];
  /** 95 % interval of `auroc`, bootstrap over topics. */
  readonly aurocLow: readonly number[];
  readonly aurocHigh: readonly number[];
  /** Share of topics in which the positive turn scores above the negative one. */
  readonly pairs: readonly number[];
  /** Labels shuffled within topics: 95th percentile of the maximum over layers of AUROC, and the number of shuffles. */
  readonly nullAuroc95: number;
  readonly nullShuffles: number;
  /** 95th percentile of the same null at each single layer. */
  readonly nullAuroc95ByLayer: readonly number[];
  /**
   * Held-out neutral stories: mean score, its standard deviation over stories and their number, by beats read (0: the
   * setting alone), at `driftLayer`.
   */
  readonly drift: readonly { readonly beats: number; readonly mean: number; readonly sd: number; readonly n: number }[];
  /** The layer of `drift` and `bySet`. */
  readonly driftLayer: number;
  /** The same evidence for each training set alone: an overall number may be owed to the easiest of them. */
  readonly bySet: readonly SetEvidence[];
}

/** How well one pole is read from neutral, every topic left out in turn; lists by layer, intervals 95 % by bootstrap over topics. */
export interface PoleEvidence {
  readonly topics: number;
  /** Readings of this pole and of neutral turns behind `auroc`. */
  readonly rows: number;
  /** AUROC of this pole's turns against neutral ones, 1 where each lies on its pole's side of every neutral turn. */
  readonly auroc: readonly number[];
  readonly aurocLow: readonly number[];
  readonly aurocHigh: readonly number[];
  /**
   * The same of the other pole's turns, which took no part in the fit: how often one of them lies on this pole's side of a
   * neutral turn. 1: both poles leave neutral the same way; 0.5: the other pole does not move it; 0: opposites on one line.
   */
  readonly other: readonly number[];
  readonly otherLow: readonly number[];
  readonly otherHigh: readonly number[];
}

/**
 * One pole measured from neutral by a direction of its own, fitted without the other pole's turns. Zero, unit and lines
 * are made as those of the probe, so the unit is the standard deviation along this direction of the turns of both poles.
 * A turn of the negative pole reads below zero here too.
 */
export interface PoleHead {
  /** Directions of length 1 in the residual stream's own units `[layers, hidden]`. */
  readonly directions: Float32Array;
  readonly calibration: readonly LayerCalibration[];
  readonly earlyTokens: EarlyTokens;
  readonly lexical: LexicalModel;
  readonly alarm: AlarmLines;
  readonly evidence: PoleEvidence;
}

/** How many placebo directions a probe carries. */
export const PLACEBO_COUNT = 10;

/** A direction for every layer with the numbers that make it a score and the evidence that it reads what it claims. */
export interface Probe {
  readonly id: string;
  readonly title: string;
  readonly about: string;
  readonly axis: Axis;
  readonly model: ModelIdentity;
  readonly method: FitMethod;
  readonly defaultLayer: number;
  /** Neutral sentences that it was trained to be read at. */
  readonly taps: readonly string[];
  /** Directions of length 1 in the residual stream's own units `[layers, hidden]`; layers = model.layerCount + 1. */
  readonly directions: Float32Array;
  /**
   * For steering, not reading: difference of the poles' mean residuals over the tokens of the behaviour itself
   * `[layers, hidden]`, in the stream's own units and of its own length.
   */
  readonly steering: Float32Array;
  /**
   * What steering by `steering` is compared with: the same differences with the poles swapped at random topic by topic
   * `[PLACEBO_COUNT, layers, hidden]`, in half precision; null in probes that were made before there were any.
   */
  readonly placebos: Float32Array | null;
  readonly calibration: readonly LayerCalibration[];
  readonly earlyTokens: EarlyTokens;
  readonly lexical: LexicalModel;
  readonly alarm: AlarmLines;
  readonly nullModel: NullModel;
  readonly evidence: ProbeEvidence;
  /** Each pole from neutral; null in probes that were made before there was such a reading. The null model serves all. */
  readonly poles: ByPole<PoleHead> | null;
  /** How it is read anywhere in a text; null in probes that were made before there was such a readout. */
  readonly trace: TraceReadout | null;
  readonly provenance: {
    readonly sets: readonly { readonly name: string; readonly sha256: string; readonly rows: number }[];
    readonly seed: number;
    readonly version: string;
  };
}
