/**
 * Trains a probe and judges it: reads the sets, fits a direction at every layer, and gathers the evidence for and against
 * it. Knows no backend; everything random comes from one seed, so that the same readings give the same probe.
 */
import { bagOfWords } from '../probe/evidence/bag-of-words.ts';
import { clusterAuroc, FEWEST_UNITS } from '../stats/effect.ts';
import { AppError } from '../base/errors.ts';
import { BOOTSTRAP_DRAWS } from '../probe/evidence/evidence.ts';
import { roundToHalf } from '../base/half.ts';
import { byPole } from '../probe/heads.ts';
import { drawNullDirections } from '../probe/fit/null-band.ts';
import { driftOriginOf, joinNullLayers } from '../probe/fit/null-model.ts';
import type { FitMethod, NullModel, Probe, ProbeEvidence } from '../probe/probe-types.ts';
import type { Baselines, Report } from '../probe/report-types.ts';
import type { TraceReadout } from '../probe/trace-types.ts';
import { significant } from '../base/round.ts';
import { labelOf, readingsOf, type ReadoutRows } from '../stats/linear/rows.ts';
import { VERSION } from '../base/version.ts';
import { wordCount } from '../text/words.ts';
import type { ControlSet } from '../formats/sets/control-set.ts';
import type { PromptSet } from '../formats/sets/prompt-set.ts';
import { LEAST_TOPICS } from '../formats/sets/set-import.ts';
import type { StorySet } from '../formats/sets/story-set.ts';
import { evidenceBySet } from './by-set.ts';
import { collectRows, type LongCall, topicNames } from './collect.ts';
import { embeddingBaseline } from './evidence/embedding-baseline.ts';
import { equalLengthPart, equalLengthTopics, lengthTells } from './evidence/equal-length.ts';
import { chosenLayer, type FittedLayers, fitLayers, NULL_RANK } from './fit-layers.ts';
import { judgeLayer, selectivityAt } from './evidence/judge-layer.ts';
import { judgeByReading } from './evidence/judge-reading.ts';
import { fitReadings, layerSource } from './method-curve.ts';
import { poleEvidence } from './pole-fit.ts';
import { randomAurocs } from './evidence/random-directions.ts';
import { readableOn, readableTrace } from './readable.ts';
import type { SegmentReader } from './reader.ts';
import { type Readings, readingsIn } from './readings.ts';
import { reportedReadout } from './trace/judge-readout.ts';
import { scoredHeads } from './evidence/scored-heads.ts';
import { placebosOf, steeringOf } from './steering-directions.ts';
import type { TraceTexts } from './trace/trace-passages.ts';
import { trainTrace } from './trace/trace-readout.ts';

/** With fewer topics the best layer of the inner folds is mostly luck. */
const TOPICS_TO_CHOOSE = 24;
/** Neutral tokens that the lines of rare readings need at least. */
const FEWEST_NEUTRAL_TOKENS = 5000;
/** Random directions behind a null band. */
const NULL_DIRECTIONS = 200;

/** What to train on and how. */
export interface TrainOptions extends LongCall {
  readonly id: string;
  readonly title: string;
  readonly about: string;
  readonly sets: readonly PromptSet[];
  /** Neutral stories: zero labels for long texts, drift, and everything about single tokens. At least 2. */
  readonly stories: StorySet;
  /** Sets that are read as 0 when the target is `hardened`, and judged by in any case. */
  readonly zeros?: readonly PromptSet[];
  readonly controls?: readonly ControlSet[];
  /** Sets of other axes to read the finished probe on. */
  readonly others?: readonly PromptSet[];
  /** How the probe is read anywhere in a text; null, or left out, for no such readout. */
  readonly trace?: {
    readonly texts: readonly string[];
    readonly freeOf: readonly string[];
    readonly told: readonly ControlSet[];
  } | null;
  /** How many control texts of the first set to train on, from its first; the rest are wordings never trained on. 2 by default. */
  readonly readoutCount?: number;
  /** Whether the turns are read at the rest and in the model's chat form too, for the judgement; true by default. */
  readonly otherReadouts?: boolean;
  readonly method: FitMethod;
  /**
   * The layer to show first; by default the one that most inner folds chose, and 16 of 30 in proportion where topics
   * are too few to choose by.
   */
  readonly defaultLayer?: number;
  readonly seed: number;
  /** Label shuffles behind the nulls, at least 200 for a number that may be printed. */
  readonly shuffles: number;
}

/** A trained probe with its judgement; the files' hash is known once they are written. */
export interface Trained {
  readonly probe: Probe;
  readonly report: Omit<Report, 'probe'>;
}

