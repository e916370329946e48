/** The tokens that a GGUF file says it has, and whether a tokenizer.json beside it has the same. */
import { objectIn, textInvalid } from '../model/model-text.ts';

/** Kinds of tokens (llama.h, llama_token_type). */
export const CONTROL = 3;
export const USER_DEFINED = 4;
export const BYTE = 6;

/** What the metadata of a file says of its tokens. */
export interface GgufVocabulary {
  readonly file: string;
  /** By id. */
  readonly tokens: readonly string[];
  /** Of each token its kind; as many as there are tokens. */
  readonly kinds: readonly number[];
  readonly metadata: ReadonlyMap<string, unknown>;
}

/**
 * Throws `model-text-invalid`, naming the first token that differs, where the text of a tokenizer.json has other tokens than the file.
 * An added token may differ in its spaces, and ids that tokenizer.json leaves out are called `[PAD5]` in the file: llama.cpp's
 * converter writes both so (conversion/base.py, get_vocab_base).
 */
export function assertSameTokens({ file, tokens, kinds }: GgufVocabulary, tokenizerJson: string): void {
  const tokenizer = objectIn('tokenizer.json', tokenizerJson);
  const [words, added] = [wordsIn(tokenizer), addedIn(tokenizer)];
  for (const [id, token] of tokens.entries()) {
    const named = added.get(id) ?? words.get(id) ?? `[PAD${id}]`;
    if (named === token || (kinds[id] === USER_DEFINED && added.has(id))) continue;
    throw textInvalid(
      'tokenizer.json',
      `calls token ${id} ${JSON.stringify(named.slice(0, 40))}, and ${file} calls it ${JSON.stringify(token.slice(0, 40))}: they are of two models`,
    );
  }
}

/** The vocabulary by id: an object of ids by token in BPE, a list of pieces with scores in Unigram. */
function wordsIn(tokenizer: Record<string, unknown>): ReadonlyMap<number, string> {
  const { vocab } = (tokenizer['model'] ?? {}) as { readonly vocab?: unknown };
  if (Array.isArray(vocab))
    return new Map(vocab.map((entry: unknown, id) => [id, Array.isArray(entry) ? String(entry[0]) : '']));
  if (typeof vocab !== 'object' || vocab === null) throw textInvalid('tokenizer.json', 'holds no vocabulary');
  return new Map(Object.entries(vocab).map(([token, id]) => [Number(id), token]));
}

function addedIn(tokenizer: Record<string, unknown>): ReadonlyMap<number, string> {
  const added = tokenizer['added_tokens'];
  const known = new Map<number, string>();
  for (const entry of Array.isArray(added) ? (added as unknown[]) : []) {
    const { id, content } = (typeof entry === 'object' && entry !== null ? entry : {}) as Record<string, unknown>;
    if (typeof id === 'number' && typeof content === 'string') known.set(id, content);
  }
  return known;
}
