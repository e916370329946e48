/** Tokenizers made of the metadata of GGUF files: SentencePiece by scores against its own rule, and what each way of cutting words does. */
import { describe, expect, test } from 'vitest';
import { createRng } from '../../../../src/base/rng.ts';
import { ggufEndTokens, ggufTokenizer, type TokenizerTexts } from '../../../../src/engine/text/gguf-tokenizer.ts';
import { TextTokenizer } from '../../../../src/engine/text/tokenizer.ts';

type Metadata = Readonly<Record<string, unknown>>;
const textsOf = (metadata: Metadata, beside: string | null = null): TokenizerTexts => {
  const map = new Map(Object.entries(metadata).map(([key, value]) => [`tokenizer.${key}`, value]));
  return ggufTokenizer('model.gguf', map, (metadata['ggml.tokens'] as readonly string[]).length, beside);
};
const opened = (metadata: Metadata, beside: string | null = null): TextTokenizer => {
  const { tokenizer, config } = textsOf(metadata, beside);
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

  describe('a way of cutting words that is not known', () => {
    const unknown = { ...metadata, 'ggml.pre': 'gpt-7', 'ggml.add_bos_token': true };
    const { tokenizer: known } = textsOf({ ...metadata, 'ggml.pre': 'qwen2' });
    const changed = (
      change: (tokenizer: { model: { vocab: Record<string, number> }; added_tokens: unknown[] }) => void,
    ) => {
      const tokenizer = JSON.parse(known) as Parameters<typeof change>[0];
      change(tokenizer);
      return JSON.stringify(tokenizer);
    };

    test('is that of the tokenizer.json beside it; start token and chat form stay those of the file', () => {
      const tokenizer = opened(unknown, known);
      const cut = tokenizer.start("A'Sa 1234").map((id) => tokens[id]);
      expect(cut.join(' ')).toBe("<|end|> A 'S a Ġ 1 2 3 4");
      expect(tokenizer.chat([{ role: 'user', content: 'ab' }])).toBe('ab');
    });

    test('is refused without one, naming the way and what to do', () => {
      expect(() => textsOf(unknown)).toThrow(
        /model\.gguf cuts words in the way "gpt-7" \(tokenizer\.ggml\.pre\).+ Put the model's tokenizer\.json beside it\./,
      );
      expect(() => textsOf({ ...unknown, 'ggml.model': 'bert' })).toThrow(/of the kind "bert"/);
    });

    test('is refused with the tokenizer.json of another model, naming the first token that differs', () => {
      const renamed = changed(({ model }) => {
        delete model.vocab['ab'];
        model.vocab['ba'] = tokens.indexOf('ab');
      });
      expect(() => textsOf(unknown, renamed)).toThrow(
        /^tokenizer\.json: it calls token 100 "ba", and model\.gguf calls it "ab": they are of two models/,
      );
      for (const damaged of ['{', '[]', '{"model":{}}', '{"model":{"vocab":[]}}'])
        expect(() => textsOf(unknown, damaged)).toThrow(/^tokenizer\.json: it /);
    });

    test('takes ids that tokenizer.json leaves out, and added tokens with other spaces, as the converter writes them', () => {
      const padded = {
        ...unknown,
        'ggml.tokens': [...tokens, '[PAD101]', ' very kind'],
        'ggml.token_type': [...tokens.map((_, id) => (id === 0 ? 3 : 1)), 5, 4],
      };
      const beside = changed(({ added_tokens: added }) => {
        added.push({ ...(added[0] as object), id: 102, content: '▁very kind', special: false });
      });
      expect(opened(padded, beside).start('ab')).toEqual([0, tokens.indexOf('ab')]);
      expect(() => textsOf({ ...padded, 'ggml.tokens': [...tokens, '[PAD9]', ' very kind'] }, beside)).toThrow(
        /calls token 101 "\[PAD101\]", and model\.gguf calls it "\[PAD9\]"/,
      );
    });
  });
});
