/** What is asked of a chat model, what its answers give, and how far they agree with a probe: all of it without a model. */
import { describe, expect, it } from 'vitest';
import { cohenKappa } from '../../../src/stats/kappa.ts';
import type { ChatReply } from '../../../src/chat/chat-model.ts';
import { choiceAgreement, type PairAnswers } from '../../../src/chat/choice-agreement.ts';
import { draftRequest, type DraftedRow, markDrafts, readDraft, topicsOf } from '../../../src/chat/draft-rows.ts';
import { choicePairs, choiceQuestions, readChoice } from '../../../src/chat/forced-choice.ts';
import { modelListText, parseModelList } from '../../../src/chat/model-list.ts';
import type { SetRow } from '../../../src/probe/sets/set-rows.ts';
import { alteredJson, refusal } from '../../fixtures/refusal.ts';

const AXIS = { positive: 'kind', negative: 'cruel', neutral: 'plain' };
const reply = (text: string, more: Partial<ChatReply> = {}): ChatReply => ({
  text,
  complete: true,
  first: [],
  ...more,
});

describe('a list of models', () => {
  const LIST = JSON.stringify({
    model_list: [
      {
        model_id: 'Llama-3.2-1B',
        model: './models/llama/',
        model_lib: './models/llama/lib.wasm',
        vram_required_MB: 900,
        overrides: { context_window_size: 2048, temperature: 0.1 },
      },
      { model_id: 'b', model: 'https://hub.test/x/b', model_lib: 'https://hub.test/b.wasm' },
    ],
    cacheBackend: 'cache',
  });

  it('is read from what web-llm takes, and written so that it is read again', () => {
    const records = parseModelList(LIST, 'models.json');
    expect(records).toEqual([
      {
        id: 'Llama-3.2-1B',
        model: './models/llama/',
        library: './models/llama/lib.wasm',
        overrides: { context_window_size: 2048 },
      },
      { id: 'b', model: 'https://hub.test/x/b', library: 'https://hub.test/b.wasm', overrides: {} },
    ]);
    expect(parseModelList(modelListText(records), 'again')).toEqual(records);
    expect(
      parseModelList(JSON.stringify([{ model_id: 'b', model: './b/', model_lib: './b.wasm' }]), 'bare'),
    ).toHaveLength(1);
  });

  it.each([
    [['model_list'], 'no list', 'models.json.model_list must be a list'],
    [['model_list'], [], 'must have 1 to 200 models, got 0'],
    [['model_list', 0], 7, 'models.json.model_list[0] must be an object'],
    [['model_list', 0, 'model_id'], '', 'model_list[0].model_id is missing or empty'],
    [['model_list', 0, 'model_id'], 'a\u202eb', 'model_list[0].model_id must be 1 to 200 plain characters'],
    [['model_list', 1, 'model_id'], 'Llama-3.2-1B', 'model_list[1].model_id repeats that of models.json.model_list[0]'],
    [['model_list', 0, 'model'], undefined, 'model_list[0].model is missing'],
    [['model_list', 0, 'model'], 'file:///etc/passwd', 'model_list[0].model must be an address beside the page'],
    [['model_list', 0, 'model'], '//elsewhere.test/x', 'model_list[0].model must be an address beside the page'],
    [
      ['model_list', 0, 'model_lib'],
      'javascript:alert(1)',
      'model_list[0].model_lib must be an address beside the page',
    ],
    [
      ['model_list', 0, 'overrides', 'context_window_size'],
      '2048',
      'overrides.context_window_size must be a whole number',
    ],
  ])('with %j changed is refused by its path', (path, value, message) => {
    const { code, message: said } = refusal(() => parseModelList(alteredJson(LIST, path, value), 'models.json'));
    expect(code).toBe('second-engine-list-invalid');
    expect(said).toContain(message);
  });

  it('that is no JSON is refused', () => {
    expect(refusal(() => parseModelList('{', 'models.json')).message).toMatch(/^models\.json is not JSON/);
  });
});

