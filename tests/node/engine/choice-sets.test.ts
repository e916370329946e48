/** The forced-choice sets: what two continuations of a scene share, so that their likelihoods can be told apart by the pole alone. */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, test } from 'vitest';
import { parsePromptSet, type PromptRow, type PromptSet } from '../../../src/formats/sets/prompt-set.ts';
import { passageTokens } from '../../../src/engine/passages/passage-tokens.ts';
import { TextTokenizer } from '../../../src/engine/text/tokenizer.ts';
import { MODEL, SETS } from '../../fixtures/embedded-model.ts';

const CHOICES = fileURLToPath(new URL('../../../probes/choices', import.meta.url));
const textAt = (...path: string[]): string => readFileSync(join(...path), 'utf8');

/** By set the words that would name a pole. */
const NAMING: Readonly<Record<string, RegExp>> = {
  'cheerful-gloomy':
    /\b(cheer\w*|gloom\w*|happ(y|i\w+)|unhapp\w+|sad\w*|joy\w*|merr(y|i\w+)|miser(y|able|ably)|glad\w*|glum\w*|melanchol\w*|moods?)\b/i,
  'formal-casual':
    /\b(formal\w*|informal\w*|casual\w*|polite\w*|impolite\w*|rude\w*|chatty|stiff\w*|ceremon\w*|slang)\b/i,
  'honest-deceptive':
    /\b(honest\w*|dishonest\w*|decei\w+|decept\w+|lie[sd]?|lying|liars?|tru(e|th|ly)\w*|untru\w+|fraud\w*|trick\w*|cheat\w*|sincer\w+|frank\w*)\b/i,
  'kind-cruel':
    /\b(kind\w*|unkind\w*|cruel\w*|nice\w*|nast(y|i\w+)|mean(er|est|ly|ness)?|good\w*|evil\w*|wicked\w*|gentle\w*|gently|compassion\w*)\b/i,
  'loyal-treacherous': /\b(loyal\w*|disloyal\w*|treacher\w*|treason\w*|traitor\w*|betray\w*|faith\w*|turncoats?)\b/i,
  luck: /\b(luck\w*|unluck\w*|fortun\w+|unfortun\w+|misfortun\w+)\b/i,
  'terse-wordy':
    /\b(terse\w*|word\w*|brief\w*|curt\w*|concise\w*|laconic\w*|verbos\w*|long-winded|talkative|chatty)\b/i,
};
const all = readdirSync(CHOICES).flatMap((file) => (file.endsWith('.set.json') ? [file.replace('.set.json', '')] : []));
/** Sets whose continuations share no words on purpose, beside the matched set of the same scenes. */
const free = all.filter((name) => name.endsWith('-free'));
const names = all.filter((name) => !free.includes(name));
const sets = new Map(names.map((name) => [name, readSet(name)]));
const tokenizer = new TextTokenizer(textAt(MODEL, 'tokenizer.json'), textAt(MODEL, 'tokenizer_config.json'));

function readSet(name: string): PromptSet {
  const rows = textAt(CHOICES, `${name}.jsonl`);
  const sha256 = createHash('sha256').update(rows).digest('hex');
  return parsePromptSet(
    {
      headerName: `${name}.set.json`,
      rowsName: `${name}.jsonl`,
      header: textAt(CHOICES, `${name}.set.json`),
      rows,
      sha256,
    },
    { requireNeutral: false },
  );
}

/** Tokens of a continuation as they are read after its context. */
function continuation({ context, text }: PromptRow): readonly number[] {
  const { ids, places } = passageTokens(tokenizer, { text: [context, text], readoutTexts: [], readoutAfter: [1] });
  return ids.slice(places[0]?.from);
}

/** Rows of every shipped set of turns. */
function turnsElsewhere(): { readonly context?: string; readonly text?: string }[] {
  return readdirSync(SETS).flatMap((folder) =>
    readdirSync(join(SETS, folder)).flatMap((file) =>
      file.endsWith('.jsonl')
        ? textAt(SETS, folder, file)
            .trim()
            .split('\n')
            .map((line) => JSON.parse(line) as { context?: string; text?: string })
        : [],
    ),
  );
}

test('there is one for every axis and one of luck', () => {
  expect(names.sort()).toEqual(Object.keys(NAMING));
});

test('no scene is told twice, here or in a set that anything is trained or judged on', () => {
  const elsewhere = new Set(turnsElsewhere().flatMap(({ context }) => context ?? []));
  expect(elsewhere.size).toBeGreaterThan(500);
  const scenes = [...sets.values()].flatMap(({ rows, topics }) =>
    topics.map((topic) => rows.find((row) => row.topic === topic)?.context ?? topic),
  );
  expect(scenes.filter((scene) => elsewhere.has(scene))).toEqual([]);
  expect(new Set(scenes).size).toBe(scenes.length);
});

