/**
 * The probe bundle: `probe.json` (what it is, how a projection becomes a score, evidence, provenance) beside
 * `directions.safetensors` (the vectors). Reading checks everything; writing is deterministic.
 */
import { AppError } from '../core/errors.ts';
import type { EarlyTokens, LayerCalibration, ModelIdentity, NullModel, Probe, ProbeEvidence } from '../core/probe-types.ts';
import { field, fileObject, integer, type JsonNode, list, number, type Refuse, text, words } from './json-path.ts';
import { parseSafetensors, serialiseSafetensors, type Tensor, type TensorToWrite } from './safetensors.ts';

/** Names of the two files of a bundle. */
export const PROBE_FILES = { json: 'probe.json', tensors: 'directions.safetensors' } as const;

const FORMAT = 'flipside-probe';
const VERSION = 1;
const METHODS = ['zeroed-ridge', 'ridge', 'difference-of-means'] as const;

const refuse: Refuse = (message) => {
  throw new AppError('probe-invalid', `${message} Restore the probe, or train it again.`);
};

/** Reads a bundle. Throws `probe-invalid` (names the path in the JSON) or `tensor-file-invalid` (names the tensor). */
export function parseProbe(jsonText: string, tensorBytes: Uint8Array): Probe {
  const root = fileObject(jsonText, 'probe', FORMAT, VERSION, refuse);
  const axis = field(root, 'axis');
  const model = parseModel(field(root, 'model'));
  const layers = model.layerCount + 1;
  const method = field(root, 'method');
  const provenance = field(root, 'provenance');
  const tensors = parseSafetensors(tensorBytes, PROBE_FILES.tensors);
  return {
    ...namesOf(root),
    axis: { positive: words(field(axis, 'positive'), 80), negative: words(field(axis, 'negative'), 80), neutral: words(field(axis, 'neutral'), 80) },
    model,
    method: { kind: oneOf(field(method, 'kind'), METHODS), lambda: inRange(field(method, 'lambda'), 0, 1e9) },
    defaultLayer: integer(field(root, 'defaultLayer'), 0, layers - 1),
    taps: list(field(root, 'taps'), 1, 16).map((tap) => words(tap, 400)),
    directions: tensor(tensors, 'directions', [layers, model.hidden]),
    calibration: list(field(root, 'calibration'), layers, layers).map(parseCalibration),
    earlyTokens: parseEarlyTokens(field(root, 'earlyTokens'), layers),
    nullModel: parseNullModel(field(root, 'nullModel'), tensors, layers, model.hidden),
    evidence: parseEvidence(field(root, 'evidence'), layers),
    provenance: {
      sets: list(field(provenance, 'sets'), 1, 64).map((set) => ({
        name: words(field(set, 'name'), 80),
        sha256: sha256(field(set, 'sha256')),
        rows: integer(field(set, 'rows'), 1, 1_000_000),
      })),
      seed: integer(field(provenance, 'seed'), 0, 4294967295),
      version: words(field(provenance, 'version'), 40),
    },
  };
}

/** Writes a bundle; equal probes give equal files. The covariance factor is kept in half precision, all else in float32. */
export function serialiseProbe(probe: Probe): { readonly json: string; readonly tensors: Uint8Array<ArrayBuffer> } {
  const layers = probe.model.layerCount + 1;
  const { hidden } = probe.model;
  const { factor, rank, featureScale, center, drift, driftOrigin, seed, count } = probe.nullModel;
  const { id, title, about, axis, model, method, defaultLayer, taps, calibration, earlyTokens, evidence, provenance } = probe;
  const head = { format: FORMAT, version: VERSION, id, title, about, axis, model, method, defaultLayer, taps };
  const json = layOut({ ...head, calibration, earlyTokens, nullModel: { rank, driftOrigin, seed, count }, evidence, provenance }, '');
  const wide = (data: Float32Array): TensorToWrite => ({ dtype: 'F32', shape: [layers, hidden], data });
  const tensors = serialiseSafetensors(
    new Map<string, TensorToWrite>([
      ['directions', wide(probe.directions)],
      ['null_feature_scale', wide(featureScale)],
      ['null_center', wide(center)],
      ['null_drift', wide(drift)],
      ['null_factor', { dtype: 'F16', shape: [layers, rank, hidden], data: factor }],
    ]),
    { format: FORMAT, probe: id },
  );
  return { json: `${json}\n`, tensors };
}