/** Trains a probe. Throws `set-invalid`, `numbers-not-finite` or `cancelled`. */
export async function trainProbe(reader: SegmentReader, options: TrainOptions): Promise<Trained> {
  const { sets, stories, method, seed, zeros = [], controls = [], others = [] } = options;
  const allReadouts = sets[0]?.taps ?? [];
  const readoutTexts = allReadouts.slice(0, options.readoutCount ?? 2);
  checkOptions(options, readoutTexts, reader.model.layerCount + 1);
  const readable = readableOn(reader, {
    plan: { sets, stories, zeros, readoutTexts, settings: true },
    controls,
    others,
    unseenReadouts: options.otherReadouts === false ? [] : allReadouts.slice(readoutTexts.length),
    chatForm: options.otherReadouts !== false,
  });
  const planned = planReadout(reader, options);
  const {
    readings,
    fitted,
    fit,
    defaultLayer,
    nullModel,
    judged,
    steering,
    placebos,
    baselines,
    selectivity,
    topicCount,
  } = await learn(reader, options, readoutTexts);
  const { own, poles } = await scoredHeads(reader, stories, fitted, options);
  const { directions, calibration } = own;
  const trace = await traceFor(reader, planned, options);
  const probe: Probe = {
    id: options.id,
    title: options.title,
    about: options.about,
    axis: sets[0]?.axis ?? { positive: '', negative: '', neutral: '' },
    model: reader.model,
    method,
    defaultLayer,
    taps: readoutTexts,
    ...own,
    steering,
    placebos,
    nullModel,
    evidence: evidenceOf(fitted, readings, judged.drift, { sets, defaultLayer, seed }),
    poles: byPole((pole) => ({
      ...poles[pole],
      evidence: poleEvidence(
        fitted.layers.map((layer) => layer.poles[pole]),
        readings,
        pole,
      ),
    })),
    trace,
    provenance: { sets: provenanceOf(options), seed, version: VERSION },
  };
  const { hidden } = reader.model;
  const layer = {
    layer: defaultLayer,
    direction: directions.slice(defaultLayer * hidden, (defaultLayer + 1) * hidden),
    readoutMean: calibration[defaultLayer]?.tapMean ?? NaN,
    scale: calibration[defaultLayer]?.scale ?? NaN,
    readoutTexts,
  };
  const part = equalLengthPart(sets, baselines.length, readings, fitted.layers[defaultLayer]?.held ?? [], seed);
  const read = await judgeByReading(reader, layer, fit, readings, { ...readable, sets }, seed, options);
  return {
    probe,
    report: {
      axis: probe.axis,
      layer: defaultLayer,
      topics: topicCount,
      readings: readings.poles.length,
      curves: fitted.curves,
      baselines,
      selectivity,
      calibration: judged.calibration,
      poles: judged.poles,
      transfer: [...fitted.transfer, ...part, ...read.transfer],
      controls: [...judged.controls, ...read.controls],
      drift: judged.drift,
      readout: await reportedReadout(reader, probe, planned?.from.told ?? [], options),
      caveats: [
        ...readable.leftOut,
        ...(planned?.leftOut ?? []),
        ...caveatsOf(topicCount, options, { length: baselines.length, neutralTokens: probe.alarm.tokens }),
      ],
    },
  };
}

/** What a readout is made of. */
export type ReadoutOptions = Pick<TrainOptions, 'sets' | 'stories' | 'zeros' | 'others' | 'method' | 'trace' | 'seed'>;

/** A readout that can be made: its texts, and a sentence for each set that the model cannot read. */
export interface PlannedReadout {
  readonly texts: readonly string[];
  readonly from: TraceTexts;
  readonly leftOut: readonly string[];
}

/** The readout of these options; null where none is wanted. Throws what is in the way of a text that it is fitted on; computes nothing. */
export function planReadout(reader: SegmentReader, options: ReadoutOptions): PlannedReadout | null {
  const { trace = null, sets, stories, zeros = [], others = [] } = options;
  if (trace === null) return null;
  const named = [...zeros, ...others];
  const freeOf = trace.freeOf.flatMap((name) => named.filter((set) => set.name === name));
  const wanted = { sets, stories, zeros: options.method.target === 'hardened' ? zeros : [], freeOf, told: trace.told };
  return { texts: trace.texts, ...readableTrace(reader, wanted, trace.texts) };
}

/** Makes a planned readout; null for none. Throws as {@link trainProbe}. */
export async function traceFor(
  reader: SegmentReader,
  planned: PlannedReadout | null,
  options: LongCall & { readonly seed: number },
): Promise<TraceReadout | null> {
  return planned === null ? null : trainTrace(reader, planned.from, { ...options, texts: planned.texts });
}

