/**
 * Trains a probe: reads the sets, fits a direction at every layer, and gathers the evidence for and against it.
 * Knows no backend; everything random comes from one seed, so that the same readings give the same probe.
 */
import { shuffleWithinTopics } from '../core/bootstrap.ts';
import { calibrateTaps, project } from '../core/calibrate.ts';
import { AppError } from '../core/errors.ts';
import { EARLY_FROM, STEADY_FROM } from '../core/early-tokens.ts';
import { layerEvidence, nullEvidence } from '../core/evidence.ts';
import { type FitMethod, fitDirection } from '../core/fit.ts';
import { roundToHalf } from '../core/half.ts';
import { heldOutScores } from '../core/held-out.ts';
import { prepareLayer } from '../core/layer-rows.ts';
import { concat, driftOriginOf, fitNullLayer, joinNullLayers, type NullLayer } from '../core/null-model.ts';
import type { LayerCalibration, Probe, ProbeEvidence } from '../core/probe-types.ts';
import { significant } from '../core/round.ts';
import { labelOf, meanByTurn, type RowInfo, type TapRows, turnsOf } from '../core/rows.ts';
import { auroc } from '../core/stats.ts';
import { VERSION } from '../core/version.ts';
import type { PromptSet } from '../format/prompt-set.ts';
import type { StorySet } from '../format/story-set.ts';
import { evidenceBySet } from './by-set.ts';
import { collectRows, type LongCall, topicNames } from './collect.ts';
import { fitRows, heldOutDrift } from './drift.ts';
import { giveWay } from './give-way.ts';
import type { SegmentReader } from './reader.ts';
import { tokenUnits } from './token-units.ts';

/** Components of the null model's covariance. */
const NULL_RANK = 64;
/** Random directions behind a null band. */
const NULL_DIRECTIONS = 200;

/** What to train on and how. */
export interface TrainOptions extends LongCall {
  readonly id: string;
  readonly title: string;
  readonly about: string;
  readonly sets: readonly PromptSet[];
  /** Neutral stories: zero labels for long texts, drift, and the zero of single tokens. At least 2. */
  readonly stories: StorySet;
  /** Neutral sentences to read at; by default those of the first set. */
  readonly taps?: readonly string[];
  readonly method: FitMethod;
  /** The layer to show first; by default 16 of 30, in proportion. */
  readonly defaultLayer?: number;
  readonly seed: number;
  /** Label shuffles behind the null, at least 200 for a number that may be printed. */
  readonly shuffles: number;
}

/** Numbers about a training run that the probe file does not carry. */
export interface TrainReport {
  readonly rows: number;
  readonly zeroRows: number;
  /** (1 + shuffles whose best layer reaches the probe's best layer) / (1 + shuffles). */
  readonly p: number;
  /** Leave-one-topic-out AUROC of whole readings (mean over taps), by layer; the probe's own is over single taps. */
  readonly readingAuroc: readonly number[];
  /** Share of variance that the null model's factor keeps, by layer. */
  readonly nullVarianceKept: readonly number[];
  /** Largest absolute mean of held-out neutral stories over their lengths, at the default layer. */
  readonly largestDrift: number;
}

/** Trains a probe. Throws `set-invalid`, `numbers-not-finite` or `cancelled`. */
export async function trainProbe(reader: SegmentReader, options: TrainOptions): Promise<{ readonly probe: Probe; readonly report: TrainReport }> {
  const { sets, stories, method, seed } = options;
  const taps = options.taps ?? sets[0]?.taps ?? [];
  const layers = reader.model.layerCount + 1;
  const defaultLayer = options.defaultLayer ?? Math.round((reader.model.layerCount * 16) / 30);
  checkOptions(options, taps, layers, defaultLayer);
  const rows = await collectRows(reader, { sets, stories, taps, settings: true }, options);

  const fitted = await fitLayers(rows, options);
  const directions = concat(fitted.map((layer) => layer.direction));
  const drift = await heldOutDrift(rows, defaultLayer, method, async (done) => {
    options.onProgress?.({ stage: 'stories', done, total: rows.storyCount });
    await giveWay(options);
  });
  const tokens = await tokenUnits(reader, stories, directions, fitted.map((layer) => layer.taps.scale), options);
  const calibration = fitted.map((layer, l) => rounded({ ...layer.taps, ...(tokens[l]?.units ?? { tokenMean: NaN, tokenSd: NaN, smoothSd: NaN }) }));
  const earlyTokens = { from: EARLY_FROM, steadyFrom: STEADY_FROM, means: tokens.map(({ early }) => early.map((value) => significant(value))) };
  const nullModel = joinNullLayers(fitted.map((layer) => layer.nullLayer), NULL_RANK, driftOriginOf(rows), seed, NULL_DIRECTIONS);
  const shuffled = nullEvidence(fitted.map((layer) => layer.nullAurocs), fitted.map((layer) => layer.evidence.auroc));
  const evidence: ProbeEvidence = {
    topics: rows.topicCount,
    rows: rows.info.filter((row) => labelOf(row.role) !== 0).length,
    auroc: fitted.map((layer) => significant(layer.evidence.auroc)),
    aurocLow: fitted.map((layer) => significant(layer.evidence.aurocLow)),
    aurocHigh: fitted.map((layer) => significant(layer.evidence.aurocHigh)),
    pairs: fitted.map((layer) => significant(layer.evidence.pairs)),
    nullAuroc95: significant(shuffled.auroc95),
    nullShuffles: options.shuffles,
    nullAuroc95ByLayer: shuffled.auroc95ByLayer.map((value) => significant(value)),
    drift: drift.map(({ beats, mean, sd, n }) => ({ beats, mean: significant(mean), sd: significant(sd), n })),
    driftLayer: defaultLayer,
    bySet: evidenceBySet(fitted[defaultLayer]?.held ?? [], fitInfo(rows, method), topicNames(sets), sets, seed),
  };
  const axis = sets[0]?.axis ?? { positive: '', negative: '', neutral: '' };
  const probe: Probe = {
    id: options.id, title: options.title, about: options.about, axis, model: reader.model, method, defaultLayer, taps, directions, calibration, earlyTokens,
    // Rounded here, not when written, so that a probe in memory and the same probe from its file draw equal bands.
    nullModel: { ...nullModel, factor: roundToHalf(nullModel.factor), driftOrigin: significant(nullModel.driftOrigin) },
    evidence,
    provenance: {
      sets: [...sets.map((set) => ({ name: set.name, sha256: set.sha256, rows: set.rows.length })), { name: stories.name, sha256: stories.sha256, rows: stories.stories.length }],
      seed,
      version: VERSION,
    },
  };
  const report: TrainReport = {
    rows: rows.info.length,
    zeroRows: rows.info.length - evidence.rows,
    p: shuffled.p,
    readingAuroc: fitted.map((layer) => layer.readingAuroc),
    nullVarianceKept: fitted.map((layer) => layer.nullLayer.kept),
    largestDrift: Math.max(...drift.map(({ mean }) => Math.abs(mean))),
  };
  return { probe, report };
}

