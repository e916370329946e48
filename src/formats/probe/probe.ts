/**
 * The probe bundle: `probe.json` (what it is, how a projection becomes a score, evidence, provenance) beside
 * `directions.safetensors` (the vectors), and `report.json` (its judgement, see `report.ts`). Reading checks everything;
 * writing is deterministic.
 *
 * Version 2 added the steering vectors, the words' share and the 1 % lines. Files of version 1 still open, with all of
 * these absent: zero tensors, nothing explained, rate 0 and empty lists. Their evidence counts every readout as a row.
 * Version 3 added each pole from neutral; in files of version 1 and 2 `poles` is null. Version 4 added the ten placebo directions
 * `[10, layers, hidden]`; in older files, and in those that were written from one and lack the tensor, `placebos` is null.
 * Version 5 added `tensorsSha256`, the hash of the file beside it: a bundle of two probes, or one that was written by half, is refused.
 * It also brought the trace readout, which may be absent.
 */
import { AppError } from '../../base/errors.ts';
import { otherDtype } from '../../models/model-dtype.ts';
import { type ModelIdentity, PLACEBO_COUNT, type Probe } from '../../probe/probe-types.ts';
import type { ProbeHead } from '../../probe/probe-head.ts';
import { sha256Of } from '../../base/sha256.ts';
import { field, fileObject, integer, type JsonNode, list, type Refuse, words } from '../../json/json-path.ts';
import { identifier, parseAxis, sha256 } from '../../json/json-values.ts';
import { layOut } from '../../json/lay-out.ts';
import {
  parseAlarm,
  parseCalibration,
  parseEarlyTokens,
  parseEvidence,
  parseLexical,
  parseMethod,
  parseModel,
  parseNullHead,
  parseOldMethod,
  parseProvenance,
  UNMEASURED_ALARM,
} from './probe-parts.ts';
import { parsePoleCards, polesJson, poleTensors, withPoleTensors } from './probe-poles.ts';
import { parseTraceCard, traceJson, traceTensors, withTraceTensors } from './probe-trace.ts';
import {
  parseSafetensors,
  safetensorsMetadata,
  serialiseSafetensors,
  type Tensor,
  type TensorToWrite,
} from '../containers/safetensors.ts';

/** Names of the files of a bundle; a bundle may lack the report. */
export const PROBE_FILES = { json: 'probe.json', tensors: 'directions.safetensors', report: 'report.json' } as const;

const FORMAT = 'flipside-probe';
const VERSION = 5;

const refuse: Refuse = (message) => {
  throw new AppError('probe-invalid', `${message} Restore the probe, or train it again.`);
};

/**
 * Reads a bundle. Throws `probe-invalid` (names the path in the JSON, or that the two files belong to different probes) or
 * `tensor-file-invalid` (names the tensor).
 */
export function parseProbe(jsonText: string, tensorBytes: Uint8Array): Probe {
  const { head, version, tensorsSha256 } = parseHead(jsonText);
  const { hidden, layerCount } = head.model;
  const layers = layerCount + 1;
  const { rank } = head.nullModel;
  const tensors = parseSafetensors(tensorBytes, PROBE_FILES.tensors);
  assertOneBundle(head.id, tensorsSha256, tensorBytes);
  const wide = (name: string): Float32Array => tensor(tensors, name, [layers, hidden]);
  const featureScale = wide('null_feature_scale');
  if (!featureScale.every((value) => value > 0)) tensorRefusal('"null_feature_scale" must hold positive numbers only.');
  return {
    ...head,
    directions: wide('directions'),
    steering: version === 1 ? new Float32Array(layers * hidden) : wide('steering'),
    placebos:
      version < 4 || !tensors.has('placebos') ? null : tensor(tensors, 'placebos', [PLACEBO_COUNT, layers, hidden]),
    lexical: {
      ...head.lexical,
      weights: version === 1 ? new Float32Array(layers * 2 * hidden) : tensor(tensors, 'lexical', [layers, 2, hidden]),
    },
    nullModel: {
      ...head.nullModel,
      factor: tensor(tensors, 'null_factor', [layers, rank, hidden]),
      featureScale,
      center: wide('null_center'),
      drift: wide('null_drift'),
    },
    poles: withPoleTensors(head.poles, layers, hidden, (name, shape) => tensor(tensors, name, shape)),
    trace: withTraceTensors(head.trace, layers, hidden, (name, shape) => tensor(tensors, name, shape)),
  };
}

/** Reads `probe.json` alone: enough to show a probe, not to score with it. Throws `probe-invalid` (names the path). */
export function parseProbeCard(jsonText: string): ProbeHead {
  return parseHead(jsonText).head;
}

/**
 * Throws `probe-invalid` where the tensors are another probe's, by its name in them or by their hash; files before
 * version 5 have no hash.
 */
