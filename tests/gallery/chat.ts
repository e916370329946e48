/** Pages of the gallery with a chat model, over a fake of web-llm: what it drafts, some of it not ready, and what it chooses. */
import type { ConnectChatModel } from '../../src/chat/chat-model.ts';
import type { AppState } from '../../src/state/app.svelte.ts';
import { trainState } from '../../src/features/train/train-state.ts';
import { chatModelOf } from '../../src/second-engine/chat-model.ts';
import { type FakeLibrary, fakeWebLlm } from '../fixtures/servers/fake-web-llm.ts';

/** A chat model whose drafts name a pole in one turn, repeat themselves, and which chooses A in most questions. */
export const chatty =
  (library: FakeLibrary = {}): ConnectChatModel =>
  async ({ id }) => {
    const { engine } = fakeWebLlm(
      id,
      ({ messages: [message] }, index) => {
        const topic = /Topic: (.*)\./.exec(typeof message?.content === 'string' ? message.content : '')?.[1];
        if (topic === undefined) return { text: index % 3 === 0 ? 'B' : 'A' };
        if (topic === 'a topic it will not write about') return { text: 'I am sorry, but I cannot write about that.' };
        return {
          text: JSON.stringify({
            scene: `Mara kept the ${topic} through the winter.`,
            positive: `She let the boy use the ${topic} and asked for nothing.`,
            negative: `She turned the boy away, which was cruel, and locked the ${topic}.`,
            neutral: 'She swept the floor before noon and hung up the keys.',
          }),
        };
      },
      library,
    );
    return chatModelOf(engine, id, 'cd'.repeat(32));
  };

/** Configures a chat model and loads it. */
export async function withChat(app: AppState): Promise<void> {
  const { chat } = trainState(app);
  await chat.add({
    id: 'Llama-3.2-1B-Instruct-q4f16_1-MLC',
    model: './models/llama/',
    library: './models/llama/llama-webgpu.wasm',
  });
  await chat.load();
}
