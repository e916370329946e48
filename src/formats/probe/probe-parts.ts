/** The parts of `probe.json`, each checked in full and refused by its path. `layers` is model.layerCount + 1. */
import { CONTAINERS } from '../../models/checkpoint/checkpoint-file.ts';
import { DTYPES } from '../../models/model-dtype.ts';
import { shown } from '../../base/shown.ts';
import type {
  AlarmLines,
  EarlyTokens,
  FitMethod,
  LayerCalibration,
  ModelIdentity,
  Probe,
  ProbeEvidence,
} from '../../probe/probe-types.ts';
import type { ProbeHead } from '../../probe/probe-head.ts';
import { field, has, integer, type JsonNode, list, number, words } from '../../json/json-path.ts';
import { exactly, inRange, parseHabits, oneOf, positive, sha256, share } from '../../json/json-values.ts';

const KINDS = ['ridge', 'logistic', 'lda', 'difference-of-means'] as const satisfies readonly FitMethod['kind'][];
const TARGETS = ['poles', 'zeroed', 'hardened'] as const satisfies readonly FitMethod['target'][];

/** Which model a probe belongs to. */
export function parseModel(node: JsonNode): ModelIdentity {
  return {
    id: words(field(node, 'id'), 200),
    weightsSha256: sha256(field(node, 'weightsSha256')),
    layerCount: integer(field(node, 'layerCount'), 1, 511),
    hidden: integer(field(node, 'hidden'), 1, 65536),
    ...parseHabits(node),
    ...(has(node, 'dtype') ? { dtype: oneOf(field(node, 'dtype'), DTYPES) } : {}),
    ...(has(node, 'container') ? { container: oneOf(field(node, 'container'), CONTAINERS) } : {}),
    ...(has(node, 'adapter') ? { adapter: words(field(node, 'adapter'), 100) } : {}),
  };
}

/** How a direction was fitted; the penalty must be one that the kind can have. */
export function parseMethod(node: JsonNode): FitMethod {
  const kind = oneOf(field(node, 'kind'), KINDS);
  const penalty = field(node, 'penalty');
  const allowed = (): number => {
    if (kind === 'difference-of-means') return inRange(penalty, 0, 0);
    return kind === 'lda' ? inRange(penalty, 0, 1) : inRange(penalty, 0, 1e9);
  };
  return { kind, target: oneOf(field(node, 'target'), TARGETS), penalty: allowed() };
}

/** The method of a version 1 file, `{kind, lambda}`, in today's words. */
export function parseOldMethod(node: JsonNode): FitMethod {
  const kind = oneOf(field(node, 'kind'), ['zeroed-ridge', 'ridge', 'difference-of-means']);
  const lambda = inRange(field(node, 'lambda'), 0, 1e9);
  if (kind === 'difference-of-means') return { kind, target: 'poles', penalty: 0 };
  return { kind: 'ridge', target: kind === 'ridge' ? 'poles' : 'zeroed', penalty: lambda };
}

/** The numbers that make a projection a score, at one layer. */
export function parseCalibration(node: JsonNode): LayerCalibration {
  return {
    tapMean: number(field(node, 'tapMean')),
    scale: positive(field(node, 'scale')),
    tokenMean: number(field(node, 'tokenMean')),
    tokenSd: positive(field(node, 'tokenSd')),
    smoothSd: positive(field(node, 'smoothSd')),
  };
}

/** The zeros of the first tokens. */
export function parseEarlyTokens(node: JsonNode, layers: number): EarlyTokens {
  const from = list(field(node, 'from'), 1, 64).map((item) => integer(item, 1, 1_000_000));
  const steadyFrom = integer(field(node, 'steadyFrom'), 2, 1_000_000);
  const ascending = [...from, steadyFrom].every((first, index, all) => index === 0 || first > (all[index - 1] ?? 0));
  if (from[0] !== 1 || !ascending)
    node.refuse(`${node.path}.from must rise from 1 to below steadyFrom, got ${shown(from)} and ${steadyFrom}.`);
  return { from, steadyFrom, means: exactly(field(node, 'means'), layers, (row) => exactly(row, from.length, number)) };
}

/** What is said of the words' share; the weights are a tensor. */
export function parseLexical(node: JsonNode, layers: number): ProbeHead['lexical'] {
  // A prediction on stories left out may be worse than their mean, so that less than nothing is explained.
  return {
    offset: exactly(field(node, 'offset'), layers, number),
    explained: exactly(field(node, 'explained'), layers, (item) => inRange(item, -1e9, 1)),
  };
}