function assertOneBundle(id: string, expected: string | null, tensorBytes: Uint8Array): void {
  const found = safetensorsMetadata(tensorBytes, PROBE_FILES.tensors, 'probe');
  const remedy = `Put back the ${PROBE_FILES.json} and the ${PROBE_FILES.tensors} that were written together, or train the probe again.`;
  if (found !== null && found !== id) {
    throw new AppError(
      'probe-invalid',
      `${PROBE_FILES.json} is of the probe "${id}", but ${PROBE_FILES.tensors} holds the vectors of "${found.slice(0, 80)}". ${remedy}`,
      { probe: id, tensorsOf: found.slice(0, 80) },
    );
  }
  if (expected === null) return;
  const actual = sha256Of(tensorBytes);
  if (actual === expected) return;
  const details = { probe: id, expected, actual };
  throw new AppError(
    'probe-invalid',
    `${PROBE_FILES.json} of "${id}" belongs to a ${PROBE_FILES.tensors} with the hash ${expected.slice(0, 12)}…, but the one beside it has ${actual.slice(0, 12)}…. ${remedy}`,
    details,
  );
}

function parseHead(jsonText: string): {
  readonly head: ProbeHead;
  readonly version: number;
  readonly tensorsSha256: string | null;
} {
  const root = fileObject(jsonText, 'probe', FORMAT, VERSION, refuse);
  const version = integer(field(root, 'version'), 1, VERSION);
  const model = parseModel(field(root, 'model'));
  const layers = model.layerCount + 1;
  const head: ProbeHead = {
    ...namesOf(root),
    axis: parseAxis(field(root, 'axis')),
    model,
    method: version === 1 ? parseOldMethod(field(root, 'method')) : parseMethod(field(root, 'method')),
    defaultLayer: integer(field(root, 'defaultLayer'), 0, layers - 1),
    taps: list(field(root, 'taps'), 1, 16).map((node) => words(node, 400)),
    calibration: list(field(root, 'calibration'), layers, layers).map(parseCalibration),
    earlyTokens: parseEarlyTokens(field(root, 'earlyTokens'), layers),
    lexical:
      version === 1
        ? { offset: zeros(layers), explained: zeros(layers) }
        : parseLexical(field(root, 'lexical'), layers),
    alarm: version === 1 ? UNMEASURED_ALARM : parseAlarm(field(root, 'alarm'), layers),
    nullModel: parseNullHead(field(root, 'nullModel')),
    evidence: parseEvidence(field(root, 'evidence'), layers),
    poles: version < 3 ? null : parsePoleCards(field(root, 'poles'), layers),
    trace: version < 5 ? null : parseTraceCard(root, layers),
    provenance: parseProvenance(field(root, 'provenance')),
  };
  return { head, version, tensorsSha256: version < 5 ? null : sha256(field(root, 'tensorsSha256')) };
}

/** Writes a bundle; equal probes give equal files. Covariance factor and placebos are kept in half precision, all else in float32. */
export function serialiseProbe(probe: Probe): { readonly json: string; readonly tensors: Uint8Array<ArrayBuffer> } {
  const layers = probe.model.layerCount + 1;
  const { hidden } = probe.model;
  const { factor, rank, featureScale, center, drift, driftOrigin, seed, count } = probe.nullModel;
  const {
    id,
    title,
    about,
    axis,
    model,
    method,
    defaultLayer,
    taps: readoutTexts,
    calibration,
    earlyTokens,
    alarm,
    evidence,
    poles,
    provenance,
  } = probe;
  const { weights, offset, explained } = probe.lexical;
  const wide = (data: Float32Array): TensorToWrite => ({ dtype: 'F32', shape: [layers, hidden], data });
  const tensors = serialiseSafetensors(
    new Map<string, TensorToWrite>([
      ['directions', wide(probe.directions)],
      ['steering', wide(probe.steering)],
      ['lexical', { dtype: 'F32', shape: [layers, 2, hidden], data: weights }],
      ['null_feature_scale', wide(featureScale)],
      ['null_center', wide(center)],
      ['null_drift', wide(drift)],
      ['null_factor', { dtype: 'F16', shape: [layers, rank, hidden], data: factor }],
      ...poleTensors(poles, layers, hidden),
      ...(probe.placebos === null
        ? []
        : [['placebos', { dtype: 'F16', shape: [PLACEBO_COUNT, layers, hidden], data: probe.placebos }] as const]),
      ...traceTensors(probe.trace, layers, hidden),
    ]),
    { format: FORMAT, probe: id },
  );
  const head = {
    format: FORMAT,
    version: VERSION,
    id,
    title,
    about,
    axis,
    model,
    method,
    defaultLayer,
    taps: readoutTexts,
    tensorsSha256: sha256Of(tensors),
  };
  const json = layOut({
    ...head,
    calibration,
    earlyTokens,
    lexical: { offset, explained },
    alarm,
    nullModel: { rank, driftOrigin, seed, count },
    evidence,
    poles: polesJson(poles),
    trace: traceJson(probe.trace),
    provenance,
  });
  return { json: `${json}\n`, tensors };
}

