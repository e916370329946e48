/** Trains and judges a probe on a chat model's last layer, by the same steps as any other; the model answers from the page. */
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex } from '@noble/hashes/utils.js';
import { AppError } from '../base/errors.ts';
import type { TokenStates } from '../chat/chat-model.ts';
import { runTraining } from '../training/run-plan.ts';
import { lastLayerReader, type StatesSource } from './last-layer-reader.ts';
import type { FromTraining, ModelQuestion, ToTraining } from './training-messages.ts';

/**
 * Layers are chosen among embeddings and the last one only, and of these the last is meant. A readout inside sentences
 * averages layers of the middle, which are not shown here.
 */
const LAST = 1;

const waiting = new Map<
  number,
  { readonly resolve: (value: unknown) => void; readonly reject: (error: AppError) => void }
>();
let asked = 0;

function say(message: FromTraining): void {
  postMessage(message);
}

function ask(question: ModelQuestion): Promise<unknown> {
  const number = asked++;
  say({ kind: 'question', number, question });
  return new Promise((resolve, reject) => waiting.set(number, { resolve, reject }));
}

async function train({ model, plan }: Extract<ToTraining, { readonly kind: 'train' }>): Promise<void> {
  const source: StatesSource = {
    ...model,
    tokens: async (text, start) => (await ask({ ask: 'tokens', text, start })) as readonly number[],
    states: async (tokens) => (await ask({ ask: 'states', tokens })) as TokenStates,
  };
  const hash = (content: string | Uint8Array): string =>
    bytesToHex(sha256(typeof content === 'string' ? new TextEncoder().encode(content) : content));
  const { json, tensors, reportJson } = await runTraining(
    await lastLayerReader(source),
    { ...plan, defaultLayer: LAST, trace: null },
    { hash, onProgress: (progress) => say({ kind: 'progress', progress }) },
  );
  say({ kind: 'trained', probe: { json, tensors, reportJson } });
}

addEventListener('message', ({ data }: MessageEvent<ToTraining>) => {
  if (data.kind === 'train') {
    train(data).catch((error: unknown) => say({ kind: 'failed', error: AppError.from(error).toRecord() }));
    return;
  }
  const question = waiting.get(data.number);
  waiting.delete(data.number);
  if (data.kind === 'answer') question?.resolve(data.value);
  else question?.reject(AppError.fromRecord(data.error));
});
