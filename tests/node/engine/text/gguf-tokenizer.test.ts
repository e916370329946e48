/** Tokenizers made of the metadata of GGUF files: SentencePiece by scores against its own rule, and what each way of cutting words does. */
import { describe, expect, test } from 'vitest';
import { createRng } from '../../../../src/base/rng.ts';
import { ggufEndTokens, ggufTokenizer } from '../../../../src/engine/text/gguf-tokenizer.ts';
import { TextTokenizer } from '../../../../src/engine/text/tokenizer.ts';

const opened = (metadata: Readonly<Record<string, unknown>>): TextTokenizer => {
  const map = new Map(Object.entries(metadata).map(([key, value]) => [`tokenizer.${key}`, value]));
  const { tokenizer, config } = ggufTokenizer('model.gguf', map, (metadata['ggml.tokens'] as readonly string[]).length);
  return new TextTokenizer(tokenizer, config);
};

/** The rule of SentencePiece: of all neighbours join those whose piece has the highest score, the first of equals, until none is left. */
function bySentencePiece(text: string, scores: ReadonlyMap<string, number>): readonly string[] {
  const pieces = Array.from(text);
  for (;;) {
    let best = -1;
    for (let at = 0; at + 1 < pieces.length; at += 1) {
      const score = scores.get(`${pieces[at]}${pieces[at + 1]}`) ?? -Infinity;
      const known = best < 0 ? -Infinity : (scores.get(`${pieces[best]}${pieces[best + 1]}`) ?? -Infinity);
      if (score > known) best = at;
    }
    if (best < 0) return pieces;
    pieces.splice(best, 2, `${pieces[best]}${pieces[best + 1]}`);
  }
}

describe('SentencePiece with scores', () => {
  const rng = createRng(11);
  const letters = ['▁', 'a', 'b', 'c', 'd'];
  const pieces = new Set(letters);
  while (pieces.size < 120) {
    const all = [...pieces];
    pieces.add(`${all[rng.below(all.length)]}${all[rng.below(all.length)]}`.slice(0, 8));
  }
  const special = ['<unk>', '<s>', '</s>'];
  const bytes = Array.from({ length: 256 }, (_, byte) => `<0x${byte.toString(16).toUpperCase().padStart(2, '0')}>`);
  const tokens = [...special, ...bytes, ...pieces];
  // A score of its own for each: a piece that comes later is joined later.
  const scores = tokens.map((_, id) => (id < 259 ? 0 : 259 - id));
  const byScore = new Map([...pieces].map((piece) => [piece, scores[tokens.indexOf(piece)] ?? 0]));
  const metadata = {
    'ggml.model': 'llama',
    'ggml.tokens': tokens,
    'ggml.scores': scores,
    'ggml.token_type': tokens.map((_, id) => (id === 0 ? 2 : id < 3 ? 3 : id < 259 ? 6 : 1)),
    'ggml.bos_token_id': 1,
    'ggml.eos_token_id': 2,
    'ggml.unknown_token_id': 0,
  };

  test('200 texts are cut as the rule cuts them, after the start token', () => {
    const tokenizer = opened({ ...metadata, 'ggml.add_space_prefix': false });
    for (let round = 0; round < 200; round += 1) {
      const text = Array.from({ length: 1 + rng.below(30) }, () => [' ', 'a', 'b', 'c', 'd'][rng.below(5)]).join('');
      const wanted = bySentencePiece(text.replaceAll(' ', '▁'), byScore).map((piece) => tokens.indexOf(piece));
      expect(tokenizer.start(text)).toEqual([1, ...wanted]);
      const piece = tokenizer.pieces();
      expect(
        tokenizer
          .start(text)
          .map((id) => piece(id).text)
          .join(''),
      ).toBe(text);
    }
  });

  test('a space is put before a text where the file says so or says nothing, and what no piece holds becomes bytes', () => {
    const tokenizer = opened(metadata);
    const wanted = bySentencePiece('▁ab', byScore).map((piece) => tokens.indexOf(piece));
    expect(tokenizer.start('ab')).toEqual([1, ...wanted]);
    expect(tokenizer.encode('é')).toEqual([3 + 0xc3, 3 + 0xa9]);
    expect(opened({ ...metadata, 'ggml.add_bos_token': false }).startToken).toBeNull();
    expect(tokenizer.startToken).toBe('<s>');
  });
});

describe('byte-level BPE', () => {
  const letters = Array.from({ length: 94 }, (_, at) => String.fromCharCode(33 + at));
  const tokens = ['<|end|>', ...letters, 'Ġ', 'Ċ', '12', '123', "'S", 'ab'];
  const metadata = {
    'ggml.model': 'gpt2',
    'ggml.tokens': tokens,
    'ggml.token_type': tokens.map((_, id) => (id === 0 ? 3 : 1)),
    'ggml.merges': ['1 2', '12 3', "' S", 'a b'],
    'ggml.bos_token_id': 0,
    'ggml.eos_token_id': 0,
    chat_template: '{{ messages[0].content }}',
  };
  const cut = (pre: string, text: string): string => {
    const tokenizer = opened({ ...metadata, 'ggml.pre': pre });
    return tokenizer
      .start(text)
      .map((id) => tokens[id])
      .join(' ');
  };

  test.each([
    // Digits by themselves, in threes, or as they come; "'S" is a word of its own in capitals only for some.
    ['gpt-2', "A'Sa 1234", "A ' S a Ġ 123 4"],
    ['smollm', "A'Sa 1234", "A ' S a Ġ 1 2 3 4"],
    ['qwen2', "A'Sa 1234", "A 'S a Ġ 1 2 3 4"],
    ['llama-bpe', "A'Sa 1234", "<|end|> A 'S a Ġ 123 4"],
    ['smaug-bpe', "A'Sa 1234", "A 'S a Ġ 123 4"],
  ])('cut as "%s"', (pre, text, wanted) => {
    expect(cut(pre, text)).toBe(wanted);
  });

  test('special tokens count as such, the chat form is the file’s own, and its ends are known', () => {
    const tokenizer = opened({ ...metadata, 'ggml.pre': 'smollm' });
    expect(tokenizer.start('ab<|end|>')).toEqual([tokens.indexOf('ab'), 0]);
    expect(tokenizer.chat([{ role: 'user', content: 'ab' }])).toBe('ab');
    expect(
      ggufEndTokens(
        new Map([
          ['tokenizer.ggml.eos_token_id', 0],
          ['tokenizer.ggml.eot_token_id', 5],
        ]),
      ),
    ).toEqual([0, 5]);
  });
});