/** Throws `usage` where a probe of these names could be written but not read again. */
export function checkProbeNames(names: Pick<Probe, 'id' | 'title' | 'about'>): void {
  namesOf({
    value: names,
    path: 'probe',
    refuse: (message) => {
      throw new AppError('usage', `${message} Choose another folder name, title or description.`);
    },
  });
}

function namesOf(root: JsonNode): Pick<Probe, 'id' | 'title' | 'about'> {
  return {
    id: identifier(field(root, 'id')),
    title: words(field(root, 'title'), 200),
    about: words(field(root, 'about'), 8000),
  };
}

/** Throws `probe-width-mismatch` or `probe-model-mismatch` where a probe belongs to another model than `model`. */
export function assertProbeFits(probe: Pick<Probe, 'id' | 'model'>, model: ModelIdentity): void {
  assertSameModel(probe, model);
  const begins = ({ startToken }: ModelIdentity): string =>
    startToken === undefined ? 'begin with their first word' : `begin with the start token ${startToken}`;
  if (probe.model.startToken === model.startToken) return;
  throw new AppError(
    'probe-model-mismatch',
    `Probe "${probe.id}" was trained on texts that ${begins(probe.model)}, and ${model.id} reads texts that ${begins(model)}. To the model these are different texts, so train the probe again on this model.`,
    { probe: probe.id, probeStartToken: probe.model.startToken ?? null, startToken: model.startToken ?? null },
  );
}

function assertSameModel(probe: Pick<Probe, 'id' | 'model'>, model: ModelIdentity): void {
  const own = probe.model;
  const remedy = 'Pick a probe that was trained on this model, or train one on it.';
  if (own.hidden !== model.hidden || own.layerCount !== model.layerCount) {
    const details = {
      probe: probe.id,
      probeHidden: own.hidden,
      modelHidden: model.hidden,
      probeLayers: own.layerCount,
      modelLayers: model.layerCount,
    };
    throw new AppError(
      'probe-width-mismatch',
      `Probe "${probe.id}" expects ${own.hidden} numbers a token in ${own.layerCount} layers (${own.id}), but ${model.id} gives ${model.hidden} in ${model.layerCount}. ${remedy}`,
      details,
    );
  }
  const variants = otherDtype(own, model);
  if (variants !== null) {
    const { from, to } = variants;
    throw new AppError(
      'probe-model-mismatch',
      `Probe "${probe.id}" was made on the variant ${from} of this model, which is ${to} here. How far it holds on ${to} has to be measured first, which is not done here. ${remedy}`,
      { probe: probe.id, from, to },
    );
  }
  if (own.weightsSha256 !== model.weightsSha256) {
    const details = {
      probe: probe.id,
      probeModel: own.id,
      probeWeights: own.weightsSha256,
      model: model.id,
      modelWeights: model.weightsSha256,
    };
    throw new AppError(
      'probe-model-mismatch',
      `Probe "${probe.id}" was trained on ${own.id} with weights ${own.weightsSha256.slice(0, 12)}…, but the weights of ${model.id} here are ${model.weightsSha256.slice(0, 12)}…. ${own.id === model.id ? 'The name is the same, so a file of the model may be damaged: "flipside verify" holds its files to the hashes that were published with them. If they are right, it is another edition: pick' : 'Pick'} a probe that was trained on this model, or train one on it.`,
      details,
    );
  }
}

function tensor(tensors: ReadonlyMap<string, Tensor>, name: string, shape: readonly number[]): Float32Array {
  const found = tensors.get(name);
  if (found === undefined) return tensorRefusal(`has no tensor "${name}".`);
  const fits = found.shape.length === shape.length && found.shape.every((size, i) => size === shape[i]);
  if (!fits)
    return tensorRefusal(`"${name}" must have the shape [${shape.join(', ')}], got [${found.shape.join(', ')}].`);
  const bad = found.data.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0) return tensorRefusal(`"${name}" holds a number that is not finite, at index ${bad}.`);
  return found.data;
}

function tensorRefusal(problem: string): never {
  throw new AppError(
    'tensor-file-invalid',
    `${PROBE_FILES.tensors} ${problem} Restore the file, or train the probe again.`,
    { file: PROBE_FILES.tensors },
  );
}

function zeros(count: number): number[] {
  return new Array<number>(count).fill(0);
}
