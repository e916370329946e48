/** Tokenizers of every kind, as the real library trains them, against what that library does with them (tokenizers/make_tokenizers.py). */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { TextTokenizer } from '../../../../src/engine/text/tokenizer.ts';

interface Facts {
  readonly config: Readonly<Record<string, unknown>>;
  readonly texts: readonly {
    readonly text: string;
    readonly ids: readonly number[];
    readonly special: readonly number[];
    readonly decoded: string;
  }[];
}

const read = (name: string): string =>
  readFileSync(new URL(`../../../fixtures/tokenizers/${name}.json`, import.meta.url), 'utf8');
const facts = JSON.parse(read('tokenizers')) as Readonly<Record<string, Facts>>;
const open = (kind: string, config: Readonly<Record<string, unknown>> = facts[kind]?.config ?? {}): TextTokenizer =>
  new TextTokenizer(read(kind), JSON.stringify(config));
const joined = (tokenizer: TextTokenizer, ids: readonly number[], place: 'start' | 'middle' = 'start'): string => {
  const piece = tokenizer.pieces(place);
  return ids.map((id) => piece(id).text).join('');
};

/** Kinds whose vocabulary holds every text. */
const WHOLE = ['byte-level', 'byte-level-start', 'llama', 'gemma', 'unigram-bytes'];
/** What stands before a text. */
const STARTS: Readonly<Record<string, string>> = {
  'byte-level-start': '<|begin|>',
  llama: '<s>',
  gemma: '<bos>',
  'unigram-bytes': '<s>',
  'metaspace-first': '<s>',
  'metaspace-never': '<s>',
  'word-pieces': '<s>',
};

describe.each(Object.entries(facts))('%s', (kind, { texts }) => {
  const tokenizer = open(kind);

  test('begins a text as the library does, once, and cuts it into the same tokens', () => {
    expect(tokenizer.startToken).toBe(STARTS[kind] ?? null);
    for (const { text, ids, special } of texts) {
      const start = tokenizer.start(text);
      expect(start).toEqual(special.slice(0, start.length));
      expect(start.slice(STARTS[kind] === undefined ? 0 : 1)).toEqual(ids);
      if (STARTS[kind] !== undefined)
        expect(tokenizer.start(`${STARTS[kind]}${text}`).filter((id) => id === start[0])).toHaveLength(1);
    }
  });

  test('its pieces joined are what the library decodes, and the text where the vocabulary holds all of it', () => {
    for (const { text, decoded } of texts) {
      const whole = joined(tokenizer, tokenizer.start(text));
      expect(whole).toBe(decoded);
      if (WHOLE.includes(kind)) expect(whole).toBe(text);
    }
  });

  test('text that goes on is added to the text, and no token with it', () => {
    for (const { text } of texts) {
      const rest = ` ${text}`;
      const ids = [...tokenizer.start('The dog.'), ...tokenizer.encode(rest)];
      expect(tokenizer.encode(rest)).not.toContain(STARTS[kind] === undefined ? -1 : tokenizer.start('a')[0]);
      if (WHOLE.includes(kind)) expect(joined(tokenizer, ids)).toBe(`The dog.${rest}`);
      if (WHOLE.includes(kind)) expect(joined(tokenizer, tokenizer.encode(rest), 'middle')).toBe(rest);
    }
  });
});

describe('characters and sentences', () => {
  test.each(WHOLE)('of %s come one by one, a character with the token that ends it', (kind) => {
    const tokenizer = open(kind);
    const piece = tokenizer.pieces();
    const pieces = tokenizer.start('é🦊. No').map((id) => piece(id).text);
    expect(pieces.join('')).toBe('é🦊. No');
    expect(pieces.filter((text) => text.includes('\uFFFD'))).toEqual([]);
    expect(pieces.filter((text) => text === '').length).toBeGreaterThan(2);
  });

  test('a token by itself has its space, and a byte of a character is marked as one', () => {
    const gemma = open('gemma');
    const [word, byte] = [gemma.encode(' cold')[0]!, gemma.encode('é')[0]!];
    expect([gemma.textOf(word).slice(0, 2), gemma.textOf(byte), gemma.textOf(1e9)]).toEqual([' c', '\uFFFD', '']);
    expect(open('llama').textOf(open('llama').encode(' cold')[0]!).slice(0, 2)).toBe(' c');
  });
});

describe('the start token', () => {
  test('is what add_bos_token says, whatever the post-processor says', () => {
    expect(open('gemma', { bos_token: '<bos>', add_bos_token: false }).startToken).toBeNull();
    expect(
      open('byte-level', { bos_token: { content: '<|begin|>', special: true }, add_bos_token: true }).start('a')[0],
    ).toBe(0);
  });

  test('that the vocabulary does not hold, or that is more than one, is refused by name', () => {
    expect(() => open('byte-level', { bos_token: '<bos>', add_bos_token: true })).toThrow(
      /tokenizer_config\.json: it asks for a start token \(add_bos_token\), and names "<bos>", which the vocabulary does not hold/,
    );
    const two = JSON.parse(read('gemma')) as { post_processor: { single: unknown[] } };
    two.post_processor.single.unshift(two.post_processor.single[0]);
    expect(() => new TextTokenizer(JSON.stringify(two), '{}')).toThrow(
      /tokenizer\.json: it puts 2 tokens before a text/,
    );
  });

  test('is not part of the text, and neither is one that the text spells', () => {
    const gemma = open('gemma');
    expect(joined(gemma, gemma.start('<bos>The dog.'))).toBe('The dog.');
    expect(joined(gemma, gemma.encode('<bos>'), 'middle')).toBe('<bos>');
  });
});

test('a decoder that is not known is refused by its kind', () => {
  const json = JSON.stringify({ ...(JSON.parse(read('gemma')) as object), decoder: { type: 'CTC' } });
  expect(() => new TextTokenizer(json, '{}')).toThrow(
    /tokenizer\.json: it lacks what a tokenizer needs \(its decoder is of the kind "CTC", which Flipside does not know\)/,
  );
});
