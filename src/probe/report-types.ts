/**
 * The judgement of a probe: every number for and against it, with its interval, its n and its null. `training/judgement`
 * computes it, `formats/probe/report.ts` reads and writes it beside the probe, the page and the card show it.
 *
 * Lists "by layer" have model.layerCount + 1 entries. A reading is the mean over the probe's control texts after one text.
 */
import type { Estimate } from '../stats/estimate.ts';
import type { Axis, FitMethod } from './probe-types.ts';
import type { ReadoutEvidence } from './trace-types.ts';

/** One way to fit, judged at every layer with every topic left out in turn. */
export interface MethodCurve {
  readonly method: FitMethod;
  /** By layer: AUROC of positive against negative readings, its 95 % interval (bootstrap over topics). */
  readonly auroc: readonly number[];
  readonly aurocLow: readonly (number | null)[];
  readonly aurocHigh: readonly (number | null)[];
  /** By layer: share of topics whose positive turn reads above the negative one. */
  readonly pairs: readonly number[];
  /** By layer: d' = difference of the poles' mean scores over their pooled standard deviation. */
  readonly dPrime: readonly number[];
  /** Labels shuffled within topics: 95th percentile by layer, of the best of all layers, and p of this probe's best layer. */
  readonly nullAuroc95ByLayer: readonly number[];
  readonly nullAuroc95: number;
  readonly p: number;
  readonly shuffles: number;
  /**
   * Layer and penalty chosen without the topic that is scored, its interval by the jackknife over topics (chosen anew
   * without each); what was chosen, and in how many folds.
   */
  readonly nested: {
    readonly auroc: Estimate;
    readonly pairs: number;
    readonly chosen: readonly { readonly layer: number; readonly penalty: number; readonly folds: number }[];
  };
}

/** What a reader would get without the model. */
export interface Baselines {
  /** Naive Bayes on the words of the turns themselves, every topic left out in turn; null where it has nothing to learn from. */
  readonly bagOfWords: Estimate | null;
  /** The number of words as the score: below 0.5 the positive turns are shorter, and `eitherWay` says what that gives away. */
  readonly length: Estimate;
  /**
   * The model's embeddings and nothing it makes of them: the mean layer-0 residual over a turn's own tokens, fitted and
   * judged as the probe is, penalty chosen and topics left out in the same way. Null in reports of before it was measured.
   */
  readonly embedding: Estimate | null;
  /** By layer: 5th and 95th percentile of the AUROC of random directions of the training data's own covariance. */
  readonly randomLow: readonly number[];
  readonly randomHigh: readonly number[];
  readonly randomCount: number;
}

/** Hewitt and Liang (2019): accuracy on the axis minus accuracy on random labels that the same probe may learn by heart. */
export interface Selectivity {
  readonly task: number;
  readonly control: number;
  readonly selectivity: Estimate;
  readonly controlTasks: number;
}

/** Held-out scores as probabilities (Platt): slope and offset, expected calibration error, Brier score, reliability bins. */
export interface Calibration {
  readonly slope: number;
  readonly offset: number;
  readonly expectedError: number;
  readonly brier: number;
  readonly bins: readonly { readonly predicted: number; readonly observed: number; readonly n: number }[];
}

/** Each pole measured from neutral, at the probe's layer; the first four are AUROCs in which 1 is right. */
export interface PoleGeometry {
  readonly positiveAgainstNeutral: Estimate;
  readonly negativeAgainstNeutral: Estimate;
  /** The same by a fit of its own: that pole against neutral turns alone, with this probe's penalty, topics left out. */
  readonly positiveOwnFit: Estimate;
  readonly negativeOwnFit: Estimate;
  /** Cosine of the two poles' differences from neutral, from products of different topics only; null where a pole is at noise. */
  readonly cosine: Estimate | null;
  /** What both poles share against what tells them apart: |mean of the poles - neutral| over |half their difference|; null as above. */
  readonly salience: Estimate | null;
}

/** How the probe reads what it was not trained on. */
export interface Transfer {
  /**
   * `style`: that style left out of the fit; `set`: that set left out; `tap`: wordings never trained on; `form`: the turns in
   * the model's chat form; `part`: some topics of a set alone, each left out; `axis`: another axis.
   */
  readonly kind: 'style' | 'set' | 'tap' | 'form' | 'part' | 'axis';
  readonly name: string;
  /** Layer and penalty that the topics which were not left out chose; where it is missing they are the probe's own. */
  readonly chosen?: { readonly layer: number; readonly penalty: number };
  readonly auroc: Estimate;
  readonly pairs: number;
}

/** One effect of a control, in units of the score unless `unit` says otherwise. */
export interface Effect {
  readonly label: string;
  readonly estimate: Estimate;
  readonly unit: 'score' | 'AUROC' | 'share';
  /** What a probe that reads the axis and nothing else would show. */
  readonly wanted: 'above zero' | 'below zero' | 'near zero' | 'near 0.5' | 'above 0.5' | 'near 1';
}

/** A control: texts that never entered training, made to tell the axis from something else. */
export interface ControlResult {
  readonly name: string;
  readonly about: string;
  /** Whether texts of this kind were zeros in training (then read by folds that did not see them). */
  readonly trained: boolean;
  readonly effects: readonly Effect[];
}

/** Neutral stories held out: mean score, sd over stories and their number, by sentences read. */
export interface DriftPoint {
  readonly beats: number;
  readonly mean: number;
  readonly sd: number;
  readonly n: number;
}

/** The whole judgement. */
export interface Report {
  /** Probe id, and SHA-256 of its two files one after the other. */
  readonly probe: { readonly id: string; readonly sha256: string };
  readonly axis: Axis;
  /** The layer of everything that is not by layer. */
  readonly layer: number;
  readonly topics: number;
  /** Readings of both poles. */
  readonly readings: number;
  /** The probe's own method first. */
  readonly curves: readonly MethodCurve[];
  readonly baselines: Baselines;
  /** Null where there is one control text only: what is learnt at one must be tested at another. */
  readonly selectivity: Selectivity | null;
  readonly calibration: Calibration;
  readonly poles: PoleGeometry;
  readonly transfer: readonly Transfer[];
  readonly controls: readonly ControlResult[];
  readonly drift: readonly DriftPoint[];
  /** How well the readout tells the poles apart inside texts; null where the probe has none, and in reports of before it was judged. */
  readonly readout: ReadoutEvidence | null;
  /** What must be said beside every number, e.g. that there are few topics. */
  readonly caveats: readonly string[];
}
