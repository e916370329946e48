/** Texts written under steering, each read again by the unsteered model. */
import type { Probe } from '../probe/probe-types.ts';
import { type SteeringCondition, withDecision } from '../steering/condition.ts';
import type { Intervention, SteeringWhere } from '../steering/steering.ts';
import type { SamplingOptions } from '../reading/reading.ts';
import type { Decoder } from '../engine/decoder.ts';
import { writingUnder } from '../engine/steering/conditional-writing.ts';
import { createScorer } from '../engine/scorer.ts';
import { TextRun, type TextRunParts } from '../engine/text-run.ts';
import type { SteeringSide, WrittenText } from '../steering/written.ts';
import { GrownReading } from './grown-reading.ts';

/** What is written. */
export interface SteeredTextPlan {
  readonly prompts: readonly string[];
  readonly seeds: readonly number[];
  /** What is done for each side that is written. */
  readonly interventions: ReadonlyMap<SteeringSide, Intervention>;
  readonly where: SteeringWhere;
  /** Null where every token is steered, from the first that may be on. */
  readonly condition: SteeringCondition | null;
  readonly sampling: Omit<SamplingOptions, 'seed'>;
}

/**
 * Writes and reads back, on a decoder that takes the interventions and one that is never steered (they may be one). `onText`
 * is called with how many are done.
 */
export async function writeSteeredTexts(
  parts: Omit<TextRunParts, 'decoder' | 'scorer'>,
  steered: Decoder,
  unsteered: Decoder,
  probe: Probe,
  plan: SteeredTextPlan,
  onText: (done: number, total: number) => void,
  signal: AbortSignal,
): Promise<readonly WrittenText[]> {
  const scorer = createScorer(probe);
  const texts: WrittenText[] = [];
  const total = plan.prompts.length * plan.seeds.length * plan.interventions.size;
  for (const prompt of plan.prompts) {
    for (const seed of plan.seeds) {
      for (const [side, intervention] of plan.interventions) {
        const during = new GrownReading();
        const text = { text: prompt, where: plan.where, sampling: { ...plan.sampling, seed }, readouts: true };
        const condition = intervention.length === 0 ? null : plan.condition;
        let decided: Required<Pick<WrittenText, 'acted' | 'asked'>> = { acted: [], asked: 0 };
        const summary = await writingUnder(
          { ...parts, decoder: steered, scorer },
          intervention,
          condition,
          (decision) => (decided = withDecision(decided, decision)),
        ).write(text, during, signal);
        const whole = during.pieces.map(({ text }) => text).join('');
        const back = new GrownReading();
        const run = new TextRun({ ...parts, decoder: unsteered, scorer });
        await run.read(whole, { readouts: true }, back, signal);
        run.dispose();
        const last = ({ readouts }: GrownReading): number => readouts.at(-1)?.score[probe.defaultLayer] ?? NaN;
        texts.push({
          prompt,
          seed,
          side,
          text: whole.slice(prompt.length),
          tokens: summary.tokens,
          ended: summary.ended,
          readBack: last(back),
          during: last(during),
          ...(condition !== null && decided),
        });
        onText(texts.length, total);
      }
    }
  }
  return texts;
}