/** What a probe was made from: every set that took part in a fit. */
export function provenanceOf({
  sets,
  stories,
  zeros = [],
  others = [],
  method,
  trace = null,
}: Pick<TrainOptions, 'sets' | 'stories' | 'zeros' | 'others' | 'method' | 'trace'>): Probe['provenance']['sets'] {
  const free = trace === null ? [] : [...zeros, ...others].filter(({ name }) => trace.freeOf.includes(name));
  const prompts = [...new Set([...sets, ...(method.target === 'hardened' ? zeros : []), ...free])];
  return [
    ...prompts.map((set) => ({ name: set.name, sha256: set.sha256, rows: set.rows.length })),
    ...[stories].map((set) => ({ name: set.name, sha256: set.sha256, rows: set.stories.length })),
    ...(trace?.told ?? []).map((set) => ({ name: set.name, sha256: set.sha256, rows: set.rows.length })),
  ];
}

/**
 * Everything that needs the readings of the training texts. They go when this is done: no later step needs them, and at 31 layers
 * they take more memory than the words of all stories, which come next.
 */
async function learn(reader: SegmentReader, options: TrainOptions, readoutTexts: readonly string[]) {
  const { sets, stories, method, seed, zeros = [] } = options;
  const rows = await collectRows(reader, { sets, stories, zeros, readoutTexts, settings: true }, options);
  const readings = readingsIn(rows);
  const fitted = await fitLayers(rows, readings, options);
  const [ownCurve] = fitted.curves;
  const defaultLayer =
    options.defaultLayer ??
    (ownCurve !== undefined && rows.topicCount >= TOPICS_TO_CHOOSE
      ? chosenLayer(ownCurve)
      : Math.round((reader.model.layerCount * 16) / 30));
  const layerReadings = readingsOf(rows.residuals[defaultLayer] ?? new Float32Array(0), rows.hidden, readings.turns);
  const fit = fitReadings(readings, layerSource(layerReadings, rows.hidden), method);
  const drawnFrom = joinNullLayers(
    fitted.layers.map((layer) => layer.nullLayer),
    NULL_RANK,
    driftOriginOf(rows),
    seed,
    NULL_DIRECTIONS,
  );
  // Rounded here, not when written, so that a probe in memory and the same probe from its file draw equal bands.
  const nullModel: NullModel = {
    ...drawnFrom,
    factor: roundToHalf(drawnFrom.factor),
    driftOrigin: significant(drawnFrom.driftOrigin),
  };
  return {
    readings,
    fitted,
    fit,
    defaultLayer,
    nullModel,
    judged: judgeLayer({ readings, fitted: fit, layerReadings, hidden: rows.hidden, sets, zeros, seed }),
    steering: steeringOf(rows),
    placebos: placebosOf(rows, seed),
    baselines: baselinesOf(rows, readings, nullModel, options),
    selectivity: selectivityAt(rows, readings, fit, defaultLayer, seed),
    topicCount: rows.topicCount,
  };
}

function evidenceOf(
  fitted: FittedLayers,
  readings: Readings,
  drift: ProbeEvidence['drift'],
  { sets, defaultLayer, seed }: { sets: readonly PromptSet[]; defaultLayer: number; seed: number },
): ProbeEvidence {
  const [curve] = fitted.curves;
  const info = readings.poles.flatMap((reading) => readings.info[reading] ?? []);
  return {
    topics: readings.topics.length,
    rows: readings.poles.length,
    auroc: (curve?.auroc ?? []).map((value) => significant(value)),
    // Too few topics for an interval: nothing is excluded.
    aurocLow: (curve?.aurocLow ?? []).map((value) => significant(value ?? 0)),
    aurocHigh: (curve?.aurocHigh ?? []).map((value) => significant(value ?? 1)),
    pairs: (curve?.pairs ?? []).map((value) => significant(value)),
    nullAuroc95: significant(curve?.nullAuroc95 ?? NaN),
    nullShuffles: curve?.shuffles ?? 0,
    nullAuroc95ByLayer: (curve?.nullAuroc95ByLayer ?? []).map((value) => significant(value)),
    drift: drift.map(({ beats, mean, sd, n }) => ({ beats, mean: significant(mean), sd: significant(sd), n })),
    driftLayer: defaultLayer,
    bySet: evidenceBySet(fitted.layers[defaultLayer]?.held ?? [], info, sets, seed),
  };
}

