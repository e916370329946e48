/** A model's tokenizer with the text that each token adds, its start token and its chat form. Wraps `@huggingface/tokenizers`. */
import { Tokenizer } from '@huggingface/tokenizers';
import type { ChatMessage } from '../../text/chat.ts';
import { AppError } from '../../base/errors.ts';
import type { TokenPiece } from '../../reading/reading.ts';
import { parseTokenDecoder, type TextPlace, type TokenDecoder } from '../../text/token-decoder.ts';
import { objectIn, textInvalid } from '../model/model-text.ts';
import { type ChatTemplate, parseChatTemplate } from './chat-template.ts';
import {
  chatTemplateOf,
  goingOn,
  specialTokensOf,
  tokenNamed,
  type TokenizerJson,
  withSchemes,
} from './tokenizer-files.ts';

/** Text to token ids and back. */
export class TextTokenizer {
  readonly #tokenizer: Tokenizer;
  /** The same for text that goes on: without a space that is put before a text. */
  readonly #inside: Tokenizer;
  readonly #decoder: TokenDecoder;
  readonly #added: ReadonlySet<number>;
  readonly #startId: number | null;
  readonly #chat: ChatTemplate | AppError | null;
  readonly #specialTokens: Readonly<Record<string, string>>;

  /**
   * `tokenizerJson` and `configJson` are the texts of tokenizer.json and tokenizer_config.json. Throws
   * `model-text-invalid`, naming the file.
   */
  constructor(tokenizerJson: string, configJson: string) {
    const config = objectIn('tokenizer_config.json', configJson);
    const tokenizer = objectIn('tokenizer.json', tokenizerJson);
    try {
      this.#tokenizer = opened(tokenizer, config);
      this.#inside = insideOf(this.#tokenizer, tokenizer, config);
      this.#decoder = parseTokenDecoder(tokenizer['decoder']);
      this.#added = new Set(this.#tokenizer.get_added_tokens_decoder().keys());
      this.encode('A');
    } catch (thrown) {
      throw textInvalid(
        'tokenizer.json',
        `lacks what a tokenizer needs (${thrown instanceof Error ? thrown.message : String(thrown)})`,
        thrown,
      );
    }
    this.#startId = startIdOf(this.#tokenizer, config);
    this.#specialTokens = specialTokensOf(config);
    this.#chat = chatOf(config);
  }

