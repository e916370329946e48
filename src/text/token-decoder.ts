/**
 * The text that each token adds, by the `decoder` of tokenizer.json, for tokens that come one after another.
 *
 * A character whose bytes lie in several tokens is added by the token that ends it. The pieces joined are what the tokenizer's own library
 * decodes all tokens to, but for bytes that are no UTF-8: they become U+FFFD, as many as a text decoder gives.
 */
import { shown } from '../base/shown.ts';
import { bytesOfToken } from './byte-level.ts';

/** Where a stream of tokens stands: at the start of a text, or after other tokens of it. */
export type TextPlace = 'start' | 'middle';

/** Gives the text that a token adds; `added` marks tokens that tokenizer.json lists as added, which stand for themselves. */
export type PieceOf = (token: string, added: boolean) => string;

/** How tokens become text. */
export interface TokenDecoder {
  /** A new stream of tokens; a stream in the middle of a text takes nothing away from its beginning. */
  stream(place: TextPlace): PieceOf;
  /** The text of one token by itself, as in the middle of a text; bytes that are no whole character become U+FFFD. */
  alone: PieceOf;
}

/** Text, or one byte of it. */
type Part = string | number;

/** What a step of a decoder does with a token: `index` counts from the start of the text, `before` is the token before. */
interface TokenAt {
  readonly token: string;
  readonly added: boolean;
  readonly index: number;
  readonly before: string | null;
}

/** A decoder as steps over tokens, and what is taken away where the text begins. */
interface Rules {
  readonly steps: ((parts: readonly Part[], at: TokenAt) => readonly Part[])[];
  /** Taken away from the beginning of the text, each so often at most. */
  readonly strips: { readonly content: string; readonly count: number }[];
  /** Whether the tokens have been joined to one, so that what follows holds for the text. */
  joined: boolean;
}

/** Reads the `decoder` of tokenizer.json. Throws a RangeError that says what is not known. */
export function parseTokenDecoder(decoder: unknown): TokenDecoder {
  const rules: Rules = { steps: [], strips: [], joined: false };
  if (decoder === null || decoder === undefined)
    rules.steps.push((parts, { index }) => (index > 0 ? [' ', ...parts] : parts));
  else addStep(rules, objectOf(decoder));
  return {
    stream: (place) => streamOf(rules, place),
    alone: (token, added) => {
      const whole = partsOf(rules, { token, added, index: 1, before: null });
      return new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytesOf(whole));
    },
  };
}

function streamOf(rules: Rules, place: TextPlace): PieceOf {
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  const strips = place === 'start' ? rules.strips.map((strip) => ({ ...strip })) : [];
  let index = place === 'start' ? 0 : 1;
  let before: string | null = null;
  return (token, added) => {
    let text = decoder.decode(bytesOf(partsOf(rules, { token, added, index, before })), { stream: true });
    index += 1;
    before = token;
    for (let strip = strips[0]; strip !== undefined && text !== ''; strip = strips[0]) {
      if (strip.count > 0 && text.startsWith(strip.content)) {
        text = text.slice(strip.content.length);
        strip.count -= 1;
      } else strips.shift();
    }
    return text;
  };
}

function partsOf({ steps }: Rules, at: TokenAt): readonly Part[] {
  return steps.reduce<readonly Part[]>((parts, step) => step(parts, at), [at.token]);
}

function bytesOf(parts: readonly Part[]): Uint8Array {
  return Uint8Array.from(
    parts.flatMap((part) => (typeof part === 'number' ? [part] : [...new TextEncoder().encode(part)])),
  );
}