test('the README counts what is there', () => {
  const readme = textAt(CHOICES, 'README.md');
  for (const [name, { rows, topics }] of sets) {
    const shared = topics.filter(
      (topic) => new Set(rows.flatMap((row) => (row.topic === topic ? [continuation(row)[0]] : []))).size === 1,
    ).length;
    const mean = rows.reduce((sum, row) => sum + continuation(row).length, 0) / rows.length;
    expect(readme).toContain(`| \`${name}\` | ${topics.length} | ${mean.toFixed(1)} | ${shared} |`);
  }
});

describe.each(names)('%s', (name) => {
  const set = sets.get(name) ?? expect.fail(name);
  let pairs: readonly {
    readonly topic: string;
    readonly positive: PromptRow;
    readonly negative: PromptRow;
    readonly tokens: readonly [readonly number[], readonly number[]];
  }[];
  beforeAll(() => {
    pairs = set.topics.map((topic) => {
      const [positive, negative, ...more] = set.rows.filter((row) => row.topic === topic);
      if (positive === undefined || negative === undefined || more.length > 0) expect.fail(`${topic} is no pair`);
      return { topic, positive, negative, tokens: [continuation(positive), continuation(negative)] };
    });
  });

  test('has the poles and the control texts of the set that its axis is trained on, and says that it is for no training', () => {
    const [trained] = readdirSync(SETS).filter((folder) => folder.startsWith(name));
    const { poles, taps: readouts } = JSON.parse(textAt(SETS, trained ?? name, `${trained ?? name}.set.json`)) as {
      poles: unknown;
      taps: unknown;
    };
    expect(set).toMatchObject({ name: `${name}-choices`, axis: poles, taps: readouts });
    expect(set.about).toContain('For forced choice, not for training');
  });

  test('holds pairs of one scene, the positive continuation always first, so that the order says nothing', () => {
    expect(pairs.length).toBeGreaterThanOrEqual(28);
    for (const { topic, positive, negative } of pairs) {
      expect([positive.pole, negative.pole, negative.line - positive.line], topic).toEqual(['positive', 'negative', 1]);
      expect(negative.context, topic).toBe(positive.context);
      expect(negative.text, topic).not.toBe(positive.text);
    }
  });

  test('gives both continuations of a pair as many tokens, so that length favours none', () => {
    const counts = pairs.map(({ topic, tokens: [positive, negative] }) => ({
      topic,
      positive: positive.length,
      negative: negative.length,
    }));
    expect(counts.filter(({ positive, negative }) => positive !== negative)).toEqual([]);
    expect(counts.filter(({ positive }) => positive < 5 || positive > 12)).toEqual([]);
    const words = pairs.map(({ topic, positive }) => ({ topic, words: positive.context.split(' ').length }));
    expect(words.filter((scene) => scene.words < 8 || scene.words > 20)).toEqual([]);
  });

  // The first token is the one least prepared by what the two share, and weighs most.
  test('begins both continuations with the same token in at least half of the pairs', () => {
    const shared = pairs.filter(({ tokens: [positive, negative] }) => positive[0] === negative[0]);
    expect(shared.length).toBeGreaterThanOrEqual(pairs.length / 2);
  });

  test('names no pole', () => {
    const naming = NAMING[name] ?? expect.fail(name);
    expect(
      set.rows
        .filter(({ context, text }) => naming.test(`${context} ${text}`))
        .map(({ context, text }) => `${context} ${text}`),
    ).toEqual([]);
  });
});

describe.each(free)('%s', (name) => {
  const set = readSet(name);
  const matched = sets.get(name.replace('-free', '')) ?? expect.fail(name);
  const counts = set.topics.map((topic) => {
    const [positive, negative] = set.rows.filter((row) => row.topic === topic).map((row) => continuation(row).length);
    return { topic, positive: positive ?? NaN, negative: negative ?? NaN };
  });

  test('tells the scenes of the matched set, in its order and with its poles', () => {
    expect(set).toMatchObject({
      name: `${name}-choices`,
      axis: matched.axis,
      taps: matched.taps,
      topics: matched.topics,
    });
    expect(set.rows.map(({ topic, pole, context }) => ({ topic, pole, context }))).toEqual(
      matched.rows.map(({ topic, pole, context }) => ({ topic, pole, context })),
    );
    expect(set.about).toContain('For forced choice, not for training');
  });

  test('keeps the lengths of a pair within a token, and of all pairs within a fifth of one', () => {
    expect(counts.filter(({ positive, negative }) => Math.abs(positive - negative) > 1)).toEqual([]);
    expect(
      Math.abs(counts.reduce((sum, { positive, negative }) => sum + positive - negative, 0) / counts.length),
    ).toBeLessThanOrEqual(0.2);
  });

  test('names no pole', () => {
    const naming = NAMING[name.replace('-free', '')] ?? expect.fail(name);
    expect(set.rows.filter(({ text }) => naming.test(text)).map(({ text }) => text)).toEqual([]);
  });
});
