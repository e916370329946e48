/** What a figure shows of a recording at one layer and grain, as numbers. The same quantities as on the page. */
import { drawnValues, type Smoothing } from '../../reading/drawn-values.ts';
import { domainOf, type Grain, unitStarts } from '../../reading/grain.ts';
import type { Head } from '../../probe/heads.ts';
import type { ReadoutReading } from '../../reading/reading.ts';
import {
  readingCell,
  stripCell,
  type StripCell,
  readoutMark,
  type ReadoutMark,
  tokenShape,
} from '../../reading/strip-cell.ts';
import { traceValues } from '../../reading/trace-values.ts';
import { type TracePoint, tracePoints } from '../../reading/trace.ts';
import type { RecordedPole, Recording } from './recording.ts';

/** What to draw. */
export interface FigureChoice {
  /** The way of reading; a recording that lacks it shows the difference. */
  readonly head: Head;
  readonly layer: number;
  /** Whether readings are shown at that layer alone; else over the layers that the probe reads at, where the recording has them. */
  readonly single?: boolean;
  readonly grain: Grain;
  /** Tokens in the running mean; only for that grain. */
  readonly window: number;
}

/** The numbers of a figure. */
export interface FigureData {
  /** The way of reading that is shown. */
  readonly head: Head;
  /** What is shown: as asked, or the running mean of a recording without readings. */
  readonly grain: Grain;
  /** Value at the end of the colour scale. */
  readonly domain: number;
  readonly cells: readonly StripCell[];
  /** Readings at the ends of sentences, at the layer. */
  readonly readouts: readonly (ReadoutMark & { readonly afterToken: number })[];
  /** The stretches whose readings are the colours; null where tokens show their own scores. */
  readonly trace: readonly TracePoint[] | null;
  /** Place on the colour scale of one token at any layer; NaN where there is no score. */
  at(token: number, layer: number): number;
}

/** Reads a recording at a layer. A recording without readings shows its running mean where readings were asked for. */
export function figureData(
  recording: Recording,
  { head: wanted, layer, single = false, grain: chosen, window }: FigureChoice,
): FigureData {
  const { layers, tokens, givenTokens, poles, defaultLayer } = recording;
  const head = poles === null ? 'difference' : wanted;
  const { scores, calibration } = headOf(recording, head);
  const grain = chosen === 'reading' && recording.taps.length === 0 ? 'mean' : chosen;
  const domainAt = (at: number): number => {
    const row = calibration[at];
    return row === undefined ? 1 : domainOf(grain, row);
  };
  const domain = domainAt(layer);
  const readings = recording.taps.map((readout): ReadoutReading =>
    head === 'difference'
      ? readout
      : { ...readout, score: readout.poles?.[head] ?? new Float32Array(layers).fill(Number.NaN), shown: null },
  );
  const traceAt = (at: number | null): TracePoint[] => tracePoints(readings, tokens.length, at, defaultLayer);
  const readouts = traceAt(layer)
    .filter(({ stand }) => stand === 'sentence')
    .map(({ score, low, high, afterToken }, index) => ({ ...readoutMark(index, score, low, high), afterToken }));
  const common = { head, grain, domain, readouts };
  const shapeOf = (token: number, hooked: boolean): ReturnType<typeof tokenShape> =>
    tokenShape(token, tokens[token]?.text ?? '', token === givenTokens && token > 0, hooked);
  if (grain === 'reading') {
    const trace = traceAt(single ? layer : null);
    const values = traceValues(trace, tokens.length);
    const byLayer = Array.from({ length: layers }, (_, at) => traceValues(traceAt(at), tokens.length));
    const end = (trace.at(-1)?.afterToken ?? -1) + 1;
    return {
      ...common,
      trace,
      cells: tokens.map((_, token) => readingCell(shapeOf(token, false), values[token] ?? Number.NaN, token < end)),
      at: (token, other) => clamped((byLayer[other]?.[token] ?? Number.NaN) / domainAt(other)),
    };
  }
  const readoutAfter = new Map(readouts.map((readout) => [readout.afterToken, readout]));
  const smoothing: Smoothing = {
    grain,
    window,
    starts: unitStarts(
      grain,
      tokens.map((piece) => piece.text),
    ),
    tokens: tokens.length,
  };
  const values = drawnValues({ scores, layers }, smoothing, 0, tokens.length, 0, layers);
  const valueAt = (token: number, at: number): number => values[token * layers + at] ?? Number.NaN;
  return {
    ...common,
    trace: null,
    cells: tokens.map((_, token) =>
      stripCell(
        shapeOf(token, readoutAfter.has(token)),
        valueAt(token, layer),
        domain,
        readoutAfter.get(token) ?? null,
      ),
    ),
    at: (token, other) => clamped(valueAt(token, other) / domainAt(other)),
  };
}

function clamped(t: number): number {
  return Math.max(-1, Math.min(1, t));
}

/** The scores and scales of one way of reading; those of the difference where the recording lacks it. */
export function headOf(recording: Recording, head: Head): RecordedPole {
  return head === 'difference' ? recording : (recording.poles?.[head] ?? recording);
}
