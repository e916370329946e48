/** A made-up reading that looks like a real one: for component tests and for looking at the page. Its numbers mean nothing. */
import { type ByPole, byPole, type Pole, signOf } from '../../../../src/probe/heads.ts';
import type { PoleCard } from '../../../../src/probe/probe-head.ts';
import type { AlarmLines, LayerCalibration, ProbeEvidence } from '../../../../src/probe/probe-types.ts';
import type { ReadoutReading, TokenPiece, TokenScores } from '../../../../src/reading/reading.ts';
import { refinement } from '../../../../src/reading/refinement.ts';
import { sentenceEnds } from '../../../../src/text/sentences.ts';
import type { Recording } from '../../../../src/formats/runs/recording.ts';
import type { ProbeCard } from '../../../../src/state/probes/probe-card.ts';

export const LAYERS = 31;

export const BETRAYAL = `Aldo came to the village in the first week of autumn with nothing but a coat and a letter of introduction. He mended the widow Brandt’s roof and would not take her money. When the mill flooded he worked two nights in the cold water so that the others could sleep. Everyone said that the council had been lucky to find him, and they gave him the keys to the granary. He learned where each family kept what it had saved. In the last week of winter he sold the granary’s corn to the garrison and told the officers which cellars to open. He stood by the well and watched while they took old Brandt’s stove, and when she looked at him he laughed. By evening he was riding north with their silver in the letter’s place.`;

/** Cuts a text as a tokenizer would: words with their space, long words in two, marks alone. */
export function cut(text: string): TokenPiece[] {
  const words = text.match(/<\|[a-z_]+\|>| ?[\p{L}\p{N}’]+|\s|[^\s\p{L}\p{N}]/gu) ?? [];
  const pieces = words.flatMap((word) =>
    word.length > 8 && !word.startsWith('<|') ? [word.slice(0, 5), word.slice(5)] : [word],
  );
  return pieces.map((piece, id) => ({ id, text: piece }));
}

/** Repeatable noise of about unit size. */
export function noise(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    let sum = 0;
    for (let draw = 0; draw < 4; draw += 1) {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      sum += state / 2 ** 32 - 0.5;
    }
    return sum * 1.7;
  };
}

export const CALIBRATION: readonly LayerCalibration[] = Array.from({ length: LAYERS }, (_, layer) => ({
  tapMean: 0.1,
  scale: 2 + layer / 10,
  tokenMean: 0,
  tokenSd: 3.5 + layer / 25,
  smoothSd: 1.2 + layer / 40,
}));

/** Scores `[pieces, layers]` whose course follows `lean(share of the text)`. */
export function scoresFor(count: number, lean: (share: number) => number, seed: number): Float32Array {
  const next = noise(seed);
  const scores = new Float32Array(count * LAYERS).fill(Number.NaN);
  const drift = new Float32Array(LAYERS);
  for (let token = 1; token < count; token += 1) {
    let walk = next();
    for (let layer = 0; layer < LAYERS; layer += 1) {
      walk = 0.85 * walk + 0.5 * next();
      drift[layer] = 0.8 * (drift[layer] ?? 0) + 0.3 * next();
      const depth = 1 / (1 + Math.exp(-(layer - 12) / 2.5));
      scores[token * LAYERS + layer] = 2.6 * depth * lean(token / count) + 2.2 * walk + (drift[layer] ?? 0);
    }
  }
  return scores;
}

/** The words' part of such scores: what a token shares with its neighbours in no way; none at layer 0. */
export function wordsFor(scores: Float32Array): Float32Array {
  return scores.map((score, index) => (index % LAYERS === 0 ? Number.NaN : 0.55 * score + 0.4 * Math.sin(index * 7)));
}

const depthOf = (layer: number): number => 1 / (1 + Math.exp(-(layer - 12) / 2.5));
/** How a pole from neutral reads where the difference reads `score`: both poles also leave neutral together. */
const fromNeutral = (pole: Pole, score: number, layer: number): number => 0.4 * score + signOf(pole) * depthOf(layer);

