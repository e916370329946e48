/** Chat templates are programs from outside: their errors are the model's own, they end, and they give the same text on every day. */
import { describe, expect, test } from 'vitest';
import { parseChatTemplate } from '../../../../src/engine/text/chat-template.ts';
import { TextTokenizer } from '../../../../src/engine/text/tokenizer.ts';
import { flipside } from '../../../fixtures/command.ts';
import { refusal } from '../../../fixtures/refusal.ts';
import { toyTokenizerFiles } from '../../../fixtures/toy/toy-graph.ts';

const ASKED = [{ role: 'user', content: 'Hello there.' }] as const;
const rendered = (source: string, tokens: Record<string, string> = {}): string =>
  parseChatTemplate(source).render(ASKED, tokens);
const refused = (source: string): string => {
  const error = refusal(() => rendered(source));
  expect(error.code).toBe('model-text-invalid');
  expect(error.message).toMatch(
    /^The model’s own chat template cannot put this conversation into the model’s form: .*\. Give the turns as the template wants them, or plain text instead\.$/,
  );
  expect(error.message).not.toMatch(/fault in Flipside/);
  return error.message;
};

describe('what a template says against a conversation', () => {
  test('is told as the model’s own sentence', () => {
    expect(refused("{{ raise_exception('First message must be system.') }}")).toContain(
      'model’s form: First message must be system. Give',
    );
  });

  test.each([
    ['syntax that is not known', '{% if %}{{ oops'],
    ['a filter that is not known', "{{ 'x' | wibble }}"],
    ['nesting too deep to follow', `${'{{ ('.padEnd(40_000, '(')}1`],
    ['a macro that calls itself for ever', '{% macro again(x) %}{{ again(x) }}{% endmacro %}{{ again(1) }}'],
    ['more characters than are read', `{# ${'x'.repeat(200_000)} #}`],
  ])('%s is no fault of Flipside', (_, source) => {
    refused(source);
  });

  test('does not keep the model from being opened: it has no chat form, and says why when it is asked for one', () => {
    const tokenizer = new TextTokenizer(...toyTokenizerFiles({ chatTemplate: '{% for x %}' }));
    expect(tokenizer.hasChat).toBe(false);
    expect(tokenizer.encode('ab')).toEqual([65, 66]);
    expect(refusal(() => tokenizer.chat(ASKED))).toMatchObject({ code: 'model-text-invalid' });
  });
});

describe('a template that would never end, or fill the memory, is ended', () => {
  test.each([
    ['a long range', '{% for x in range(30000000) %}a{% endfor %}', /a list of more than 100,000 entries/],
    [
      'loops in loops',
      '{% for a in range(9999) %}{% for b in range(9999) %}{% for c in range(9999) %}{% endfor %}{% endfor %}{% endfor %}',
      /more than 1,000,012 steps/,
    ],
    [
      'loops with nothing in them',
      '{% set all = range(99999) %}{% for a in all %}{% for b in all %}{% endfor %}{% endfor %}',
      /more than 1,000,012 steps/,
    ],
    [
      'a text that doubles',
      "{% set ns = namespace(s='x') %}{% for a in range(60) %}{% set ns.s = ns.s + ns.s %}{% endfor %}{{ ns.s }}",
      /a text of more than 1,000,048 characters/,
    ],
    [
      'a list that doubles',
      '{% set ns = namespace(s=[1]) %}{% for a in range(60) %}{% set ns.s = ns.s + ns.s %}{% endfor %}',
      /a list of more than 100,000 entries|more than 1,000,012 steps/,
    ],
    [
      'large texts again and again',
      "{% set ns = namespace(s='xxxxxxxxxx') %}{% for a in range(16) %}{% set ns.s = ns.s + ns.s %}{% endfor %}{% for a in range(99999) %}{% set y = ns.s | replace('x', 'y') %}{% endfor %}",
      /more than 1,000,012 steps/,
    ],
    ['a range without an end', '{% for x in range(0, 5, 0) %}a{% endfor %}', /a range without an end/],
  ])('%s', (_, source, why) => {
    expect(refused(source)).toMatch(why);
  });

  test('and a long conversation is not', () => {
    const turns = Array.from(
      { length: 400 },
      (_, turn) => ({ role: turn % 2 === 0 ? 'user' : 'assistant', content: 'word '.repeat(2000) }) as const,
    );
    const source =
      "{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\\n' + message['content'] | trim + '<|im_end|>\\n' }}{% endfor %}";
    expect(parseChatTemplate(source).render(turns, {}).length).toBeGreaterThan(3_900_000);
  });
});

describe('the day in a template', () => {
  test('is the same on every day, in English, and named', () => {
    const source = '{{ strftime_now("%d %b %Y") }}|{{ strftime_now("%A %-d %B %y %H:%M %q %%") }}';
    expect(rendered(source)).toBe('26 Jul 2024|Friday 26 July 24 00:00 %q %');
    expect(parseChatTemplate(source).date).toBe('2024-07-26');
    expect(parseChatTemplate('{{ messages[0].content }}').date).toBeNull();
    expect(new TextTokenizer(...toyTokenizerFiles({ chatTemplate: source })).chatDate).toBe('2024-07-26');
  });
});

test('a template may print the special tokens of its model, by the names in tokenizer_config.json', () => {
  const [json] = toyTokenizerFiles();
  const config = {
    bos_token: '<s>',
    eos_token: { content: '</s>' },
    chat_template: [
      { name: 'tool_use', template: 'x' },
      { name: 'default', template: "{{ bos_token }}{{ messages[0]['content'] }}{{ eos_token }}{{ pad_token }}" },
    ],
  };
  expect(new TextTokenizer(json, JSON.stringify(config)).chat(ASKED)).toBe('<s>Hello there.</s>');
});

test('the command reads with the embedded model’s own chat form as before', async () => {
  const { stdout } = await flipside(
    'generate',
    '--model',
    'public/models/smollm2-135m-instruct-q4',
    '--prompt',
    'Say hello.',
    '--chat',
    '--temperature',
    '0',
    '--max-tokens',
    '3',
  );
  const { model, prompt } = JSON.parse(stdout) as { model: object; prompt: string };
  expect(prompt).toBe(
    '<|im_start|>system\nYou are a helpful AI assistant named SmolLM, trained by Hugging Face<|im_end|>\n<|im_start|>user\nSay hello.<|im_end|>\n<|im_start|>assistant\n',
  );
  expect(model).not.toHaveProperty('startToken');
  expect(model).not.toHaveProperty('chatDate');
});