/** Adds what one decoder does. */
function addStep(rules: Rules, decoder: Readonly<Record<string, unknown>>): void {
  const { type } = decoder;
  const inTexts =
    (change: (text: string) => readonly Part[]) =>
    (parts: readonly Part[]): readonly Part[] =>
      parts.flatMap((part) => (typeof part === 'string' ? change(part) : [part]));
  switch (type) {
    case 'Sequence':
      for (const part of Array.isArray(decoder['decoders']) ? (decoder['decoders'] as unknown[]) : [])
        addStep(rules, objectOf(part));
      return;
    case 'ByteLevel':
      rules.steps.push((parts, { added }) => (added ? parts : inTexts((text) => [...bytesOfToken(text)])(parts)));
      return;
    case 'ByteFallback':
      rules.steps.push(
        inTexts((text) => (/^<0x[0-9A-Fa-f]{2}>$/.test(text) ? [Number.parseInt(text.slice(3, 5), 16)] : [text])),
      );
      return;
    case 'Replace': {
      const [pattern, content] = [patternOf(decoder['pattern']), textOf(decoder['content'])];
      rules.steps.push(inTexts((text) => [text.replaceAll(pattern, () => content)]));
      return;
    }
    case 'Fuse':
      rules.joined = true;
      return;
    case 'Strip':
      addStrip(rules, textOf(decoder['content']), countOf(decoder['start']), countOf(decoder['stop']));
      return;
    case 'Metaspace': {
      const replacement = typeof decoder['replacement'] === 'string' ? decoder['replacement'] : '▁';
      rules.steps.push(inTexts((text) => [text.replaceAll(replacement, ' ')]));
      if (putsSpaceFirst(decoder)) rules.strips.push({ content: ' ', count: 1 });
      return;
    }
    case 'WordPiece': {
      const prefix = textOf(decoder['prefix']);
      const tidy = decoder['cleanup'] === true ? tidied : (text: string): string => text;
      rules.steps.push((parts, { index }) =>
        inTexts((text) => [
          tidy(index === 0 ? text : text.startsWith(prefix) ? text.slice(prefix.length) : ` ${text}`),
        ])(parts),
      );
      return;
    }
    case 'BPEDecoder': {
      // The space that a word ends with is added before the next token: after the last one there is none.
      const suffix = textOf(decoder['suffix']) || '</w>';
      rules.steps.push((parts, { before }) => [
        ...(before?.endsWith(suffix) === true ? [' '] : []),
        ...inTexts((text) => [text.endsWith(suffix) ? text.slice(0, -suffix.length) : text])(parts),
      ]);
      return;
    }
    default:
      throw new RangeError(`its decoder is of the kind ${shown(type)}, which Flipside does not know`);
  }
}

/** Characters taken from both ends of each token or, once the tokens have been joined, from the beginning of the text. */
function addStrip(rules: Rules, content: string, start: number, stop: number): void {
  if (content === '' || (start === 0 && stop === 0)) return;
  if (rules.joined) {
    if (stop > 0)
      throw new RangeError(
        'its decoder takes characters from the end of a text, which nobody knows while the text goes on',
      );
    rules.strips.push({ content, count: start });
    return;
  }
  rules.steps.push((parts) => {
    const [only] = parts;
    if (parts.length !== 1 || typeof only !== 'string') return parts;
    let text = only;
    for (let cut = 0; cut < start && text.startsWith(content); cut += 1) text = text.slice(content.length);
    for (let cut = 0; cut < stop && text.endsWith(content); cut += 1) text = text.slice(0, -content.length);
    return [text];
  });
}

/** Whether a Metaspace step, as pre-tokenizer or decoder, puts a space before a text; older files say so by `add_prefix_space`. */
export function putsSpaceFirst({
  prepend_scheme: scheme,
  add_prefix_space: add,
}: {
  readonly prepend_scheme?: unknown;
  readonly add_prefix_space?: unknown;
}): boolean {
  return scheme === undefined ? add !== false : scheme !== 'never';
}

const TIDY: readonly (readonly [string, string])[] = [
  [' .', '.'],
  [' ?', '?'],
  [' !', '!'],
  [' ,', ','],
  [" ' ", "'"],
  [" n't", "n't"],
  [" 'm", "'m"],
  [' do not', " don't"],
  [" 's", "'s"],
  [" 've", "'ve"],
  [" 're", "'re"],
];

function tidied(text: string): string {
  return TIDY.reduce((tidy, [from, to]) => tidy.replaceAll(from, to), text);
}

function patternOf(pattern: unknown): RegExp | string {
  const { String: text, Regex: expression } = objectOf(pattern);
  if (typeof text === 'string' && text !== '') return text;
  if (typeof expression === 'string') return new RegExp(expression, 'gu');
  throw new RangeError('its decoder replaces nothing that is named');
}

function objectOf(value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new RangeError('a part of its decoder is no object');
  return { ...value };
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');
const countOf = (value: unknown): number =>
  typeof value === 'number' && Number.isInteger(value) && value > 0 ? value : 0;