/** Each pole from neutral for such scores. */
export function polesFor(scores: Float32Array): ByPole<TokenScores> {
  return byPole((pole) => {
    const own = scores.map((score, index) => fromNeutral(pole, score, index % LAYERS));
    return { scores: own, words: wordsFor(own) };
  });
}

export const EXPLAINED: readonly number[] = Array.from({ length: LAYERS }, (_, layer) =>
  layer === 0 ? 0 : 0.75 - layer / 60,
);

/** The scales of each pole from neutral, so that a mix-up shows. */
export const POLE_CALIBRATION: ByPole<readonly LayerCalibration[]> = byPole((pole) =>
  CALIBRATION.map((row) => ({
    ...row,
    tokenSd: row.tokenSd * (pole === 'positive' ? 0.8 : 0.9),
    smoothSd: row.smoothSd * (pole === 'positive' ? 0.8 : 0.9),
  })),
);
export const POLE_EXPLAINED: readonly number[] = EXPLAINED.map((share) => share / 2);

const lines = (of: (layer: number) => number): number[] => Array.from({ length: LAYERS }, (_, layer) => of(layer));
export const ALARM: AlarmLines = {
  rate: 0.01,
  tokens: 7183,
  taps: 324,
  tokenLow: lines((layer) => -2.4 * CALIBRATION[layer]!.tokenSd),
  tokenHigh: lines((layer) => 2.3 * CALIBRATION[layer]!.tokenSd),
  smoothLow: lines((layer) => -2.4 * CALIBRATION[layer]!.smoothSd),
  smoothHigh: lines((layer) => 2.3 * CALIBRATION[layer]!.smoothSd),
  tapLow: lines(() => -1.6),
  tapHigh: lines(() => 1.5),
};

export function readoutsFor(
  pieces: readonly TokenPiece[],
  lean: (share: number) => number,
  seed: number,
): ReadoutReading[] {
  const next = noise(seed + 7);
  return sentenceEnds(pieces.map((piece) => piece.text)).map((afterToken) => {
    const centre = 0.15 * next();
    const score = Float32Array.from(
      { length: LAYERS },
      (_, layer) => (1 / (1 + Math.exp(-(layer - 12) / 2.5))) * 1.5 * lean(afterToken / pieces.length) + 0.3 * next(),
    );
    return {
      afterToken,
      stand: 'sentence',
      shown: null,
      score,
      nullLow: new Float32Array(LAYERS).fill(centre - 0.75),
      nullHigh: new Float32Array(LAYERS).fill(centre + 0.7),
      poles: byPole((pole) => score.map((value, layer) => fromNeutral(pole, value, layer))),
    };
  });
}

/** Made-up readings inside the sentences of a text, in the order in which they are made. */
export function insideReadouts(pieces: readonly TokenPiece[]): ReadoutReading[] {
  const next = noise(11);
  const none = new Float32Array(LAYERS).fill(Number.NaN);
  return refinement(
    pieces.map((piece) => piece.text),
    'word',
  ).map((place) => {
    const lean = turn(place.afterToken / pieces.length);
    const score = Float32Array.from(
      { length: LAYERS },
      (_, layer) => (1 / (1 + Math.exp(-(layer - 12) / 2.5))) * lean + 0.5 * next(),
    );
    const poles = byPole((pole) => score.map((value, layer) => fromNeutral(pole, value, layer)));
    return {
      ...place,
      shown: { score: score[16] ?? 0, low: -1, high: 1 },
      score,
      nullLow: none,
      nullHigh: none,
      poles,
    };
  });
}

export const turn = (share: number): number =>
  share < 0.55 ? 0.7 * Math.sin(share * 5.5) : -1.5 * Math.min(1, (share - 0.55) * 4);

