/**
 * What the page and the worker that trains on a chat model's last layer say to each other: the model lives in the page,
 * the arithmetic in the worker.
 */
import type { ErrorRecord } from '../base/errors.ts';
import type { TokenStates } from '../chat/chat-model.ts';
import type { TrainedProbe, TrainingPlan, TrainingProgress } from '../probe/training-plan.ts';

/** What the worker asks of the chat model. */
export type ModelQuestion =
  | { readonly ask: 'tokens'; readonly text: string; readonly start: boolean }
  | { readonly ask: 'states'; readonly tokens: readonly number[] };

/** To the worker: what to train, once, and then the answers to its questions by their number. */
export type ToTraining =
  | {
      readonly kind: 'train';
      readonly model: { readonly id: string; readonly weightsSha256: string };
      readonly plan: TrainingPlan;
    }
  | { readonly kind: 'answer'; readonly number: number; readonly value: readonly number[] | TokenStates }
  | { readonly kind: 'refusal'; readonly number: number; readonly error: ErrorRecord };

/** From the worker: questions, how far it is, and the end. */
export type FromTraining =
  | { readonly kind: 'question'; readonly number: number; readonly question: ModelQuestion }
  | { readonly kind: 'progress'; readonly progress: TrainingProgress }
  | { readonly kind: 'trained'; readonly probe: TrainedProbe }
  | { readonly kind: 'failed'; readonly error: ErrorRecord };
