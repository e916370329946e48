/** The parts of a report, each checked in full and refused by its path; `layers` is the length of every list by layer. */
import type {
  Baselines,
  Calibration,
  ControlResult,
  Effect,
  MethodCurve,
  PoleGeometry,
  Selectivity,
  Transfer,
} from '../../probe/report-types.ts';
import type { TraceAuroc, TraceEvidence } from '../../probe/trace-types.ts';
import type { Estimate } from '../../stats/estimate.ts';
import { field, has, integer, type JsonNode, list, number, words } from '../../json/json-path.ts';
import { exactly, flag, inRange, oneOf, share } from '../../json/json-values.ts';
import { parseMethod } from './probe-parts.ts';

/** What an estimate may be: a share or AUROC, or any finite number. */
type Range = readonly [low: number, high: number];
const SHARE: Range = [0, 1];
/** A share minus a share. */
const DIFFERENCE: Range = [-1, 1];
/** Above anything that an effect in standard deviations or a ratio can be. */
const FREE: Range = [-1e9, 1e9];

/** An estimate with both ends of its interval or neither. */
export function parseEstimate(node: JsonNode, [least, most]: Range): Estimate {
  const end = (key: 'low' | 'high'): number | null => orNull(field(node, key), (item) => inRange(item, least, most));
  const [low, high] = [end('low'), end('high')];
  checkEnds(node, low, high);
  const estimate = {
    value: inRange(field(node, 'value'), least, most),
    low,
    high,
    n: integer(field(node, 'n'), 1, 1_000_000),
  };
  return has(node, 'note') ? { ...estimate, note: words(field(node, 'note'), 400) } : estimate;
}

/** One way to fit, layer by layer. */
export function parseCurve(node: JsonNode, layers: number): MethodCurve {
  const shares = (key: string): number[] => exactly(field(node, key), layers, share);
  const ends = (key: string): (number | null)[] => exactly(field(node, key), layers, (item) => orNull(item, share));
  const [aurocLow, aurocHigh] = [ends('aurocLow'), ends('aurocHigh')];
  aurocLow.forEach((low, layer) =>
    checkEnds({ ...node, path: `${node.path} at layer ${layer}` }, low, aurocHigh[layer] ?? null),
  );
  const nested = field(node, 'nested');
  return {
    method: parseMethod(field(node, 'method')),
    auroc: shares('auroc'),
    aurocLow,
    aurocHigh,
    pairs: shares('pairs'),
    dPrime: exactly(field(node, 'dPrime'), layers, number),
    nullAuroc95ByLayer: shares('nullAuroc95ByLayer'),
    nullAuroc95: share(field(node, 'nullAuroc95')),
    p: share(field(node, 'p')),
    shuffles: integer(field(node, 'shuffles'), 1, 1_000_000),
    nested: {
      auroc: parseEstimate(field(nested, 'auroc'), SHARE),
      pairs: share(field(nested, 'pairs')),
      chosen: list(field(nested, 'chosen'), 1, 10_000).map((choice) => ({
        layer: integer(field(choice, 'layer'), 0, layers - 1),
        penalty: inRange(field(choice, 'penalty'), 0, 1e9),
        folds: integer(field(choice, 'folds'), 1, 1_000_000),
      })),
    },
  };
}

/** What a reader would get without the model. */
export function parseBaselines(node: JsonNode, layers: number): Baselines {
  const band = (key: string): number[] => exactly(field(node, key), layers, share);
  const [randomLow, randomHigh] = [band('randomLow'), band('randomHigh')];
  randomLow.forEach((low, layer) =>
    checkEnds({ ...node, path: `${node.path} at layer ${layer}` }, low, randomHigh[layer] ?? null),
  );
  return {
    bagOfWords: orNull(field(node, 'bagOfWords'), (item) => parseEstimate(item, SHARE)),
    length: parseEstimate(field(node, 'length'), SHARE),
    embedding: has(node, 'embedding') ? orNull(field(node, 'embedding'), (item) => parseEstimate(item, SHARE)) : null,
    randomLow,
    randomHigh,
    randomCount: integer(field(node, 'randomCount'), 1, 1_000_000),
  };
}

/** Accuracy on the axis and on labels without meaning. */
export function parseSelectivity(node: JsonNode): Selectivity {
  return {
    task: share(field(node, 'task')),
    control: share(field(node, 'control')),
    selectivity: parseEstimate(field(node, 'selectivity'), DIFFERENCE),
    controlTasks: integer(field(node, 'controlTasks'), 1, 1_000_000),
  };
}