/** The lines of rare readings: one for each layer, or, where nothing was measured, empty lists and rate 0. */
export function parseAlarm(node: JsonNode, layers: number): AlarmLines {
  const rate = inRange(field(node, 'rate'), 0, 0.5);
  const measured = rate > 0;
  const line = (key: string): number[] => exactly(field(node, key), measured ? layers : 0, number);
  const band = (what: 'token' | 'smooth' | 'tap'): [number[], number[]] => {
    const low = line(`${what}Low`);
    const high = line(`${what}High`);
    const crossed = low.findIndex((value, layer) => value > (high[layer] ?? NaN));
    if (crossed >= 0)
      node.refuse(
        `${node.path}.${what}Low[${crossed}] is ${low[crossed]}, above ${what}High[${crossed}], ${high[crossed]}.`,
      );
    return [low, high];
  };
  const count = (key: string): number => integer(field(node, key), measured ? 1 : 0, measured ? 1e9 : 0);
  const [tokenLow, tokenHigh] = band('token');
  const [smoothLow, smoothHigh] = band('smooth');
  const [readoutLow, readoutHigh] = band('tap');
  return {
    rate,
    tokens: count('tokens'),
    taps: count('taps'),
    tokenLow,
    tokenHigh,
    smoothLow,
    smoothHigh,
    tapLow: readoutLow,
    tapHigh: readoutHigh,
  };
}

/** What a version 1 file lacks: no line was measured, and nothing was explained by words. */
export const UNMEASURED_ALARM: AlarmLines = {
  rate: 0,
  tokens: 0,
  taps: 0,
  tokenLow: [],
  tokenHigh: [],
  smoothLow: [],
  smoothHigh: [],
  tapLow: [],
  tapHigh: [],
};

/** Of the null model, what is not a tensor. */
export function parseNullHead(node: JsonNode): ProbeHead['nullModel'] {
  return {
    rank: integer(field(node, 'rank'), 1, 1024),
    driftOrigin: number(field(node, 'driftOrigin')),
    seed: integer(field(node, 'seed'), 0, 4294967295),
    count: integer(field(node, 'count'), 20, 10_000),
  };
}

/** The evidence that lies in the probe itself. */
export function parseEvidence(node: JsonNode, layers: number): ProbeEvidence {
  const shares = (key: string): number[] => exactly(field(node, key), layers, share);
  return {
    topics: integer(field(node, 'topics'), 1, 100_000),
    rows: integer(field(node, 'rows'), 1, 1_000_000),
    auroc: shares('auroc'),
    aurocLow: shares('aurocLow'),
    aurocHigh: shares('aurocHigh'),
    pairs: shares('pairs'),
    nullAuroc95: share(field(node, 'nullAuroc95')),
    nullShuffles: integer(field(node, 'nullShuffles'), 1, 1_000_000),
    nullAuroc95ByLayer: shares('nullAuroc95ByLayer'),
    drift: parseDrift(field(node, 'drift')),
    driftLayer: integer(field(node, 'driftLayer'), 0, layers - 1),
    bySet: list(field(node, 'bySet'), 1, 64).map((set) => {
      const of = (key: string): number => share(field(set, key));
      return {
        name: words(field(set, 'name'), 80),
        topics: integer(field(set, 'topics'), 1, 100_000),
        auroc: of('auroc'),
        aurocLow: of('aurocLow'),
        aurocHigh: of('aurocHigh'),
        pairs: of('pairs'),
      };
    }),
  };
}

/** Neutral stories by sentences read. */
export function parseDrift(
  node: JsonNode,
): { readonly beats: number; readonly mean: number; readonly sd: number; readonly n: number }[] {
  return list(node, 0, 64).map((row) => ({
    beats: integer(field(row, 'beats'), 0, 1000),
    mean: number(field(row, 'mean')),
    sd: inRange(field(row, 'sd'), 0, 1e9),
    n: integer(field(row, 'n'), 1, 1_000_000),
  }));
}

/** What the probe was made from. */
export function parseProvenance(node: JsonNode): Probe['provenance'] {
  return {
    sets: list(field(node, 'sets'), 1, 64).map((set) => ({
      name: words(field(set, 'name'), 80),
      sha256: sha256(field(set, 'sha256')),
      rows: integer(field(set, 'rows'), 1, 1_000_000),
    })),
    seed: integer(field(node, 'seed'), 0, 4294967295),
    version: words(field(node, 'version'), 40),
  };
}
