/** What a short run found, in a sentence: which engine runs a model, and how fast. */
import type { EnginePlan, Expected } from '../models/device-trial.ts';
import type { GpuCause } from '../models/engine-report.ts';

/** Words of the question how fast a model will run, before it is loaded. */
export const TRIAL_WORDS = {
  ask: 'How fast here?',
  trying: 'Trying small graphs on this device: a few seconds, up to half a minute without a graphics card.',
} as const;

/** Why the processor runs it, as the beginning of a sentence; the rest follows a semicolon. */
const WHY = {
  'no-api': 'This browser offers no graphics card',
  'insecure-page': 'The page came over plain HTTP, which keeps it off the graphics card',
  'no-adapter': 'No graphics card was offered',
  limit: 'The graphics card allows less memory at once than this model needs',
  'no-half': 'The graphics card does not compute in 16 bits, as this model does',
  'no-kernel': 'This model’s attention is computed right on the processor only',
  'no-room': 'The graphics card had no room for a small graph',
  'device-lost': 'The graphics card went away while it was tried',
  'wrong-numbers': 'The graphics card gives wrong numbers',
  'session-failed': 'A small graph would not start on the graphics card',
  slower: 'The graphics card is slower than the processor',
  chosen: 'The processor was chosen',
} satisfies Record<GpuCause, string>;

/** Tokens a second, with two digits. */
function perSecond({ tokenMs }: Expected): string {
  return String(Number((1000 / Math.max(tokenMs, 0.1)).toPrecision(2)));
}

/** E.g. `Runs on the graphics card: about 12 tokens a second expected.` */
export function planSentence({ engine, cause, software, processor, card }: EnginePlan): string {
  if (engine === 'webgpu')
    return `Runs on ${software === true ? 'the software adapter' : 'the graphics card'}${card === null ? '' : `: about ${perSecond(card)} tokens a second expected`}.`;
  const expected = processor === null ? '' : `: about ${perSecond(processor)} tokens a second expected`;
  if (cause === 'slower' && card !== null && processor !== null)
    return `${software === true ? 'The software adapter' : 'The graphics card'} is slower than the processor (${card.atLeast ? 'at most' : 'about'} ${perSecond(card)} tokens a second); the processor runs${expected}.`;
  return `${cause === null ? 'Runs on the processor' : `${WHY[cause]}; the processor runs`}${expected}.`;
}

/** The longest sentence of {@link planSentence}, so that room can be kept for whichever comes. */
export const LONGEST_PLAN = longestPlan();

function longestPlan(): string {
  const slow = { tokenMs: 1600, passMs: 1600 };
  const sentences = [true, false].flatMap((software) =>
    (Object.keys(WHY) as GpuCause[]).map((cause) =>
      planSentence({
        engine: 'wasm',
        cause,
        detail: '',
        software,
        processor: slow,
        card: cause === 'slower' ? { ...slow, atLeast: false } : null,
      }),
    ),
  );
  return sentences.reduce((longest, one) => (one.length > longest.length ? one : longest));
}
