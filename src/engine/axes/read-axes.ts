/** Reads one text with several probes in one pass. */
import type { Probe } from '../../probe/probe-types.ts';
import { type AxesRead, type AxesReading, axisHead, inOrder } from '../../reading/axes/axes.ts';
import type { ReadingSink, TokenPiece } from '../../reading/reading.ts';
import type { Granularity } from '../../reading/refinement.ts';
import { TextRun, type TextRunParts } from '../text-run.ts';
import { createAxesScorer } from './axes-scorer.ts';

/**
 * Reads a text after its sentences, and inside them where `every` says so. `onProgress` counts the readings inside. Throws text
 * errors, and `cancelled` when stopped.
 */
export async function readAxes(
  parts: Omit<TextRunParts, 'scorer'>,
  probes: readonly Probe[],
  { text, every }: { readonly text: string; readonly every: Granularity },
  onProgress: (done: number, total: number) => void,
  signal: AbortSignal,
): Promise<AxesRead> {
  const readings: AxesReading[] = [];
  const pieces: TokenPiece[] = [];
  const run = new TextRun({ ...parts, scorer: createAxesScorer(probes, (reading) => readings.push(reading)) });
  const sink: ReadingSink = { tokens: (batch) => void pieces.push(...batch.pieces), readout: () => undefined };
  try {
    const read = await run.read(text, { readouts: true }, sink, signal);
    const inside = every === 'sentence' ? null : await run.refine(every, sink, onProgress, signal);
    return {
      axes: probes.map(axisHead),
      pieces,
      readings: inOrder(readings),
      readoutTokens: read.readoutTokens + (inside?.readoutTokens ?? 0),
      milliseconds: read.milliseconds + (inside?.milliseconds ?? 0),
      left: inside?.left ?? read.left ?? null,
    };
  } finally {
    run.dispose();
  }
}