/** Throws `usage` where a probe of these names could be written but not read again. */
export function checkProbeNames(names: Pick<Probe, 'id' | 'title' | 'about'>): void {
  namesOf({ value: names, path: 'probe', refuse: (message) => {
    throw new AppError('usage', `${message} Choose another folder name, title or description.`);
  } });
}

function namesOf(root: JsonNode): Pick<Probe, 'id' | 'title' | 'about'> {
  return { id: identifier(field(root, 'id')), title: words(field(root, 'title'), 200), about: words(field(root, 'about'), 8000) };
}

/** Throws `probe-width-mismatch` or `probe-model-mismatch` where a probe belongs to another model than `model`. */
export function assertProbeFits(probe: Pick<Probe, 'id' | 'model'>, model: ModelIdentity): void {
  const own = probe.model;
  const remedy = 'Pick a probe that was trained on this model, or train one on it.';
  if (own.hidden !== model.hidden || own.layerCount !== model.layerCount) {
    const details = { probe: probe.id, probeHidden: own.hidden, modelHidden: model.hidden, probeLayers: own.layerCount, modelLayers: model.layerCount };
    throw new AppError('probe-width-mismatch', `Probe "${probe.id}" expects ${own.hidden} numbers a token in ${own.layerCount} layers (${own.id}), but ${model.id} gives ${model.hidden} in ${model.layerCount}. ${remedy}`, details);
  }
  if (own.weightsSha256 !== model.weightsSha256) {
    const details = { probe: probe.id, probeModel: own.id, probeWeights: own.weightsSha256, model: model.id, modelWeights: model.weightsSha256 };
    throw new AppError('probe-model-mismatch', `Probe "${probe.id}" was trained on ${own.id} with weights ${own.weightsSha256.slice(0, 12)}…, but the weights of ${model.id} here are ${model.weightsSha256.slice(0, 12)}…. ${remedy}`, details);
  }
}

function parseModel(node: JsonNode): ModelIdentity {
  return {
    id: words(field(node, 'id'), 200),
    weightsSha256: sha256(field(node, 'weightsSha256')),
    layerCount: integer(field(node, 'layerCount'), 1, 511),
    hidden: integer(field(node, 'hidden'), 1, 65536),
  };
}

function parseCalibration(node: JsonNode): LayerCalibration {
  return {
    tapMean: number(field(node, 'tapMean')),
    scale: positive(field(node, 'scale')),
    tokenMean: number(field(node, 'tokenMean')),
    tokenSd: positive(field(node, 'tokenSd')),
    smoothSd: positive(field(node, 'smoothSd')),
  };
}

function parseEarlyTokens(node: JsonNode, layers: number): EarlyTokens {
  const from = list(field(node, 'from'), 1, 64).map((item) => integer(item, 1, 1_000_000));
  const steadyFrom = integer(field(node, 'steadyFrom'), 2, 1_000_000);
  const ascending = [...from, steadyFrom].every((first, index, all) => index === 0 || first > (all[index - 1] ?? 0));
  if (from[0] !== 1 || !ascending) node.refuse(`${node.path}.from must rise from 1 to below steadyFrom, got ${JSON.stringify(from)} and ${steadyFrom}.`);
  const means = list(field(node, 'means'), layers, layers).map((row) => list(row, from.length, from.length).map(number));
  return { from, steadyFrom, means };
}

function parseNullModel(node: JsonNode, tensors: ReadonlyMap<string, Tensor>, layers: number, hidden: number): NullModel {
  const rank = integer(field(node, 'rank'), 1, 1024);
  const featureScale = tensor(tensors, 'null_feature_scale', [layers, hidden]);
  if (!featureScale.every((value) => value > 0)) tensorRefusal('"null_feature_scale" must hold positive numbers only.');
  return {
    factor: tensor(tensors, 'null_factor', [layers, rank, hidden]),
    rank,
    featureScale,
    center: tensor(tensors, 'null_center', [layers, hidden]),
    drift: tensor(tensors, 'null_drift', [layers, hidden]),
    driftOrigin: number(field(node, 'driftOrigin')),
    seed: integer(field(node, 'seed'), 0, 4294967295),
    count: integer(field(node, 'count'), 20, 10_000),
  };
}

