/** What a model's identity says of how texts are put to it. */
import type { ModelIdentity } from '../../probe/probe-types.ts';
import type { TextTokenizer } from './tokenizer.ts';

/** An identity with the start token and the day of the chat form, where the tokenizer has them. */
export function withTextHabits(
  model: ModelIdentity,
  { startToken, chatDate }: Pick<TextTokenizer, 'startToken' | 'chatDate'>,
): ModelIdentity {
  return { ...model, ...(startToken === null ? {} : { startToken }), ...(chatDate === null ? {} : { chatDate }) };
}
