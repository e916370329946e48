/** A passage as tokens: which belong to which segment, and what is read where. */
import type { Passage } from '../../training/reader.ts';
import type { TextTokenizer } from '../text/tokenizer.ts';

/** A passage as tokens. */
export interface PassageTokens {
  readonly ids: readonly number[];
  /** Segments after which is read, each by its own tokens: from `from` to before `to`. */
  readonly places: readonly { readonly from: number; readonly to: number }[];
  readonly readouts: readonly (readonly number[])[];
  readonly keepTokens: boolean;
  readonly lastTokens: boolean;
}

/** The tokens of a passage. Throws `usage` for an exchange where the model has no chat form. */
export function passageTokens(
  tokenizer: TextTokenizer,
  { text, readoutTexts, readoutAfter, keepTokens = false, lastTokens = false }: Passage,
): PassageTokens {
  const ids: number[] = [];
  const segments = segmentsOf(tokenizer, text).map((segment, index) => {
    const from = ids.length;
    ids.push(...(index === 0 ? tokenizer.start(segment) : tokenizer.encode(segment)));
    return { from, to: ids.length };
  });
  return {
    ids,
    places: readoutAfter.flatMap((index) => segments[index] ?? []),
    readouts: readoutTexts.map((readoutText) => tokenizer.encode(` ${readoutText}`)),
    keepTokens,
    lastTokens,
  };
}

function segmentsOf(tokenizer: TextTokenizer, text: Passage['text']): readonly string[] {
  if (!('user' in text)) return text.map((segment, index) => (index === 0 ? segment : ` ${segment}`));
  const system = text.system === undefined ? [] : [{ role: 'system', content: text.system } as const];
  return [tokenizer.chat([...system, { role: 'user', content: text.user }]), text.assistant];
}
