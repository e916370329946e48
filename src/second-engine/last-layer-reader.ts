/**
 * A chat model as training and judging read any model, with two layers: layer 0, the embeddings, and layer 1, the stream after
 * the last layer and the final norm. What lies between is not to be had, and neither is steering. Every control text is a reading of
 * its own of everything before it: the library cannot branch.
 */
import { throwIfStopped } from '../base/abort.ts';
import { AppError } from '../base/errors.ts';
import type { ModelIdentity } from '../probe/probe-types.ts';
import type { TokenStates } from '../chat/chat-model.ts';
import type { Passage, PassageReading, SegmentReader, ReadoutPass } from '../training/reader.ts';

/** A chat model as far as it is read here; it may answer from another thread. */
export interface StatesSource {
  readonly id: string;
  readonly weightsSha256: string;
  tokens(text: string, start: boolean): readonly number[] | Promise<readonly number[]>;
  states(tokens: readonly number[]): Promise<TokenStates>;
}

/** Layers that are read: embeddings and the last. */
const LAYERS = 2;

/**
 * A reader of `chat`. Reads a word to learn the width. Throws `second-engine-unavailable` where the model shows nothing of its inside.
 */
export async function lastLayerReader(chat: StatesSource): Promise<SegmentReader> {
  const { hidden } = await chat.states(await chat.tokens('The', true));
  // The name says what layer 1 is, for a list that holds other probes too.
  const model: ModelIdentity = {
    id: `${chat.id} (last layer, after its norm)`,
    weightsSha256: chat.weightsSha256,
    layerCount: LAYERS - 1,
    hidden,
  };
  return {
    model,
    unreadable: ({ text }) => (Array.isArray(text) ? null : noChatForm()),
    groups: (passages) => passages.map((passage) => [passage]),
    read: async (passages, signal) => {
      const out: PassageReading[] = [];
      for (const passage of passages) out.push(await readPassage(chat, passage, signal));
      return out;
    },
  };
}

function noChatForm(): AppError {
  return new AppError(
    'usage',
    'A chat model of the second engine is read in plain text only: its own form is applied where it answers, not where it is read.',
  );
}

async function readPassage(
  chat: StatesSource,
  { text, readoutTexts, readoutAfter, keepTokens }: Passage,
  signal: AbortSignal | undefined,
): Promise<PassageReading> {
  if (!Array.isArray(text)) throw noChatForm();
  const segments = await Promise.all(
    (text as readonly string[]).map(async (segment, index) =>
      chat.tokens(index === 0 ? segment : ` ${segment}`, index === 0),
    ),
  );
  const readoutTokens = await Promise.all(
    readoutTexts.map(async (readoutText) => chat.tokens(` ${readoutText}`, false)),
  );
  const states = async (tokens: readonly number[]): Promise<TokenStates> => {
    throwIfStopped(signal);
    return chat.states(tokens);
  };
  const found: ReadoutPass[] = [];
  for (const after of readoutAfter) {
    const before = segments.slice(0, after + 1).flat();
    const start = before.length - (segments[after]?.length ?? 0);
    const means: Float32Array[] = [];
    let own: Float32Array | null = null;
    for (const readout of readoutTokens) {
      const read = await states([...before, ...readout]);
      means.push(meanOf(read, before.length, read.count));
      own ??= meanOf(read, start, before.length);
    }
    found.push({ tokensBefore: before.length, means, own: own ?? meanOf(await states(before), start, before.length) });
  }
  if (keepTokens !== true) return { readouts: found };
  const whole = await states(segments.flat());
  const residuals = new Float32Array(LAYERS * whole.count * whole.hidden);
  residuals.set(whole.embeddings);
  residuals.set(whole.last, whole.count * whole.hidden);
  return { readouts: found, tokens: { count: whole.count, residuals } };
}

/**
 * Mean states over the tokens from `start` to before `end` `[layers, hidden]`; position 0 is in no mean, NaN where
 * nothing else is left.
 */
function meanOf({ hidden, embeddings, last }: TokenStates, start: number, end: number): Float32Array {
  const from = Math.max(start, 1);
  const out = new Float32Array(LAYERS * hidden);
  [embeddings, last].forEach((layer, l) => {
    for (let f = 0; f < hidden; f += 1) {
      let sum = 0;
      for (let token = from; token < end; token += 1) sum += layer[token * hidden + f] ?? NaN;
      out[l * hidden + f] = sum / (end - from);
    }
  });
  return out;
}
