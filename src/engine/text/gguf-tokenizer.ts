/**
 * Makes of the metadata of a GGUF file the two files that a tokenizer is read from. Byte-level BPE whose way of cutting words
 * (`tokenizer.ggml.pre`) is known, and SentencePiece with scores. Anything else needs the model's tokenizer.json beside the file, and is
 * refused by its name without it.
 *
 * Sources: llama.cpp, src/llama-vocab.cpp; transformers, convert_slow_tokenizer.py (merges by scores).
 */
import { damaged, notRead } from '../../models/checkpoint/refusal.ts';
import { shown } from '../../base/shown.ts';
import { assertSameTokens, BYTE, CONTROL, USER_DEFINED, type GgufVocabulary } from './gguf-vocabulary.ts';

/** The texts of tokenizer.json and tokenizer_config.json. */
export interface TokenizerTexts {
  readonly tokenizer: string;
  readonly config: string;
}

/** How words are cut before BPE, and whether texts begin with a start token where the file does not say. */
interface Cutting {
  /** Regular expressions, one after the other; the last before bytes become letters. */
  readonly patterns: readonly string[];
  readonly normalizer?: 'NFC';
  /** Whether a word that is a token is not merged. */
  readonly wholeWords?: boolean;
  readonly startsWithToken?: boolean;
}

const GPT2 = "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+";

/** Llama 3 and those after it; of digits so many at a time. */
const llama3 = (digits: string): string =>
  `'[sS]|'[tT]|'[rR][eE]|'[vV][eE]|'[mM]|'[lL][lL]|'[dD]|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|${digits}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+`;

const LLAMA3: Cutting = { patterns: [llama3('\\p{N}{1,3}')], wholeWords: true, startsWithToken: true };
const SMOLLM: Cutting = { patterns: ['\\p{N}', GPT2] };
const QWEN2: Cutting = { patterns: [llama3('\\p{N}')], normalizer: 'NFC' };

/** By `tokenizer.ggml.pre`. */
const CUTTINGS: Readonly<Record<string, Cutting>> = {
  'gpt-2': { patterns: [GPT2] },
  'llama-bpe': LLAMA3,
  'llama-v3': LLAMA3,
  llama3: LLAMA3,
  smollm: SMOLLM,
  // Granite; llama.cpp cuts words for both alike (src/llama-vocab.cpp).
  refact: SMOLLM,
  'smaug-bpe': { ...LLAMA3, startsWithToken: false },
  qwen2: QWEN2,
};

/** Why the tokenizer of a file cannot be made of its metadata alone, a sentence that names the key; null where it can. */
export function whyTokenizerIsNeeded(file: string, metadata: ReadonlyMap<string, unknown>): string | null {
  const model = metadata.get('tokenizer.ggml.model');
  if (model === 'gpt2')
    return cuttingOf(metadata) === null
      ? `${file} cuts words in the way ${shown(metadata.get('tokenizer.ggml.pre') ?? null)} (tokenizer.ggml.pre), which is not known; known are ${Object.keys(CUTTINGS).join(', ')}.`
      : null;
  if (model !== 'llama')
    return `${file} has a tokenizer of the kind ${shown(model ?? null)} (tokenizer.ggml.model), which is not read: "gpt2" and "llama" are.`;
  return metadata.get('tokenizer.ggml.remove_extra_whitespaces') === true
    ? `${file} takes white space out of texts (tokenizer.ggml.remove_extra_whitespaces), which is not read.`
    : null;
}

/**
 * The tokenizer of a file by its metadata; `vocabulary` is how many tokens the head has. `beside` is the text of the tokenizer.json that
 * lies with the file, or null: it is used where {@link whyTokenizerIsNeeded} says why, and must have the file's own tokens. Start token,
 * ends and chat form are the file's in any case. Throws `model-checkpoint-unknown` where the kind is not known and nothing lies beside,
 * `model-text-invalid` where what lies beside is of another model, and `model-checkpoint-invalid` where the tokens do not fit the head.
 */
