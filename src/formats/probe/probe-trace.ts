/** The part of a probe's files that holds its trace readout: new in version 5, absent in older ones and where there is none. */
import { byPole, type ByPole, POLES } from '../../probe/heads.ts';
import { shown } from '../../base/shown.ts';
import type { TraceCard, TraceHeadCard } from '../../probe/probe-head.ts';
import type { TraceHead, TraceNull, TraceReadout } from '../../probe/trace-types.ts';
import { field, has, integer, type JsonNode, list, number, words } from '../../json/json-path.ts';
import { exactly, positive } from '../../json/json-values.ts';
import { parseEvidence } from './report-parts.ts';
import type { TensorToWrite } from '../containers/safetensors.ts';

/** Reads a tensor of a shape; whatever is wrong with it throws. */
type ReadTensor = (name: string, shape: readonly number[]) => Float32Array;

const HEADS = ['ends', 'inside'] as const;

/** Reads `probe.trace`; null where there is none. `layers` is model.layerCount + 1. */
export function parseTraceCard(root: JsonNode, layers: number): TraceCard | null {
  if (!has(root, 'trace')) return null;
  const node = field(root, 'trace');
  if (node.value === null) return null;
  const shown = layerList(field(node, 'layers'), layers);
  const heads = Object.fromEntries(HEADS.map((name) => [name, parseHead(field(node, name), layers, shown)])) as Record<
    (typeof HEADS)[number],
    TraceHeadCard
  >;
  return {
    texts: list(field(node, 'texts'), 1, 16).map((text) => words(text, 400)),
    layers: shown,
    ...heads,
    freeOf: list(field(node, 'freeOf'), 0, 16).map((name) => words(name, 80)),
    evidence: parseEvidence(field(node, 'evidence')),
  };
}

/** Adds its vectors. */
export function withTraceTensors(
  card: TraceCard | null,
  layers: number,
  hidden: number,
  tensor: ReadTensor,
): TraceReadout | null {
  if (card === null) return null;
  const headOf = (name: (typeof HEADS)[number]): TraceHead => {
    const head = card[name];
    const covered = head.nullModel.layers.length;
    return {
      ...head,
      directions: tensor(`trace_${name}`, [layers, hidden]),
      poles: byPole((pole) => ({ ...head.poles[pole], directions: tensor(`trace_${name}_${pole}`, [layers, hidden]) })),
      nullModel: {
        ...head.nullModel,
        factor: tensor(`trace_${name}_factor`, [covered, head.nullModel.rank, hidden]),
        featureScale: tensor(`trace_${name}_feature_scale`, [covered, hidden]),
        center: tensor(`trace_${name}_center`, [covered, hidden]),
      },
    };
  };
  return { ...card, ends: headOf('ends'), inside: headOf('inside') };
}

/** What stands in the JSON. */
export function traceJson(trace: TraceReadout | null): object | null {
  if (trace === null) return null;
  const head = ({ zero, scale, poles, nullModel: { layers, rank, seed, count } }: TraceHead): object => ({
    zero,
    scale,
    poles: byPole((pole) => ({ zero: poles[pole].zero })),
    nullModel: { layers, rank, seed, count },
  });
  const { texts, layers, ends, inside, freeOf, evidence } = trace;
  return { texts, layers, ends: head(ends), inside: head(inside), freeOf, evidence };
}

/** The tensors by name. */
export function traceTensors(trace: TraceReadout | null, layers: number, hidden: number): [string, TensorToWrite][] {
  if (trace === null) return [];
  return HEADS.flatMap((name): [string, TensorToWrite][] => {
    const { directions, poles, nullModel } = trace[name];
    const wide = (data: Float32Array): TensorToWrite => ({ dtype: 'F32', shape: [layers, hidden], data });
    const covered = nullModel.layers.length;
    return [
      [`trace_${name}`, wide(directions)],
      ...POLES.map((pole): [string, TensorToWrite] => [`trace_${name}_${pole}`, wide(poles[pole].directions)]),
      [`trace_${name}_factor`, { dtype: 'F16', shape: [covered, nullModel.rank, hidden], data: nullModel.factor }],
      [`trace_${name}_feature_scale`, { dtype: 'F32', shape: [covered, hidden], data: nullModel.featureScale }],
      [`trace_${name}_center`, { dtype: 'F32', shape: [covered, hidden], data: nullModel.center }],
    ];
  });
}

function parseHead(node: JsonNode, layers: number, shown: readonly number[]): TraceHeadCard {
  const zeroOf = (own: JsonNode): number[] => exactly(field(own, 'zero'), layers, number);
  const poles = field(node, 'poles');
  return {
    zero: zeroOf(node),
    scale: positive(field(node, 'scale')),
    poles: byPole((pole) => ({ zero: zeroOf(field(poles, pole)) })) as ByPole<{ zero: number[] }>,
    nullModel: parseNull(field(node, 'nullModel'), layers, shown),
  };
}

function parseNull(
  node: JsonNode,
  layers: number,
  shown: readonly number[],
): Pick<TraceNull, 'layers' | 'rank' | 'seed' | 'count'> {
  const covered = layerList(field(node, 'layers'), layers);
  const missing = shown.find((layer) => !covered.includes(layer));
  if (missing !== undefined) node.refuse(`${node.path}.layers lacks layer ${missing}, which the reading is made of.`);
  return {
    layers: covered,
    rank: integer(field(node, 'rank'), 1, 1024),
    seed: integer(field(node, 'seed'), 0, 4294967295),
    count: integer(field(node, 'count'), 20, 10_000),
  };
}

/** Layers in ascending order, none twice. */
function layerList(node: JsonNode, layers: number): number[] {
  const found = list(node, 1, layers).map((layer) => integer(layer, 0, layers - 1));
  if (found.some((layer, index) => index > 0 && layer <= (found[index - 1] ?? -1)))
    node.refuse(`${node.path} must rise, got ${shown(found)}.`);
  return found;
}