/** Scores as probabilities. */
export function parsePlatt(node: JsonNode): Calibration {
  return {
    slope: number(field(node, 'slope')),
    offset: number(field(node, 'offset')),
    expectedError: share(field(node, 'expectedError')),
    brier: share(field(node, 'brier')),
    bins: list(field(node, 'bins'), 0, 100).map((bin) => ({
      predicted: share(field(bin, 'predicted')),
      observed: share(field(bin, 'observed')),
      n: integer(field(bin, 'n'), 1, 1_000_000),
    })),
  };
}

/** Each pole from neutral. Cosines without the noise of shared topics may leave [-1, 1]. */
export function parsePoles(node: JsonNode): PoleGeometry {
  const maybe = (key: string): Estimate | null => orNull(field(node, key), (item) => parseEstimate(item, FREE));
  return {
    positiveAgainstNeutral: parseEstimate(field(node, 'positiveAgainstNeutral'), SHARE),
    negativeAgainstNeutral: parseEstimate(field(node, 'negativeAgainstNeutral'), SHARE),
    positiveOwnFit: parseEstimate(field(node, 'positiveOwnFit'), SHARE),
    negativeOwnFit: parseEstimate(field(node, 'negativeOwnFit'), SHARE),
    cosine: maybe('cosine'),
    salience: maybe('salience'),
  };
}

/** One reading of what was not trained on. */
export function parseTransfer(node: JsonNode, layers: number): Transfer {
  const transfer = {
    kind: oneOf<Transfer['kind']>(field(node, 'kind'), ['style', 'set', 'tap', 'form', 'part', 'axis']),
    name: words(field(node, 'name'), 400),
    auroc: parseEstimate(field(node, 'auroc'), SHARE),
    pairs: share(field(node, 'pairs')),
  };
  if (!has(node, 'chosen')) return transfer;
  const chosen = field(node, 'chosen');
  return {
    ...transfer,
    chosen: {
      layer: integer(field(chosen, 'layer'), 0, layers - 1),
      penalty: inRange(field(chosen, 'penalty'), 0, 1e9),
    },
  };
}

/** One control with its effects. */
export function parseControl(node: JsonNode): ControlResult {
  return {
    name: words(field(node, 'name'), 80),
    about: words(field(node, 'about'), 4000),
    trained: flag(field(node, 'trained')),
    effects: list(field(node, 'effects'), 1, 64).map(parseEffect),
  };
}

function parseEffect(node: JsonNode): Effect {
  const unit = oneOf(field(node, 'unit'), ['score', 'AUROC', 'share']);
  return {
    label: words(field(node, 'label'), 200),
    estimate: parseEstimate(field(node, 'estimate'), unit === 'score' ? FREE : SHARE),
    unit,
    wanted: oneOf(field(node, 'wanted'), ['above zero', 'below zero', 'near zero', 'near 0.5', 'above 0.5', 'near 1']),
  };
}

/** What a readout is worth, as it stands in a probe and in its report. */
export function parseEvidence(node: JsonNode): TraceEvidence {
  const stories = field(node, 'stories');
  return {
    topics: parseAuroc(field(node, 'topics')),
    sets: list(field(node, 'sets'), 0, 64).map((set) => ({ name: words(field(set, 'name'), 80), ...parseAuroc(set) })),
    stories:
      stories.value === null
        ? null
        : { within: parseAuroc(field(stories, 'within')), pooled: parseAuroc(field(stories, 'pooled')) },
    apart: list(field(node, 'apart'), 0, 16).map((set) => ({
      name: words(field(set, 'name'), 80),
      auroc: parseEstimate(field(set, 'auroc'), SHARE),
    })),
  };
}

function parseAuroc(node: JsonNode): TraceAuroc {
  return { ends: parseEstimate(field(node, 'ends'), SHARE), inside: parseEstimate(field(node, 'inside'), SHARE) };
}

/** What `read` reads, or null where the file says null. */
export function orNull<T>(node: JsonNode, read: (node: JsonNode) => T): T | null {
  return node.value === null ? null : read(node);
}

function checkEnds({ path, refuse }: JsonNode, low: number | null, high: number | null): void {
  if ((low === null) !== (high === null)) refuse(`${path} must have both ends of its interval or neither.`);
  if (low !== null && high !== null && low > high)
    refuse(`${path} has an interval from ${low} to ${high}; its low end must not lie above its high end.`);
}
