/** From fitted directions to scores: zero, unit, tokens, words and lines of the difference and of each pole from neutral. */
import { alarmLines, type ReadoutLines } from '../../reading/alarm.ts';
import type { ReadoutCalibration } from '../../probe/fit/calibrate.ts';
import { EARLY_FROM, STEADY_FROM } from '../../reading/early-tokens.ts';
import { type ByPole, byPole, POLES } from '../../probe/heads.ts';
import { concat } from '../../base/float32.ts';
import type { LayerCalibration, PoleHead } from '../../probe/probe-types.ts';
import { significant } from '../../base/round.ts';
import type { StorySet } from '../../formats/sets/story-set.ts';
import type { LongCall } from '../collect.ts';
import type { FittedLayers } from '../fit-layers.ts';
import type { SegmentReader } from '../reader.ts';
import { type TokenFacts, tokenFacts } from '../token-facts.ts';

/** All that turns residuals into scores of one way of reading. */
export type Scored = Omit<PoleHead, 'evidence'>;

interface Direction {
  readonly direction: Float32Array;
  readonly readouts: ReadoutCalibration;
}

/** Reads the stories once for all ways of reading; throws as {@link tokenFacts}. */
export async function scoredHeads(
  reader: SegmentReader,
  stories: StorySet,
  fitted: FittedLayers,
  call: LongCall,
): Promise<{ readonly own: Scored; readonly poles: ByPole<Scored> }> {
  const { layers } = fitted;
  const heads = [layers, ...POLES.map((pole) => layers.map((layer) => layer.poles[pole]))];
  const rows = heads.flat();
  const facts = await tokenFacts(
    reader,
    stories,
    concat(rows.map(({ direction }) => direction)),
    rows.map(({ readouts }) => readouts.scale),
    call,
  );
  const part = (head: number, readoutLines: ReadoutLines): Scored =>
    scoredOf(heads[head] ?? [], factsOf(facts, head * layers.length, (head + 1) * layers.length), readoutLines);
  return {
    own: part(0, fitted.storyLines),
    poles: byPole((pole) => part(1 + POLES.indexOf(pole), fitted.poleStoryLines[pole])),
  };
}

function scoredOf(
  layers: readonly Direction[],
  { units, lexical, lines }: TokenFacts,
  { taps: readouts, tapLow: readoutLow, tapHigh: readoutHigh }: ReadoutLines,
): Scored {
  return {
    directions: concat(layers.map(({ direction }) => direction)),
    calibration: layers.map((layer, l) =>
      rounded({ ...layer.readouts, ...(units[l]?.units ?? { tokenMean: NaN, tokenSd: NaN, smoothSd: NaN }) }),
    ),
    earlyTokens: {
      from: EARLY_FROM,
      steadyFrom: STEADY_FROM,
      means: units.map(({ early }) => early.map((value) => significant(value))),
    },
    lexical,
    alarm: alarmLines(lines, {
      taps: readouts,
      tapLow: readoutLow.map((value) => significant(value)),
      tapHigh: readoutHigh.map((value) => significant(value)),
    }),
  };
}

/** The facts of some of the directions, `from` to before `to`. */
function factsOf(
  { units, lexical: { weights, offset, explained }, lines, lexicalPenalty }: TokenFacts,
  from: number,
  to: number,
): TokenFacts {
  const width = weights.length / offset.length;
  const some = (values: readonly number[]): number[] => values.slice(from, to);
  return {
    units: units.slice(from, to),
    lexical: { weights: weights.slice(from * width, to * width), offset: some(offset), explained: some(explained) },
    lines: {
      tokens: lines.tokens,
      tokenLow: some(lines.tokenLow),
      tokenHigh: some(lines.tokenHigh),
      smoothLow: some(lines.smoothLow),
      smoothHigh: some(lines.smoothHigh),
    },
    lexicalPenalty,
  };
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