interface FittedLayer {
  readonly direction: Float32Array;
  readonly taps: { readonly tapMean: number; readonly scale: number };
  readonly evidence: { readonly auroc: number; readonly aurocLow: number; readonly aurocHigh: number; readonly pairs: number };
  readonly readingAuroc: number;
  /** Held-out scores of the rows that were fitted. */
  readonly held: Float64Array;
  /** AUROC of every label shuffle. */
  readonly nullAurocs: Float64Array;
  readonly nullLayer: NullLayer;
}

async function fitLayers(rows: TapRows, options: TrainOptions): Promise<FittedLayer[]> {
  const { method, seed } = options;
  const select = fitRows(rows, method);
  const info = fitInfo(rows, method);
  const labels = info.map((row) => labelOf(row.role));
  const topics = info.map((row) => row.topic);
  // The same shuffles at every layer: only so is the largest AUROC over layers a fair null for the best layer.
  const shuffles = shuffleWithinTopics(labels, topics, info.map((row) => row.turn), options.shuffles, seed);
  const poles = turnsOf(info, (row) => labelOf(row.role) !== 0);
  const poleLabels = poles.map((turn) => labelOf(turn.info.role));
  const driftOrigin = driftOriginOf(rows);
  const out: FittedLayer[] = [];
  for (const [layer, residuals] of rows.residuals.entries()) {
    const prepared = prepareLayer(residuals, rows.hidden, select, method.kind === 'difference-of-means' ? false : undefined);
    const [held = new Float64Array(0), ...shuffled] = heldOutScores(prepared, topics, [labels, ...shuffles], method);
    const direction = Float32Array.from(fitDirection(prepared, labels, method));
    out.push({
      direction,
      taps: calibrateTaps(project(residuals, direction), rows.info),
      evidence: layerEvidence(held, info, rows.topicCount, seed),
      held,
      readingAuroc: auroc(meanByTurn(held, poles), poleLabels),
      nullAurocs: Float64Array.from(shuffled, (scores, i) => auroc(scores, shuffles[i] ?? [])),
      nullLayer: fitNullLayer(rows, layer, NULL_RANK, driftOrigin),
    });
    options.onProgress?.({ stage: 'fitting', done: layer + 1, total: rows.residuals.length });
    await giveWay(options);
  }
  return out;
}

/** Descriptions of the rows that a method fits, in order. */
function fitInfo(rows: TapRows, method: FitMethod): RowInfo[] {
  return fitRows(rows, method).flatMap((row) => rows.info[row] ?? []);
}

function rounded(calibration: LayerCalibration): LayerCalibration {
  return {
    tapMean: significant(calibration.tapMean),
    scale: significant(calibration.scale),
    tokenMean: significant(calibration.tokenMean),
    tokenSd: significant(calibration.tokenSd),
    smoothSd: significant(calibration.smoothSd),
  };
}

function checkOptions(options: TrainOptions, taps: readonly string[], layers: number, defaultLayer: number): void {
  const topics = new Set(options.sets.flatMap((set) => set.topics)).size;
  if (topics < 4) throw new AppError('set-invalid', `The sets hold ${topics} topics, but every topic is held out in turn: at least 4 are needed, and 36 for a ridge probe worth trusting.`, { topics });
  if (options.stories.stories.length < 2) throw new AppError('set-invalid', `"${options.stories.name}" holds ${options.stories.stories.length} neutral stories; at least 2 are needed, and 18 to keep zero in place as a text grows.`);
  if (taps.length === 0) throw new AppError('set-invalid', 'There is no tap to read at. Name at least one neutral sentence.');
  if (!Number.isInteger(defaultLayer) || defaultLayer < 0 || defaultLayer >= layers) throw new AppError('usage', `The default layer must be a whole number from 0 to ${layers - 1}, got ${defaultLayer}.`);
}