describe('drafting rows', () => {
  const answer = (changes: Record<string, unknown> = {}): string =>
    JSON.stringify({
      scene: 'Mara ran the ferry.',
      positive: 'She took him across for nothing.',
      negative: 'She left him standing in the rain.',
      neutral: 'She tied the rope to the post.',
      ...changes,
    });
  const drafted = (rows: readonly SetRow[]): DraftedRow[] => rows.map((row, key) => ({ ...row, key }));
  const rowsOf = (topic: string, text = answer()): readonly SetRow[] => {
    const read = readDraft(topic, reply(text));
    if (read.kind !== 'rows') throw new Error(read.why);
    return read.rows;
  };
  const kinds = (marks: ReadonlyMap<number, readonly { readonly kind: string }[]>): string[][] =>
    [...marks.values()].map((own) => own.map((mark) => mark.kind));

  it('asks for one topic with both poles, the neutral one, what is meant, and a form to answer in', () => {
    const { messages, schema, seed } = draftRequest('ferry', { axis: AXIS, about: ' Towards strangers. ' }, 5);
    expect(seed).toBe(5);
    expect(messages).toHaveLength(1);
    expect(messages[0]?.content).toContain('Topic: ferry.');
    expect(messages[0]?.content).toContain('"positive" is kind, "negative" is cruel, "neutral" is plain.');
    expect(messages[0]?.content).toContain('What is meant: Towards strangers.');
    expect(JSON.parse(schema ?? '')).toMatchObject({ required: ['scene', 'positive', 'negative', 'neutral'] });
    expect(draftRequest('ferry', { axis: AXIS, about: '' }, 5).messages[0]?.content).not.toContain('What is meant');
  });

  it('takes topics line by line, each once, and not those that the set has', () => {
    expect(topicsOf(' ferry \n\nbakery\nferry\nschool', ['bakery'])).toEqual({
      topics: ['ferry', 'school'],
      leftOut: ['bakery'],
    });
  });

  it('reads the rows of an answer, alone or among other words', () => {
    const wanted = [
      { topic: 'ferry', pole: 'positive', context: 'Mara ran the ferry.', text: 'She took him across for nothing.' },
      { topic: 'ferry', pole: 'negative', context: 'Mara ran the ferry.', text: 'She left him standing in the rain.' },
      { topic: 'ferry', pole: 'neutral', context: 'Mara ran the ferry.', text: 'She tied the rope to the post.' },
    ];
    expect(rowsOf('ferry')).toEqual(wanted);
    expect(rowsOf('ferry', `Sure! Here it is:\n\`\`\`json\n${answer()}\n\`\`\`\nI hope {this} helps.`)).toEqual(wanted);
  });

  it.each([
    [reply('I would rather not.'), 'holds no JSON object'],
    [reply('{"scene": "Mara'), 'holds no JSON object'],
    [reply('[1, 2]'), 'holds no JSON object'],
    [reply(answer({ negative: undefined })), 'lacks "negative"'],
    [reply(answer({ scene: '  ', neutral: 3 })), 'lacks "scene", "neutral"'],
    [reply(answer(), { complete: false }), 'cut off'],
  ])('says why an answer gives none', (given, why) => {
    expect(readDraft('ferry', given)).toEqual({ kind: 'unreadable', why: expect.stringContaining(why) as string });
  });

  it('a whole topic is ready, and a part of one is not', () => {
    const rows = drafted(rowsOf('ferry'));
    expect(kinds(markDrafts(rows, [], AXIS, () => null))).toEqual([[], [], []]);
    expect(markDrafts(rows.slice(0, 1), [], AXIS, () => null).get(0)).toEqual([
      { kind: 'unbalanced', lacks: ['cruel', 'plain'] },
    ]);
    // What has been taken of the topic counts.
    expect(kinds(markDrafts(rows.slice(1), rowsOf('ferry').slice(0, 1), AXIS, () => null))).toEqual([[], []]);
  });

  it('marks what repeats, names a pole, changes the scene, or is no row', () => {
    const other = rowsOf(
      'school',
      answer({
        scene: 'Ann kept the school.',
        positive: 'She  took him across for NOTHING.',
        negative: 'It was sheer unkindness, and cruelty besides.',
        neutral: 'She rang the bell.',
      }),
    );
    const marks = kinds(
      markDrafts(drafted([...rowsOf('ferry'), ...other]), [], AXIS, (row) =>
        row.pole === 'neutral' && row.topic === 'school' ? 'text is empty' : null,
      ),
    );
    expect(marks).toEqual([['repeats'], [], [], ['repeats'], ['pole-word'], ['refused']]);
    const moved = drafted(rowsOf('ferry')).map((row) => (row.key === 2 ? { ...row, context: 'Another place.' } : row));
    expect(kinds(markDrafts(moved, [], AXIS, () => null))).toEqual([['scene'], ['scene'], ['scene']]);
    expect(
      kinds(
        markDrafts(
          drafted(rowsOf('ferry')),
          [{ topic: 'old', pole: 'neutral', context: 'c', text: 'She tied the rope to the post.' }],
          AXIS,
          () => null,
        ),
      ),
    ).toEqual([[], [], ['repeats']]);
  });
});

