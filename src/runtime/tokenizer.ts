/** A byte-level BPE tokenizer with the text that each token adds. Wraps `@huggingface/tokenizers`. */
import { Tokenizer } from '@huggingface/tokenizers';
import { Template } from '@huggingface/jinja';
import { bytesOfToken, PieceDecoder } from '../core/byte-level.ts';
import type { ChatMessage } from '../core/chat.ts';
import { AppError } from '../core/errors.ts';
import type { TokenPiece } from '../core/reading.ts';
import { objectIn, textInvalid } from './model-text.ts';

/** Text to token ids and back. */
export class TextTokenizer {
  readonly #tokenizer: Tokenizer;
  readonly #chatTemplate: string | null;

  /** `tokenizerJson` and `configJson` are the texts of tokenizer.json and tokenizer_config.json. Throws `model-text-invalid`, naming the file. */
  constructor(tokenizerJson: string, configJson: string) {
    const config = objectIn('tokenizer_config.json', configJson);
    const tokenizer = objectIn('tokenizer.json', tokenizerJson);
    try {
      this.#tokenizer = new Tokenizer(tokenizer, config);
      this.encode('A');
    } catch (thrown) {
      throw textInvalid('tokenizer.json', `lacks what a tokenizer needs (${thrown instanceof Error ? thrown.message : String(thrown)})`, thrown);
    }
    this.#chatTemplate = typeof config['chat_template'] === 'string' ? config['chat_template'] : null;
  }

  /** Token ids of a text, without adding any. Special tokens that the text spells out count as such. */
  encode(text: string): number[] {
    return this.#tokenizer.encode(text, { add_special_tokens: false }).ids;
  }

  /** A function that turns ids, fed one after another, into pieces of text. */
  pieces(): (id: number) => TokenPiece {
    const decoder = new PieceDecoder();
    return (id) => ({ id, text: decoder.next(this.#tokenizer.id_to_token(id) ?? '') });
  }

  /** The text of one token by itself; bytes that are no whole character become U+FFFD, and an id that there is not the empty text. */
  textOf(id: number): string {
    return new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytesOfToken(this.#tokenizer.id_to_token(id) ?? ''));
  }

  /** Whether there is a template for conversations. */
  get hasChat(): boolean {
    return this.#chatTemplate !== null;
  }

  /** A conversation in the form that the model was trained on, ending where the assistant begins. Throws `usage` without a template. */
  chat(messages: readonly ChatMessage[]): string {
    if (this.#chatTemplate === null) throw new AppError('usage', 'This model has no chat template. Give it plain text instead.');
    return new Template(this.#chatTemplate).render({ messages: [...messages], add_generation_prompt: true });
  }
}
