/** A probe on a chat model's last layer: the worker that trains it asks the model, which lives in the page, text by text. */
import { throwIfStopped } from '../base/abort.ts';
import { AppError } from '../base/errors.ts';
import type { ChatModel, TokenStates } from '../chat/chat-model.ts';
import type { TrainedProbe, TrainingPlan, TrainingProgress } from '../probe/training-plan.ts';
import { startWorker } from '../worker/start-worker.ts';
import type { FromTraining, ModelQuestion, ToTraining } from './training-messages.ts';
import trainingScript from './training.worker.ts?worker&url';

/**
 * Trains as planned, but for the layer, which is the last. Throws what training throws, `second-engine-unavailable` where the
 * model shows nothing of its inside, `worker-died`, and `cancelled`.
 */
export async function trainLastLayer(
  chat: ChatModel,
  plan: TrainingPlan,
  onProgress: (progress: TrainingProgress) => void,
  signal: AbortSignal,
): Promise<TrainedProbe> {
  throwIfStopped(signal);
  const worker = startWorker(new URL(trainingScript, import.meta.url).href);
  const send = (message: ToTraining): void => worker.postMessage(message);
  try {
    return await new Promise<TrainedProbe>((resolve, reject) => {
      signal.addEventListener(
        'abort',
        () => reject(new AppError('cancelled', 'Stopped. Nothing of this training is kept.')),
        { once: true },
      );
      worker.addEventListener('error', ({ message }) =>
        reject(new AppError('worker-died', `The worker that trains on the chat model stopped: ${message}`)),
      );
      worker.addEventListener('message', ({ data }: MessageEvent<FromTraining>) => {
        switch (data.kind) {
          case 'question':
            answer(chat, data.question).then(
              (value) => send({ kind: 'answer', number: data.number, value }),
              (error: unknown) =>
                send({ kind: 'refusal', number: data.number, error: AppError.from(error).toRecord() }),
            );
            break;
          case 'progress':
            onProgress(data.progress);
            break;
          case 'trained':
            resolve(data.probe);
            break;
          case 'failed':
            reject(AppError.fromRecord(data.error));
        }
      });
      send({ kind: 'train', model: { id: chat.id, weightsSha256: chat.weightsSha256 }, plan });
    });
  } finally {
    worker.terminate();
  }
}

async function answer(chat: ChatModel, question: ModelQuestion): Promise<readonly number[] | TokenStates> {
  return question.ask === 'tokens' ? chat.tokens(question.text, question.start) : chat.states(question.tokens);
}