const row = (topic: string, pole: SetRow['pole'], text = `${pole} ${topic}`): SetRow => ({
  topic,
  pole,
  context: `Scene of ${topic}.`,
  text,
});

describe('forced choices', () => {
  const rows = [
    row('a', 'positive'),
    row('a', 'negative'),
    row('a', 'neutral'),
    row('b', 'negative'),
    row('b', 'positive'),
    row('b', 'positive', 'one more'),
  ];
  const pairs = choicePairs(rows);

  it('pair the poles of one scene; a turn without a counterpart is in none', () => {
    expect(pairs).toEqual([
      { topic: 'a', context: 'Scene of a.', positive: 0, negative: 1 },
      { topic: 'b', context: 'Scene of b.', positive: 4, negative: 3 },
    ]);
  });

  it('ask every pair both ways round, and nothing tells the two questions apart but the order', () => {
    const questions = choiceQuestions(rows, pairs, AXIS);
    expect(questions.map(({ pair, positiveFirst }) => [pair, positiveFirst])).toEqual([
      [0, true],
      [1, true],
      [0, false],
      [1, false],
    ]);
    const texts = questions.map(({ request }) => request.messages[0]?.content ?? '');
    expect(texts[0]).toContain('A: positive a\nB: negative a');
    expect(texts[2]).toBe(texts[0]?.replace('A: positive a\nB: negative a', 'A: negative a\nB: positive a'));
    expect(texts[0]).toContain('more kind and less cruel');
    expect(questions.every(({ request }) => request.temperature === 0 && request.firstTokens === 5)).toBe(true);
  });

  it.each([
    ['A', reply('A')],
    ['B', reply('**B**.')],
    ['A', reply('The answer is A, for B is cruel')],
    ['B', reply('Answer: B')],
    [null, reply('Both of them')],
    [null, reply('A’s story')],
    [null, reply('')],
    // Tokens of one letter are one letter, whatever stands around it.
    [
      'B',
      reply('A', {
        first: [
          { token: 'A', logprob: Math.log(0.4) },
          { token: ' B', logprob: Math.log(0.3) },
          { token: '▁B', logprob: Math.log(0.25) },
        ],
      }),
    ],
    [
      'A',
      reply('Sure', {
        first: [
          { token: 'Sure', logprob: Math.log(0.7) },
          { token: 'A', logprob: Math.log(0.2) },
          { token: 'B', logprob: Math.log(0.1) },
        ],
      }),
    ],
    ['B', reply('I say B', { first: [{ token: 'I', logprob: -0.1 }] })],
  ])('an answer is read as %s', (choice, given) => {
    expect(readChoice(given)).toBe(choice);
  });
});

