/** A loaded web-llm engine as the page's chat model. */
import { AppError } from '../base/errors.ts';
import { throwIfStopped } from '../base/abort.ts';
import type { ChatModel, ChatReply, ChatRequest } from '../chat/chat-model.ts';
import { insideOf, readStates } from './last-states.ts';
import type { Engine } from './web-llm-parts.ts';

/** The model `id` of an engine that has loaded it, whose list of weights has this SHA-256. Throws `internal` where it has not. */
export function chatModelOf(engine: Engine, id: string, weightsSha256: string): ChatModel {
  const pipeline = engine.loadedModelIdToPipeline.get(id);
  if (pipeline === undefined)
    throw new AppError('internal', `web-llm says that ${id} is loaded, and has no pipeline for it.`);
  return {
    id,
    weightsSha256,
    inside: insideOf(pipeline),
    ask: (request, signal) => ask(engine, id, request, signal),
    tokens: (text, start) => [
      ...(start ? (pipeline.conversation.config.system_prefix_token_ids ?? []) : []),
      ...Array.from(pipeline.tokenizer.encode(text)),
    ],
    states: (tokens) => readStates(pipeline, tokens),
    unload: () => engine.unload(),
  };
}

async function ask(
  engine: Engine,
  id: string,
  request: ChatRequest,
  signal: AbortSignal | undefined,
): Promise<ChatReply> {
  throwIfStopped(signal);
  const interrupt = (): void => void engine.interruptGenerate();
  signal?.addEventListener('abort', interrupt, { once: true });
  try {
    const { messages, maxTokens, temperature, seed, schema, firstTokens } = request;
    const completion = await engine.chat.completions.create({
      model: id,
      messages: messages.map(({ role, content }) => ({ role, content })),
      max_tokens: maxTokens,
      temperature,
      seed,
      stream: false,
      ...(schema === undefined ? {} : { response_format: { type: 'json_object' as const, schema } }),
      ...(firstTokens === undefined ? {} : { logprobs: true, top_logprobs: firstTokens }),
      // Thinking aloud would take the tokens that an answer has.
      ...(/qwen3/i.test(id) ? { extra_body: { enable_thinking: false } } : {}),
    });
    throwIfStopped(signal);
    const [choice] = completion.choices;
    const [first] = choice?.logprobs?.content ?? [];
    return {
      text: choice?.message.content ?? '',
      complete: choice?.finish_reason === 'stop',
      first: (first?.top_logprobs ?? []).map(({ token, logprob }) => ({ token, logprob })),
    };
  } catch (error) {
    throwIfStopped(signal);
    throw error instanceof AppError
      ? error
      : new AppError(
          'second-engine-unavailable',
          `${id} did not answer: ${error instanceof Error ? error.message : String(error)} Load it again.`,
          { model: id },
          error,
        );
  } finally {
    signal?.removeEventListener('abort', interrupt);
  }
}