function parseEvidence(node: JsonNode, layers: number): ProbeEvidence {
  const shares = (key: string): number[] => list(field(node, key), layers, layers).map((item) => inRange(item, 0, 1));
  return {
    topics: integer(field(node, 'topics'), 1, 100_000),
    rows: integer(field(node, 'rows'), 1, 1_000_000),
    auroc: shares('auroc'),
    aurocLow: shares('aurocLow'),
    aurocHigh: shares('aurocHigh'),
    pairs: shares('pairs'),
    nullAuroc95: inRange(field(node, 'nullAuroc95'), 0, 1),
    nullShuffles: integer(field(node, 'nullShuffles'), 1, 1_000_000),
    nullAuroc95ByLayer: shares('nullAuroc95ByLayer'),
    drift: list(field(node, 'drift'), 0, 64).map((row) => ({
      beats: integer(field(row, 'beats'), 0, 1000),
      mean: number(field(row, 'mean')),
      sd: inRange(field(row, 'sd'), 0, 1e9),
      n: integer(field(row, 'n'), 1, 1_000_000),
    })),
    driftLayer: integer(field(node, 'driftLayer'), 0, layers - 1),
    bySet: list(field(node, 'bySet'), 1, 64).map((set) => {
      const share = (key: string): number => inRange(field(set, key), 0, 1);
      return { name: words(field(set, 'name'), 80), topics: integer(field(set, 'topics'), 1, 100_000), auroc: share('auroc'), aurocLow: share('aurocLow'), aurocHigh: share('aurocHigh'), pairs: share('pairs') };
    }),
  };
}

function tensor(tensors: ReadonlyMap<string, Tensor>, name: string, shape: readonly number[]): Float32Array {
  const found = tensors.get(name);
  if (found === undefined) return tensorRefusal(`has no tensor "${name}".`);
  const fits = found.shape.length === shape.length && found.shape.every((size, i) => size === shape[i]);
  if (!fits) return tensorRefusal(`"${name}" must have the shape [${shape.join(', ')}], got [${found.shape.join(', ')}].`);
  const bad = found.data.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0) return tensorRefusal(`"${name}" holds a number that is not finite, at index ${bad}.`);
  return found.data;
}

function tensorRefusal(problem: string): never {
  throw new AppError('tensor-file-invalid', `${PROBE_FILES.tensors} ${problem} Restore the file, or train the probe again.`, { file: PROBE_FILES.tensors });
}

function inRange(node: JsonNode, low: number, high: number): number {
  const value = number(node);
  return value >= low && value <= high ? value : node.refuse(`${node.path} must lie between ${low} and ${high}, got ${value}.`);
}

function positive(node: JsonNode): number {
  const value = number(node);
  return value > 0 ? value : node.refuse(`${node.path} must be greater than 0, got ${value}.`);
}

function sha256(node: JsonNode): string {
  const value = text(node);
  return /^[0-9a-f]{64}$/.test(value) ? value : node.refuse(`${node.path} must be a SHA-256 of 64 hexadecimal digits, got ${JSON.stringify(value.slice(0, 80))}.`);
}

function identifier(node: JsonNode): string {
  const value = text(node);
  return /^[a-z0-9][a-z0-9.-]{0,79}$/.test(value) ? value : node.refuse(`${node.path} must hold 1 to 80 small letters, digits, dots and hyphens, got ${JSON.stringify(value.slice(0, 80))}.`);
}

function oneOf<T extends string>(node: JsonNode, allowed: readonly T[]): T {
  return allowed.find((value) => value === node.value) ?? node.refuse(`${node.path} must be one of ${allowed.join(', ')}, got ${JSON.stringify(node.value)}.`);
}

/** JSON that a person can compare line by line: short values and lists of numbers on one line, everything else indented. */
function layOut(value: unknown, indent: string): string {
  const inline = JSON.stringify(value);
  if (typeof value !== 'object' || value === null || inline.length <= 140 || (Array.isArray(value) && value.every((item) => typeof item === 'number'))) return inline;
  const deeper = `${indent}  `;
  if (Array.isArray(value)) return `[\n${value.map((item) => deeper + layOut(item, deeper)).join(',\n')}\n${indent}]`;
  return `{\n${Object.entries(value).map(([key, item]) => `${deeper}${JSON.stringify(key)}: ${layOut(item, deeper)}`).join(',\n')}\n${indent}}`;
}
