/** A conversation as the page sends it to the engine, which puts it into the model's own form. */

/** One turn of a conversation. */
export interface ChatMessage {
  readonly role: 'system' | 'user' | 'assistant';
  readonly content: string;
}