  /**
   * Throws `model-text-invalid` where it has tokens that a head of `vocabulary` rows lacks: they are of two models. Tokens that were
   * added to the vocabulary may lie beyond it, as those for images do in Gemma 3.
   */
  assertWithin(vocabulary: number): void {
    let largest = -1;
    for (const id of this.#tokenizer.get_vocab(false).values()) largest = Math.max(largest, id);
    if (largest >= vocabulary)
      throw textInvalid(
        'tokenizer.json',
        `has tokens up to number ${largest}, and the model has ${vocabulary}: they are of two models`,
      );
  }

  /** The token that every text begins with, as the vocabulary writes it; null where texts begin with their first word. */
  get startToken(): string | null {
    return this.#startId === null ? null : (this.#tokenizer.id_to_token(this.#startId) ?? null);
  }

  /**
   * Token ids of a whole text, its start token first, once, also where the text spells it. Special tokens that the text
   * spells out count as such.
   */
  start(text: string): number[] {
    const ids = idsOf(this.#tokenizer, text);
    return this.#startId === null || ids[0] === this.#startId ? ids : [this.#startId, ...ids];
  }

  /** Token ids of text that goes on from other text: a sentence, a readout, a continuation. No token is added. */
  encode(text: string): number[] {
    return idsOf(this.#inside, text);
  }

  /**
   * A function that turns ids, fed one after another from the start of a text or from its middle, into pieces of text.
   * The start token adds none.
   */
  pieces(place: TextPlace = 'start'): (id: number) => TokenPiece {
    const piece = this.#decoder.stream(place);
    let first = place === 'start';
    return (id) => {
      const starts = first && id === this.#startId;
      first = false;
      return { id, text: starts ? '' : piece(this.#tokenizer.id_to_token(id) ?? '', this.#added.has(id)) };
    };
  }

  /** The text of one token by itself; bytes that are no whole character become U+FFFD, and an id that there is not the empty text. */
  textOf(id: number): string {
    const token = this.#tokenizer.id_to_token(id);
    return token === undefined ? '' : this.#decoder.alone(token, this.#added.has(id));
  }

  /** Whether conversations can be put into the model's form. */
  get hasChat(): boolean {
    return this.#chat !== null && !(this.#chat instanceof AppError);
  }

  /** The day that the chat form prints as today's, `YYYY-MM-DD`; null where it prints none. */
  get chatDate(): string | null {
    return this.#chat === null || this.#chat instanceof AppError ? null : this.#chat.date;
  }

  /**
   * A conversation in the form that the model was trained on, ending where the assistant begins; {@link start} puts the
   * start token before it. Throws `usage` without a template, and `model-text-invalid` with the template's own words
   * where it cannot be used.
   */
  chat(messages: readonly ChatMessage[]): string {
    if (this.#chat === null)
      throw new AppError('usage', 'This model has no chat template. Give it plain text instead.');
    if (this.#chat instanceof AppError) throw this.#chat;
    const text = this.#chat.render(messages, this.#specialTokens);
    const start = this.startToken;
    if (start === null || !text.startsWith(start)) return text;
    // The start token is no part of a text; it stays only where the text would be cut otherwise without it.
    const bare = text.slice(start.length);
    return this.start(bare).join() === this.start(text).join() ? bare : text;
  }
}

function idsOf(tokenizer: Tokenizer, text: string): number[] {
  const { ids } = tokenizer.encode(text, { add_special_tokens: false });
  // A vocabulary without a token for what is unknown leaves a hole here.
  if (ids.includes(undefined as unknown as number))
    throw new AppError(
      'text-malformed',
      'This model has no token for a part of this text, and none for what is unknown. Take that part out, or read it with another model.',
    );
  return ids;
}

function opened(tokenizer: TokenizerJson, config: TokenizerJson): Tokenizer {
  const settings = tokenizer['model'] as {
    readonly type?: unknown;
    readonly byte_fallback?: unknown;
    readonly unk_token?: unknown;
  } | null;
  // Of whole words the library looks for the unknown one in the config alone.
  const made = new Tokenizer(
    withSchemes(tokenizer),
    settings?.type === 'WordLevel' ? { unk_token: settings.unk_token, ...config } : config,
  );
  const { model } = made;
  if (model !== null && settings?.type === 'Unigram' && settings.byte_fallback === true) {
    // The library gives the token for what is unknown, where the vocabulary has the bytes.
    const encode = model.encode.bind(model);
    model.encode = (words) =>
      encode(words).flatMap((token) =>
        model.tokens_to_ids.has(token) ? [token] : byteTokens(token, model.tokens_to_ids),
      );
  }
  return made;
}

function byteTokens(unknown: string, vocabulary: ReadonlyMap<string, number>): readonly string[] {
  const bytes = Array.from(
    new TextEncoder().encode(unknown),
    (byte) => `<0x${byte.toString(16).toUpperCase().padStart(2, '0')}>`,
  );
  return bytes.every((byte) => vocabulary.has(byte)) ? bytes : [unknown];
}

/** The same vocabulary for text that goes on; the tokenizer itself where nothing is put before a text. */
function insideOf(whole: Tokenizer, tokenizer: TokenizerJson, config: TokenizerJson): Tokenizer {
  const parts = goingOn(withSchemes(tokenizer));
  if (parts === null) return whole;
  // The library makes its parts with a tokenizer only: one of a single word, whose parts the vocabulary then works with.
  const { normalizer, pre_tokenizer } = new Tokenizer(
    { ...tokenizer, ...parts, added_tokens: [], model: { type: 'WordLevel', vocab: { A: 0 }, unk_token: 'A' } },
    config,
  );
  return Object.assign(Object.create(Object.getPrototypeOf(whole) as object) as Tokenizer, whole, {
    normalizer,
    pre_tokenizer,
  });
}

/**
 * The id that a text begins with: what tokenizer_config.json says by `add_bos_token` or, where it does not say, what tokenizer.json's
 * post-processor puts before a text. Null for none. Throws `model-text-invalid` where there is more than one, or none of that name.
 */
function startIdOf(tokenizer: Tokenizer, config: TokenizerJson): number | null {
  const asked = config['add_bos_token'];
  if (asked === false) return null;
  if (asked === true) {
    const token = tokenNamed(config, 'bos_token');
    const id = token === null ? undefined : tokenizer.token_to_id(token);
    if (id === undefined)
      throw textInvalid(
        'tokenizer_config.json',
        `asks for a start token (add_bos_token), and names ${token === null ? 'none' : `${JSON.stringify(token.slice(0, 40))}, which the vocabulary does not hold`}`,
      );
    return id;
  }
  const plain = idsOf(tokenizer, 'A');
  const whole = tokenizer.encode('A', { add_special_tokens: true }).ids;
  const before = whole.findIndex((_, at) => plain.every((id, index) => whole[at + index] === id));
  if (before <= 0) return null;
  if (before > 1)
    throw textInvalid(
      'tokenizer.json',
      `puts ${before} tokens before a text, and Flipside reads models whose texts begin with one at most`,
    );
  return whole[0] ?? null;
}

/** The chat template, or why it cannot be used: a model can be read without one. */
function chatOf(config: TokenizerJson): ChatTemplate | AppError | null {
  const source = chatTemplateOf(config);
  if (source === null) return null;
  try {
    return parseChatTemplate(source);
  } catch (thrown) {
    return AppError.from(thrown);
  }
}