export function ggufTokenizer(
  file: string,
  metadata: ReadonlyMap<string, unknown>,
  vocabulary: number,
  beside: string | null = null,
): TokenizerTexts {
  const tokens = listOf(metadata.get('tokenizer.ggml.tokens'), 'string');
  if (tokens === null) return damaged(file, `${file} holds no tokens (tokenizer.ggml.tokens).`);
  if (tokens.length !== vocabulary)
    damaged(file, `${file} has ${tokens.length} tokens, and its head ${vocabulary}: they are of two models.`);
  const kinds = listOf(metadata.get('tokenizer.ggml.token_type'), 'number') ?? tokens.map(() => 1);
  if (kinds.length !== tokens.length)
    damaged(file, `${file} has ${tokens.length} tokens and ${kinds.length} kinds of tokens.`);
  if (new Set(tokens).size !== tokens.length) damaged(file, `${file} holds a token twice.`);
  const own = { file, tokens, kinds, metadata };
  const why = whyTokenizerIsNeeded(file, metadata);
  if (why === null) return metadata.get('tokenizer.ggml.model') === 'gpt2' ? byteLevel(own) : sentencePiece(own);
  if (beside === null) return notRead(file, `${why} Put the model's tokenizer.json beside it.`);
  assertSameTokens(own, beside);
  return { tokenizer: beside, config: configOf(own, null) };
}

function cuttingOf(metadata: ReadonlyMap<string, unknown>): Cutting | null {
  const pre = metadata.get('tokenizer.ggml.pre');
  return typeof pre === 'string' && Object.hasOwn(CUTTINGS, pre) ? (CUTTINGS[pre] ?? null) : null;
}

function byteLevel(own: GgufVocabulary): TokenizerTexts {
  const { file, metadata } = own;
  const cutting: Cutting = cuttingOf(metadata) ?? { patterns: [] };
  const merges = listOf(metadata.get('tokenizer.ggml.merges'), 'string');
  if (merges === null) return damaged(file, `${file} holds no merges (tokenizer.ggml.merges).`);
  const split = (pattern: string): object => ({
    type: 'Split',
    pattern: { Regex: pattern },
    behavior: 'Isolated',
    invert: false,
  });
  const letters = { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: false };
  return texts(own, cutting.startsWithToken === true, {
    normalizer: cutting.normalizer === undefined ? null : { type: cutting.normalizer },
    pre_tokenizer: { type: 'Sequence', pretokenizers: [...cutting.patterns.map(split), letters] },
    decoder: { type: 'ByteLevel', add_prefix_space: true, trim_offsets: true, use_regex: true },
    model: {
      ...bpe(own),
      byte_fallback: false,
      ignore_merges: cutting.wholeWords === true,
      merges: merges.map((merge) => pairOf(file, merge)),
    },
  });
}

/** A merge of two tokens; the first may begin with the space between them only where it is one. */
function pairOf(file: string, merge: string): readonly [string, string] {
  const at = merge.indexOf(' ', 1);
  return at < 1
    ? damaged(file, `${file} holds the merge ${JSON.stringify(merge.slice(0, 80))}, which is not two tokens.`)
    : [merge.slice(0, at), merge.slice(at + 1)];
}

function sentencePiece(own: GgufVocabulary): TokenizerTexts {
  const { file, metadata } = own;
  const scores = listOf(metadata.get('tokenizer.ggml.scores'), 'number');
  if (scores?.length !== own.tokens.length)
    return damaged(
      file,
      `${file} must have a score for each of its ${own.tokens.length} tokens (tokenizer.ggml.scores).`,
    );
  const spaceFirst = metadata.get('tokenizer.ggml.add_space_prefix') !== false;
  const spaces = { type: 'Replace', pattern: { String: ' ' }, content: '▁' };
  const decoders = [
    { type: 'Replace', pattern: { String: '▁' }, content: ' ' },
    { type: 'ByteFallback' },
    { type: 'Fuse' },
    ...(spaceFirst ? [{ type: 'Strip', content: ' ', start: 1, stop: 0 }] : []),
  ];
  return texts(own, true, {
    normalizer: spaceFirst ? { type: 'Sequence', normalizers: [{ type: 'Prepend', prepend: '▁' }, spaces] } : spaces,
    pre_tokenizer: null,
    decoder: { type: 'Sequence', decoders },
    model: {
      ...bpe(own),
      unk_token: named(own, 'unknown_token_id'),
      fuse_unk: true,
      byte_fallback: true,
      ignore_merges: false,
      merges: mergesBy(own, scores),
    },
  });
}

