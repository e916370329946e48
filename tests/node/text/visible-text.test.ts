import { describe, expect, it } from 'vitest';
import { isPlain, spokenToken, visibleLine, visibleSegments, visibleToken } from '../../../src/text/visible-text.ts';

describe('visible text', () => {
  it('shows a bidirectional override instead of obeying it', () => {
    expect(visibleSegments('a\u202eb')).toEqual([
      { kind: 'plain', text: 'a' },
      { kind: 'hidden', text: '\u202e', glyph: '⟨U+202E⟩' },
      { kind: 'plain', text: 'b' },
    ]);
  });

  it('gives the border of a chat turn a mark that can be read', () => {
    expect(visibleSegments('<|im_end|>')).toEqual([{ kind: 'hidden', text: '<|im_end|>', glyph: '⟨im_end⟩' }]);
    expect(visibleSegments('Hi<|im_end|>\n').map((segment) => segment.kind)).toEqual(['plain', 'hidden', 'break']);
    expect(isPlain('<|im_start|>')).toBe(false);
    expect(isPlain('a <|b and c|> d')).toBe(true);
    expect(visibleToken('<|im_start|>')).toBe('<|im_start|>');
  });

  it('keeps line breaks and tabs working and gives them a glyph', () => {
    expect(visibleSegments('x\n\ty').map((segment) => segment.kind)).toEqual(['plain', 'break', 'break', 'plain']);
  });

  it.each([
    [' rain', '␣rain'],
    ['\n\n', '⏎⏎'],
    ['\t', '⇥'],
    ['\u0007', '⟨U+0007⟩'],
    ['\u200b', '⟨U+200B⟩'],
    ['\ud83d', '⟨U+D83D⟩'],
    ['\u{e0041}', '⟨U+E0041⟩'],
    ['naïve 日本 👩‍👩‍👧', 'naïve␣日本␣👩‍👩‍👧'],
  ])('writes %j on one line as %s', (input, output) => {
    expect(visibleToken(input)).toBe(output);
  });

  it.each([
    [' rain', 'rain'],
    ['\n', '⏎'],
    [' ', '␣'],
    [' \u202eleft', '⟨U+202E⟩left'],
  ])('speaks %j as %s', (input, output) => {
    expect(spokenToken(input)).toBe(output);
  });

  it('writes a name on one line, its spaces as they are', () => {
    expect(visibleLine('My \u202eprobe\n2')).toBe('My ⟨U+202E⟩probe⏎2');
  });

  it('loses nothing: the pieces join to the input', () => {
    const text = 'a\u202e\n\ud83d b\u0000👩‍👩‍👧\t\u2066c';
    expect(
      visibleSegments(text)
        .map((segment) => segment.text)
        .join(''),
    ).toBe(text);
  });

  it('knows what needs no substitution', () => {
    expect(isPlain(' the café')).toBe(true);
    expect(isPlain('a\u200fb')).toBe(false);
    expect(isPlain('a\n')).toBe(false);
  });
});
