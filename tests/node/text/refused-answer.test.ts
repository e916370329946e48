import { describe, expect, it } from 'vitest';
import { isRefusal } from '../../../src/text/refused-answer.ts';

describe('an answer that refuses', () => {
  it.each([
    'I’m sorry, but I can’t help with that.',
    "I'm really sorry, but this is not something I do.",
    'I am sorry, I cannot go on.',
    ' I cannot assist you with this.',
    'I can not provide that.',
    'Sorry, but I must stop.',
    '"I apologize, but I will not say that."',
    'As an AI language model, I have no patients.',
    'I am just an AI and have no dog.',
    'Unfortunately, I am unable to answer this.',
    'I’m unable to continue this story.',
  ])('is told by how it begins: %s', (text) => {
    expect(isRefusal(text)).toBe(true);
  });
});

describe('a text that does not', () => {
  it.each([
    ['somebody is sorry for a loss', 'I’m so sorry for your loss. He was a good dog.'],
    ['somebody is sorry to hear it', 'I am sorry to hear that.'],
    ['somebody cannot do something in a story', 'I cannot believe that he sold us, she said.'],
    ['a guard who will not', 'I won’t open the gate, he said, and laughed.'],
    ['the phrase stands in the middle', 'He walked on. I’m sorry, but I can’t help with that.'],
    ['the letters stand in another word', 'As an aide he should be.'],
    ['there is nothing', ''],
  ])('is left alone: %s', (_, text) => {
    expect(isRefusal(text)).toBe(false);
  });
});
