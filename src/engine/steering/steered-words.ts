/** How likely words are after a text under steering, with the vectors that steered. */
import type { Subject } from '../../experiments/subject.ts';
import { makeSteering, type SteeringDirection } from '../../steering/make-steering.ts';
import { firstSteered, type SteeredWords, type SteeringSettings } from '../../steering/steering.ts';
import type { TextTokenizer } from '../text/tokenizer.ts';

/** What is asked: words after a text, without the space between them. */
export interface WordsAfter {
  readonly text: string;
  readonly words: string;
}

/** Reads the words under steering. Throws `push-invalid`, text errors and what steering throws. */
export async function readSteeredWords(
  subject: Subject,
  tokenizer: TextTokenizer,
  direction: SteeringDirection,
  settings: SteeringSettings,
  { text, words }: WordsAfter,
  signal: AbortSignal,
): Promise<SteeredWords> {
  const steps = makeSteering(direction, settings, await subject.ground(signal), subject.model);
  const [[found] = []] = await subject.likelihoods(
    [{ context: text, continuations: [words] }],
    { intervention: steps, where: settings.where },
    signal,
  );
  return {
    steps,
    from: firstSteered(settings.where, tokenizer.start(text).length),
    ids: tokenizer.encode(` ${words}`),
    logP: found?.logP ?? Number.NaN,
  };
}