describe('agreement with a probe', () => {
  const topics = 8;
  const rows = Array.from({ length: topics }, (_, t) => [row(`t${t}`, 'positive'), row(`t${t}`, 'negative')]).flat();
  const pairs = choicePairs(rows);
  /** Scores with which the probe gets all topics right but those named. */
  const scores = (wrong: readonly number[]): number[] =>
    rows.map((_, i) => ((i % 2 === 0) !== wrong.includes(i >> 1) ? 1 : -1));
  const says = (positive: boolean): PairAnswers =>
    positive ? { positiveFirst: 'A', positiveSecond: 'B' } : { positiveFirst: 'B', positiveSecond: 'A' };

  it('kappa is that of the textbooks', () => {
    // 50 grants, two readers: 20 and 15 agreed, 5 and 10 not; chance 0.5, so (0.7 - 0.5) / (1 - 0.5).
    expect(
      cohenKappa([
        [20, 5],
        [10, 15],
      ]),
    ).toBeCloseTo(0.4, 12);
    // Chance 0.54 where the shares lean the same way, 0.46 where they lean apart.
    expect(
      cohenKappa([
        [45, 15],
        [25, 15],
      ]),
    ).toBeCloseTo((0.6 - 0.54) / 0.46, 12);
    expect(
      cohenKappa([
        [25, 35],
        [5, 35],
      ]),
    ).toBeCloseTo((0.6 - 0.46) / 0.54, 12);
    expect(
      cohenKappa([
        [7, 0],
        [0, 0],
      ]),
    ).toBeNaN();
  });

  it('of a chat model that chooses as the probe does is 1, and 0 where it always says A', () => {
    const same = choiceAgreement(
      pairs,
      pairs.map((_, i) => says(i !== 3)),
      scores([3]),
      { draws: 200 },
    );
    expect(same).toMatchObject({
      pairs: 8,
      unreadable: 0,
      tied: 0,
      positive: { value: 7 / 8, n: 8 },
      first: { value: 0.5, low: 0.5, high: 0.5 },
      consistent: { value: 1 },
      agreed: { value: 1 },
      kappa: { value: 1, n: 8 },
    });
    const always = choiceAgreement(
      pairs,
      pairs.map(() => ({ positiveFirst: 'A', positiveSecond: 'A' })),
      scores([]),
      { draws: 200 },
    );
    expect(always).toMatchObject({
      positive: { value: 0.5 },
      first: { value: 1 },
      consistent: { value: 0 },
      agreed: { value: 0.5 },
      kappa: { value: 0 },
    });
  });

  it('is counted answer by answer: kappa is twice the agreement less 1, for the probe points at A in half of the questions', () => {
    const answers = pairs.map((_, i): PairAnswers =>
      i < 2 ? says(false) : i === 2 ? { positiveFirst: 'A', positiveSecond: 'A' } : says(true),
    );
    const { agreed, kappa, first, consistent } = choiceAgreement(pairs, answers, scores([0]), { draws: 500, seed: 4 });
    // Topic 0: both wrong, so agreed; topic 1: not; topic 2: one of two; the other five agreed.
    expect(agreed?.value).toBeCloseTo((2 + 0 + 1 + 10) / 16, 12);
    expect(kappa?.value).toBeCloseTo(2 * (13 / 16) - 1, 12);
    expect(kappa?.low).toBeCloseTo(2 * (agreed?.low ?? NaN) - 1, 12);
    expect(kappa?.low).toBeLessThan(kappa?.value ?? NaN);
    expect(first.value).toBeCloseTo(9 / 16, 12);
    expect(consistent.value).toBeCloseTo(7 / 8, 12);
  });

  it('leaves out pairs without a readable answer and, for the probe, those that it scores alike; too few topics have no interval', () => {
    const answers = pairs.map((_, i): PairAnswers =>
      i === 0 ? { positiveFirst: 'A', positiveSecond: null } : says(true),
    );
    const tied = scores([]).map((score, i) => (i >> 1 === 1 ? 0 : score));
    expect(choiceAgreement(pairs, answers, tied, { draws: 100 })).toMatchObject({
      pairs: 8,
      unreadable: 1,
      tied: 1,
      positive: { n: 7 },
      agreed: { value: 1 },
    });
    expect(choiceAgreement(pairs.slice(0, 5), answers.slice(0, 5), null)).toMatchObject({
      agreed: null,
      kappa: null,
      positive: { value: 1, low: null, note: 'too few topics for an interval' },
    });
    expect(choiceAgreement([], [], null).positive.value).toBeNaN();
  });
});