/** A recording of a text whose reading follows `lean`. */
export function sampleRecording(id = 'betrayal', title = 'Betrayal', text = BETRAYAL, lean = turn): Recording {
  const tokens = cut(text);
  const scores = scoresFor(tokens.length, lean, id.length);
  return {
    id,
    title,
    text,
    axis: { positive: 'kind', negative: 'cruel', neutral: 'neutral text' },
    defaultLayer: 16,
    tokens,
    givenTokens: tokens.length,
    layers: LAYERS,
    scores,
    words: wordsFor(scores),
    taps: readoutsFor(tokens, lean, id.length),
    calibration: CALIBRATION,
    explained: EXPLAINED,
    alarm: ALARM,
    poles: byPole((pole) => ({
      ...polesFor(scores)[pole],
      calibration: POLE_CALIBRATION[pole],
      explained: POLE_EXPLAINED,
      alarm: ALARM,
    })),
    provenance: {
      model: 'sample',
      weightsSha256: 'c3'.repeat(32),
      probe: 'sample',
      probeSha256: '0'.repeat(64),
      backend: 'none',
      version: '0',
    },
  };
}

const curve = (layer: number): number => 0.5 + (layer === 0 ? 0 : 0.33 * Math.exp(-(((layer - 18) / 9) ** 2)));
const evidence: ProbeEvidence = {
  topics: 72,
  rows: 216,
  auroc: Array.from({ length: LAYERS }, (_, layer) => curve(layer)),
  aurocLow: Array.from({ length: LAYERS }, (_, layer) => curve(layer) - 0.08),
  aurocHigh: Array.from({ length: LAYERS }, (_, layer) => Math.min(1, curve(layer) + 0.07)),
  pairs: Array.from({ length: LAYERS }, (_, layer) => Math.min(1, curve(layer) + 0.1)),
  nullAuroc95: 0.62,
  nullShuffles: 200,
  nullAuroc95ByLayer: Array.from({ length: LAYERS }, () => 0.59),
  drift: [1, 2, 4, 8].map((beats) => ({ beats, mean: 0.2 - beats / 20, sd: 0.5, n: 18 })),
  driftLayer: 16,
  bySet: [{ name: 'kind-cruel-24', topics: 24, auroc: 0.79, aurocLow: 0.7, aurocHigh: 0.88, pairs: 0.88 }],
};

const poleCard = (pole: Pole): PoleCard => ({
  calibration: POLE_CALIBRATION[pole],
  earlyTokens: { from: [1, 2], steadyFrom: 4, means: EXPLAINED.map(() => [0.2, 0]) },
  lexical: { offset: EXPLAINED.map(() => 0), explained: POLE_EXPLAINED },
  alarm: ALARM,
  evidence: {
    topics: 72,
    rows: 144,
    auroc: lines((layer) => Math.min(0.97, curve(layer) + 0.15)),
    aurocLow: lines((layer) => Math.min(0.97, curve(layer) + 0.15) - 0.05),
    aurocHigh: lines((layer) => Math.min(0.97, curve(layer) + 0.15) + 0.02),
    other: lines((layer) => (pole === 'positive' ? curve(layer) : 0.52)),
    otherLow: lines((layer) => (pole === 'positive' ? curve(layer) : 0.52) - 0.07),
    otherHigh: lines((layer) => (pole === 'positive' ? curve(layer) : 0.52) + 0.06),
  },
});

export const SAMPLE_CARD: ProbeCard = {
  id: 'kind-cruel',
  title: 'Kind and cruel',
  about: 'Made-up numbers for looking at the page.',
  axis: { positive: 'kind', negative: 'cruel', neutral: 'neutral text' },
  defaultLayer: 16,
  taps: ['The clock on the wall showed a quarter past four.'],
  calibration: CALIBRATION,
  lexical: { offset: EXPLAINED.map(() => 0), explained: EXPLAINED },
  alarm: ALARM,
  evidence,
  poles: byPole(poleCard),
  trace: null,
  model: { id: 'smollm2-135m-instruct-q4', weightsSha256: 'c3'.repeat(32), layerCount: LAYERS - 1, hidden: 576 },
  method: { kind: 'ridge', target: 'hardened', penalty: 1 },
  earlyTokens: { from: [1, 2], steadyFrom: 4, means: EXPLAINED.map(() => [0.1, 0]) },
  nullModel: { rank: 1, driftOrigin: 3.2, seed: 1, count: 200 },
  provenance: { sets: [{ name: 'kind-cruel-24', sha256: 'ab'.repeat(32), rows: 72 }], seed: 1, version: '0.1.0' },
};
