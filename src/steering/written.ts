/**
 * What steered texts come to: how the unsteered model reads them, and whether they are still texts. The pass that writes a text
 * under steering moves its own trace by the steering itself, so only the reading afterwards is evidence.
 */
import { tokensIn, type TokenStretch } from './condition.ts';
import { clusterMean } from '../stats/effect.ts';
import type { RunSummary } from '../models/engine-report.ts';
import type { Estimate } from '../stats/estimate.ts';
import { mean } from '../stats/stats.ts';
import { writtenFacts } from '../text/written-facts.ts';

/** Resamples of the prompts behind every interval. */
const DRAWS = 2000;

/** How a text was written: steered to a pole, or not at all. */
export type SteeringSide = 'positive' | 'negative' | 'unpushed';

/** A text that was written. */
export interface WrittenText {
  readonly prompt: string;
  readonly seed: number;
  readonly side: SteeringSide;
  /** The words of the model's own, without the prompt. */
  readonly text: string;
  readonly tokens: number;
  readonly ended: RunSummary['ended'];
  /** Score at the control texts after the last word, read by the unsteered model, in the probe's unit. */
  readonly readBack: number;
  /** The same in the pass that wrote it: moved by the steering itself. */
  readonly during: number;
  /** Under a condition: the tokens of the whole text whose stream was steered, and how many could have been. */
  readonly acted?: readonly TokenStretch[];
  readonly asked?: number;
}

/** What the texts of one side have in common. */
export interface SideSummary {
  readonly texts: number;
  readonly tokens: number;
  /** Mean share of words that are not new in their text. */
  readonly repeatedShare: number;
  /** Texts that were stopped because their words went round and round, and texts that refuse; a refusal says nothing about a pole. */
  readonly repetitions: number;
  readonly refusals: number;
  /** Under a condition: tokens that were steered, of those that could have been, over all texts of the side; left out without one. */
  readonly steered?: { readonly tokens: number; readonly of: number };
}

/** What steering makes of writing. Estimates are means over prompts, refusals left out. */
export interface WrittenSummary {
  readonly sides: Readonly<Record<SteeringSide, SideSummary>>;
  /**
   * Read back: positive less negative steering, and each less the unsteered text of the same prompt and seed; null where a side is
   * missing.
   */
  readonly apart: Estimate | null;
  readonly towards: Estimate | null;
  readonly away: Estimate | null;
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

const refuses = ({ text, tokens }: WrittenText): boolean => writtenFacts(text, tokens).refuses;

/** Sums up texts. Of a prompt and seed two sides are compared where neither refuses. */
export function summariseWritten(texts: readonly WrittenText[], seed: number): WrittenSummary {
  const difference = (one: SteeringSide, other: SteeringSide): Estimate | null => {
    const byPrompt = new Map<string, number[]>();
    for (const text of texts) {
      const match =
        text.side === one
          ? texts.find(
              (candidate) =>
                candidate.side === other && candidate.prompt === text.prompt && candidate.seed === text.seed,
            )
          : undefined;
      if (match === undefined || refuses(text) || refuses(match)) continue;
      byPrompt.set(text.prompt, [...(byPrompt.get(text.prompt) ?? []), text.readBack - match.readBack]);
    }
    return byPrompt.size === 0 ? null : clusterMean([...byPrompt.values()].map(mean), DRAWS, seed);
  };
  const side = (which: SteeringSide): SideSummary => {
    const some = texts.filter((text) => text.side === which);
    return {
      texts: some.length,
      tokens: some.length === 0 ? 0 : mean(some.map(({ tokens }) => tokens)),
      repeatedShare: some.length === 0 ? 0 : mean(some.map(({ text, tokens }) => writtenFacts(text, tokens).repeated)),
      repetitions: some.filter(({ ended }) => ended === 'repetition').length,
      refusals: some.filter(refuses).length,
      ...(some.some(({ acted }) => acted !== undefined) && {
        steered: {
          tokens: sum(some.map(({ acted = [] }) => tokensIn(acted))),
          of: sum(some.map(({ asked = 0 }) => asked)),
        },
      }),
    };
  };
  return {
    sides: { positive: side('positive'), negative: side('negative'), unpushed: side('unpushed') },
    apart: difference('positive', 'negative'),
    towards: difference('positive', 'unpushed'),
    away: difference('negative', 'unpushed'),
  };
}