function baselinesOf(
  rows: ReadoutRows,
  readings: Readings,
  nullModel: NullModel,
  { sets, method, seed }: TrainOptions,
): Baselines {
  const topics = new Map(topicNames(sets).map((topic, index) => [topic, index]));
  const turns = sets.flatMap((set) =>
    set.rows.flatMap((row) =>
      row.pole === 'neutral'
        ? []
        : [{ text: row.text, label: row.pole === 'positive' ? 1 : -1, topic: topics.get(row.topic) ?? 0 } as const],
    ),
  );
  const drawn = drawNullDirections(nullModel, rows.residuals.length);
  const poles = readings.poles.flatMap((reading) => readings.turns[reading] ?? []);
  const labels = poles.map((turn) => labelOf(turn.info.role));
  const random = rows.residuals.map((residuals, layer) =>
    randomAurocs(drawn, layer, readingsOf(residuals, rows.hidden, poles), labels),
  );
  return {
    // Its null stands on the card of the set; a report has no place for it.
    bagOfWords: bagOfWords(turns, { draws: BOOTSTRAP_DRAWS, flips: 0, seed })?.auroc ?? null,
    length: clusterAuroc(
      turns.map((turn) => wordCount(turn.text)),
      turns.map((turn) => turn.label),
      turns.map((turn) => turn.topic),
      BOOTSTRAP_DRAWS,
      seed,
    ),
    embedding: embeddingBaseline(rows, readings, method),
    randomLow: random.map(({ low }) => low),
    randomHigh: random.map(({ high }) => high),
    randomCount: NULL_DIRECTIONS,
  };
}

/** What must be said beside every number of this training. */
function caveatsOf(
  topicCount: number,
  { sets, stories, shuffles, method }: TrainOptions,
  { length, neutralTokens }: { readonly length: Baselines['length']; readonly neutralTokens: number },
): string[] {
  const out: string[] = [];
  if (topicCount < FEWEST_UNITS)
    out.push(`${topicCount} topics are too few for an interval: every number here may be luck.`);
  else if (topicCount < 24)
    out.push(
      `${topicCount} topics: a set of this size moves by 0.1 in AUROC with the choice of topics alone; 36 or more are better.`,
    );
  if (stories.stories.length < 18)
    out.push(
      `${stories.stories.length} neutral stories pin zero: with fewer than 18, long texts may drift away from it.`,
    );
  if (neutralTokens < FEWEST_NEUTRAL_TOKENS)
    out.push(
      `The 1 % lines rest on ${neutralTokens} neutral tokens; with fewer than ${FEWEST_NEUTRAL_TOKENS.toLocaleString('en')} they are the place of a few odd sentences.`,
    );
  if (lengthTells(length) && equalLengthTopics(sets).size === 0)
    out.push(
      'The number of words tells the poles apart, and no topic has turns of nearly equal length, so nothing shows that more than length is read.',
    );
  if (shuffles < 200) out.push(`${shuffles} shuffles: the null and its p are coarse; 1,000 are better.`);
  if (method.kind === 'logistic')
    out.push(
      'The null of logistic regression comes from its first Newton step, and its held-out scores from one Newton step off the whole fit.',
    );
  if (new Set(sets.flatMap((set) => set.rows.map((row) => row.style))).size < 2)
    out.push('All turns are of one style, so nothing is known about others.');
  return out;
}

function checkOptions(options: TrainOptions, readoutTexts: readonly string[], layers: number): void {
  const topics = topicNames(options.sets).length;
  if (topics < LEAST_TOPICS)
    throw new AppError(
      'set-invalid',
      `The sets hold ${topics} ${topics === 1 ? 'topic' : 'topics'}, but every topic is held out in turn: at least ${LEAST_TOPICS} are needed, ${FEWEST_UNITS} for an interval, and 36 for a ridge probe worth trusting.`,
      { topics },
    );
  if (options.stories.stories.length < 2)
    throw new AppError(
      'set-invalid',
      `"${options.stories.name}" holds ${options.stories.stories.length} neutral stories; at least 2 are needed, and 18 to keep zero in place as a text grows.`,
    );
  if (readoutTexts.length === 0)
    throw new AppError('set-invalid', 'There is no control text to read at. Name at least one neutral sentence.');
  const { defaultLayer = 0 } = options;
  if (!Number.isInteger(defaultLayer) || defaultLayer < 0 || defaultLayer >= layers)
    throw new AppError(
      'usage',
      `The default layer must be a whole number from 0 to ${layers - 1}, got ${defaultLayer}.`,
    );
  const { kind, target, penalty } = options.method;
  if (target === 'hardened' && (options.zeros ?? []).length === 0)
    throw new AppError(
      'usage',
      'A hardened probe needs at least one set to read as 0. Name one, or choose the target "zeroed".',
    );
  if (kind === 'lda' && !(penalty > 0 && penalty < 1))
    throw new AppError('usage', `The shrinkage of LDA must lie between 0 and 1, got ${penalty}.`);
  if ((kind === 'ridge' || kind === 'logistic') && !(penalty > 0))
    throw new AppError('usage', `The penalty must be above 0, got ${penalty}.`);
}
