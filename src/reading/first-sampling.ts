/** How words are chosen until the reader sets something else, in the page and in what is recorded for it. */
import type { SamplingOptions } from './reading.ts';

/** The same in every place. */
export const FIRST_SAMPLING: SamplingOptions = { temperature: 0.8, topK: 0, topP: 0.95, seed: 1, maxTokens: 80 };