/**
 * Merges in the order in which SentencePiece joins pieces: those that make the piece of the highest score first, and of one piece
 * those of the first tokens.
 */
function mergesBy(
  { tokens, kinds }: GgufVocabulary,
  scores: readonly number[],
): readonly (readonly [string, string])[] {
  const ids = new Map(
    tokens.flatMap((token, id) => (kinds[id] === CONTROL || kinds[id] === BYTE ? [] : [[token, id] as const])),
  );
  const made: { readonly pair: readonly [string, string]; readonly score: number }[] = [];
  for (const [token, id] of ids) {
    const parts: (readonly [number, number])[] = [];
    for (let at = 1; at < token.length; at += 1) {
      const [left, right] = [ids.get(token.slice(0, at)), ids.get(token.slice(at))];
      if (left !== undefined && right !== undefined) parts.push([left, right]);
    }
    parts.sort((a, b) => a[0] - b[0] || a[1] - b[1]);
    for (const [left, right] of parts)
      made.push({ pair: [tokens[left] ?? '', tokens[right] ?? ''], score: scores[id] ?? 0 });
  }
  return made.sort((a, b) => b.score - a.score).map(({ pair }) => pair);
}

const bpe = ({ tokens }: GgufVocabulary): object => ({
  type: 'BPE',
  dropout: null,
  unk_token: null,
  continuing_subword_prefix: null,
  end_of_word_suffix: null,
  fuse_unk: false,
  vocab: Object.fromEntries(tokens.map((token, id) => [token, id])),
});

/** The two files, with special tokens, start token and chat template. */
function texts(
  own: GgufVocabulary,
  startsWithToken: boolean,
  parts: Readonly<Record<string, unknown>>,
): TokenizerTexts {
  const { tokens, kinds } = own;
  const added = tokens.flatMap((content, id) => {
    const kind = kinds[id];
    if (kind !== CONTROL && kind !== USER_DEFINED) return [];
    const plain = { single_word: false, lstrip: false, rstrip: false, normalized: false };
    return [{ id, content, ...plain, special: kind === CONTROL }];
  });
  return {
    tokenizer: JSON.stringify({
      version: '1.0',
      truncation: null,
      padding: null,
      added_tokens: added,
      post_processor: null,
      ...parts,
    }),
    config: configOf(own, startsWithToken),
  };
}

/**
 * tokenizer_config.json. Where the file does not say whether texts begin with a token, `startsWithToken` does; null leaves it to
 * tokenizer.json.
 */
function configOf(own: GgufVocabulary, startsWithToken: boolean | null): string {
  const { metadata } = own;
  const template = metadata.get('tokenizer.chat_template');
  const asked = metadata.get('tokenizer.ggml.add_bos_token');
  const starts = typeof asked === 'boolean' ? asked : startsWithToken;
  return JSON.stringify({
    bos_token: named(own, 'bos_token_id'),
    eos_token: named(own, 'eos_token_id'),
    unk_token: named(own, 'unknown_token_id'),
    pad_token: named(own, 'padding_token_id'),
    ...(starts === null ? {} : { add_bos_token: starts }),
    clean_up_tokenization_spaces: false,
    ...(typeof template === 'string' ? { chat_template: template } : {}),
  });
}

/** The token that the metadata names by its id; null where it names none. */
function named({ file, tokens, metadata }: GgufVocabulary, key: string): string | null {
  const id = metadata.get(`tokenizer.ggml.${key}`);
  if (id === undefined) return null;
  const token = typeof id === 'number' ? tokens[id] : undefined;
  return token ?? damaged(file, `${file} tokenizer.ggml.${key} is ${shown(id)}, and there is no such token.`);
}

/** Ids that end a text. */
export function ggufEndTokens(metadata: ReadonlyMap<string, unknown>): readonly number[] {
  const ids = ['eos_token_id', 'eot_token_id', 'eom_token_id'].map((key) => metadata.get(`tokenizer.ggml.${key}`));
  return [...new Set(ids.filter((id): id is number => typeof id === 'number'))];
}

function listOf(value: unknown, type: 'string'): readonly string[] | null;
function listOf(value: unknown, type: 'number'): readonly number[] | null;
function listOf(value: unknown, type: 'string' | 'number'): readonly unknown[] | null {
  return Array.isArray(value) && value.every((item) => typeof item === type) ? (value as unknown[]) : null;
}
