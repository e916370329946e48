/** Steering as a Python program: the log-probability of the first words of a steered text, under the same steering. */
import { AppError } from '../../base/errors.ts';
import { steeringOf } from '../../formats/python/from-probe.ts';
import type { PythonSteering } from '../../formats/python/program-types.ts';
import type { SetSource } from '../../probe/training-plan.ts';
import type { SteeringRecord } from '../../steering/steering.ts';
import { carriedFiles } from '../probes/probe-to-use.ts';
import type { ProbeOffer } from '../probes/probe-card.ts';
import { probeHash } from '../runs/run-record.ts';
import type { ReadingState } from '../runs/reading.svelte.ts';
import type { MakeProgram } from './copy-python.ts';
import { pythonWeights } from './python-weights.ts';

/** Tokens of the text that a program asks for: a few show the steering as well as many. */
const MOST_TOKENS = 8;

/** A text that was written while steered. */
interface Steered {
  readonly prompt: string;
  readonly steering: SteeringRecord;
  readonly during: ReadingState;
}

/** Reads the first words again by the loaded model. Throws `usage` where the probe has changed, or nothing was written. */
export const steeringProgram =
  (offer: ProbeOffer, { prompt, steering, during }: Steered, stories: () => Promise<SetSource>): MakeProgram =>
  async ({ session }): Promise<PythonSteering | null> => {
    session.needReady();
    const { status } = session;
    const words = during.tokens
      .slice(during.givenTokens, during.givenTokens + MOST_TOKENS)
      .map(({ text }) => text)
      .join('')
      .trim();
    if (words === '') throw new AppError('usage', 'The model has written no word yet. Write a steered text first.');
    if (steering.also !== undefined || steering.when !== undefined)
      throw new AppError(
        'usage',
        'This text was steered along several directions or under a condition, and a program steers along one throughout. Write a text with one direction.',
      );
    if (steering.probeSha256 !== (await probeHash(offer)))
      throw new AppError(
        'usage',
        `This text was steered by ${steering.direction}, and ${offer.title} is chosen now. Choose that probe again, or write another text.`,
      );
    const carried = await carriedFiles(offer, session);
    if (status === null || carried === null) return null;
    const { mode, pole, from, to, strength, where } = steering;
    const found = await session.steeredWords({
      probe: carried.files,
      settings: { mode, pole, from, to, strength, where },
      stories: await stories(),
      text: prompt,
      words,
    });
    const { direction } = steering;
    const weights = pythonWeights(status.model);
    return found && steeringOf({ direction, settings: { mode, pole, strength }, text: prompt, words, weights }, found);
  };
