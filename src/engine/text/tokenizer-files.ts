/**
 * What tokenizer.json and tokenizer_config.json say beside the vocabulary: what stands before a text, and what is put
 * before one that must not stand inside of it.
 */
import { putsSpaceFirst } from '../../text/token-decoder.ts';

/** The object of a file. */
export type TokenizerJson = Readonly<Record<string, unknown>>;

/** The text of a token that the config names, which is a string or an object with its `content`; null where there is none. */
export function tokenNamed(config: TokenizerJson, name: string): string | null {
  const value = config[name];
  if (typeof value === 'string') return value;
  const content =
    typeof value === 'object' && value !== null ? (value as { readonly content?: unknown }).content : undefined;
  return typeof content === 'string' ? content : null;
}

/** The special tokens that a chat template may print, by their names in the config. */
export function specialTokensOf(config: TokenizerJson): Readonly<Record<string, string>> {
  const names = ['bos_token', 'eos_token', 'unk_token', 'pad_token', 'sep_token', 'cls_token', 'mask_token'];
  return Object.fromEntries(
    names.flatMap((name) => {
      const token = tokenNamed(config, name);
      return token === null ? [] : [[name, token] as const];
    }),
  );
}

/** The chat template in the config: its only one, or the one that is named "default"; null where there is none. */
export function chatTemplateOf({ chat_template: template }: TokenizerJson): string | null {
  if (typeof template === 'string') return template;
  const named = Array.isArray(template) ? (template as { readonly name?: unknown; readonly template?: unknown }[]) : [];
  const chosen = named.find(({ name }) => name === 'default')?.template;
  return typeof chosen === 'string' ? chosen : null;
}

/** tokenizer.json as its library reads it: older files say by `add_prefix_space` alone that no space is put before a text. */
export function withSchemes(tokenizer: TokenizerJson): TokenizerJson {
  return {
    ...tokenizer,
    pre_tokenizer: eachPart(tokenizer['pre_tokenizer'], 'pretokenizers', (part) =>
      part['type'] === 'Metaspace' && !putsSpaceFirst(part) ? { ...part, prepend_scheme: 'never' } : part,
    ),
  };
}

/**
 * The parts of tokenizer.json that put a space before a text, without it, for text that goes on from other text; null where nothing
 * puts one there. The vocabulary is left out.
 */
export function goingOn(tokenizer: TokenizerJson): Pick<TokenizerJson, 'normalizer' | 'pre_tokenizer'> | null {
  let changed = false;
  const change = <T>(value: T): T => {
    changed = true;
    return value;
  };
  const normalizer = eachPart(tokenizer['normalizer'], 'normalizers', (part) =>
    part['type'] === 'Prepend' ? change({ ...part, prepend: '' }) : part,
  );
  const pre_tokenizer = eachPart(tokenizer['pre_tokenizer'], 'pretokenizers', (part) => {
    if (part['type'] === 'Metaspace' && putsSpaceFirst(part))
      return change({ ...part, prepend_scheme: 'never', add_prefix_space: false });
    return part['type'] === 'ByteLevel' && part['add_prefix_space'] === true
      ? change({ ...part, add_prefix_space: false })
      : part;
  });
  return changed ? { normalizer, pre_tokenizer } : null;
}

/** A part, or each part of a sequence of them, changed. */
function eachPart(part: unknown, list: string, change: (part: TokenizerJson) => TokenizerJson): unknown {
  if (typeof part !== 'object' || part === null) return part;
  const own = part as TokenizerJson;
  const parts = own[list];
  return own['type'] === 'Sequence' && Array.isArray(parts)
    ? { ...own, [list]: parts.map((one: unknown) => eachPart(one, list, change)) }
    : change(own);
}
