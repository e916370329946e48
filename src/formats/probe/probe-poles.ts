/** The part of a probe's files that holds each pole from neutral: new in version 3, absent in older ones and where it is null. */
import { type ByPole, byPole, POLES } from '../../probe/heads.ts';
import type { PoleCard } from '../../probe/probe-head.ts';
import type { PoleEvidence, Probe } from '../../probe/probe-types.ts';
import { field, integer, type JsonNode } from '../../json/json-path.ts';
import { exactly, share } from '../../json/json-values.ts';
import { parseAlarm, parseCalibration, parseEarlyTokens, parseLexical } from './probe-parts.ts';
import type { TensorToWrite } from '../containers/safetensors.ts';

/** Reads a tensor of a shape; whatever is wrong with it throws. */
type ReadTensor = (name: string, shape: readonly number[]) => Float32Array;

/** Reads `probe.poles`. */
export function parsePoleCards(node: JsonNode, layers: number): ByPole<PoleCard> | null {
  if (node.value === null) return null;
  return byPole((pole) => {
    const own = field(node, pole);
    return {
      calibration: exactly(field(own, 'calibration'), layers, parseCalibration),
      earlyTokens: parseEarlyTokens(field(own, 'earlyTokens'), layers),
      lexical: parseLexical(field(own, 'lexical'), layers),
      alarm: parseAlarm(field(own, 'alarm'), layers),
      evidence: parsePoleEvidence(field(own, 'evidence'), layers),
    };
  });
}

/** Adds their vectors. */
export function withPoleTensors(
  cards: ByPole<PoleCard> | null,
  layers: number,
  hidden: number,
  tensor: ReadTensor,
): Probe['poles'] {
  if (cards === null) return null;
  return byPole((pole) => ({
    ...cards[pole],
    directions: tensor(`${pole}_directions`, [layers, hidden]),
    lexical: { ...cards[pole].lexical, weights: tensor(`${pole}_lexical`, [layers, 2, hidden]) },
  }));
}

/** What stands in the JSON. */
export function polesJson(poles: Probe['poles']): object | null {
  if (poles === null) return null;
  return byPole((pole) => {
    const {
      calibration,
      earlyTokens,
      lexical: { offset, explained },
      alarm,
      evidence,
    } = poles[pole];
    return { calibration, earlyTokens, lexical: { offset, explained }, alarm, evidence };
  });
}

/** The tensors by name. */
export function poleTensors(poles: Probe['poles'], layers: number, hidden: number): [string, TensorToWrite][] {
  if (poles === null) return [];
  return POLES.flatMap((pole): [string, TensorToWrite][] => [
    [`${pole}_directions`, { dtype: 'F32', shape: [layers, hidden], data: poles[pole].directions }],
    [`${pole}_lexical`, { dtype: 'F32', shape: [layers, 2, hidden], data: poles[pole].lexical.weights }],
  ]);
}

function parsePoleEvidence(node: JsonNode, layers: number): PoleEvidence {
  const shares = (key: string): number[] => exactly(field(node, key), layers, share);
  return {
    topics: integer(field(node, 'topics'), 1, 100_000),
    rows: integer(field(node, 'rows'), 1, 1_000_000),
    auroc: shares('auroc'),
    aurocLow: shares('aurocLow'),
    aurocHigh: shares('aurocHigh'),
    other: shares('other'),
    otherLow: shares('otherLow'),
    otherHigh: shares('otherHigh'),
  };
}
