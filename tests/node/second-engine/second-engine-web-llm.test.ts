/** The adapter to web-llm, over a fake that holds it to the rules of the real one (`fixtures/fake-web-llm.ts`). */
import { describe, expect, it } from 'vitest';
import type { ChatModelRecord } from '../../../src/chat/model-list.ts';
import { missingFile, modelFolder } from '../../../src/second-engine/addresses.ts';
import { chatModelOf } from '../../../src/second-engine/chat-model.ts';
import { lastLayerReader } from '../../../src/second-engine/last-layer-reader.ts';
import { judgeProbe } from '../../../src/training/evidence/judge.ts';
import { trainProbe } from '../../../src/training/train.ts';
import { embeddingOf, fakeWebLlm, HIDDEN, lastOf, tokenOf } from '../../fixtures/servers/fake-web-llm.ts';
import { refusal } from '../../fixtures/refusal.ts';
import { toySet, toyStories } from '../../fixtures/toy/toy-reader.ts';

const SHA = 'ab'.repeat(32);
const silent = (): never => {
  throw new Error('nobody asked');
};
const request = { messages: [{ role: 'user' as const, content: 'Who?' }], maxTokens: 4, temperature: 0, seed: 7 };

describe('a question', () => {
  it('goes to the model in web-llm’s form, and its answer comes back with the likeliest first tokens', async () => {
    const { engine, asked } = fakeWebLlm('m', () => ({
      text: 'A',
      first: [
        { token: ' A', logprob: -0.1 },
        { token: 'B', logprob: -2.4 },
      ],
    }));
    const reply = await chatModelOf(engine, 'm', SHA).ask({ ...request, schema: '{"type":"object"}', firstTokens: 5 });
    expect(reply).toEqual({
      text: 'A',
      complete: true,
      first: [
        { token: ' A', logprob: -0.1 },
        { token: 'B', logprob: -2.4 },
      ],
    });
    expect(asked).toEqual([
      {
        model: 'm',
        messages: request.messages,
        max_tokens: 4,
        temperature: 0,
        seed: 7,
        stream: false,
        response_format: { type: 'json_object', schema: '{"type":"object"}' },
        logprobs: true,
        top_logprobs: 5,
      },
    ]);
  });

  it('asks a model that thinks aloud not to, and says when an answer was cut off', async () => {
    const { engine, asked } = fakeWebLlm('Qwen3-0.6B-q4f16_1-MLC', () => ({ text: 'half of', ended: 'length' }));
    expect(await chatModelOf(engine, 'Qwen3-0.6B-q4f16_1-MLC', SHA).ask(request)).toEqual({
      text: 'half of',
      complete: false,
      first: [],
    });
    expect(asked[0]).toMatchObject({ extra_body: { enable_thinking: false } });
    expect(asked[0]).not.toHaveProperty('logprobs');
  });

  it('can be stopped, which interrupts the engine, and fails as one of ours', async () => {
    const stop = new AbortController();
    const { engine, log } = fakeWebLlm('m', async () => {
      stop.abort();
      return { text: 'half', ended: 'abort' };
    });
    await expect(chatModelOf(engine, 'm', SHA).ask(request, stop.signal)).rejects.toMatchObject({ code: 'cancelled' });
    expect(log).toContain('interrupt');
    const broken = fakeWebLlm('m', () => Promise.reject(new Error('Device was lost')));
    await expect(chatModelOf(broken.engine, 'm', SHA).ask(request)).rejects.toMatchObject({
      code: 'second-engine-unavailable',
      message: expect.stringContaining('m did not answer: Device was lost') as string,
    });
  });
});

describe('last hidden states', () => {
  const tokens = ['Mara', 'helps', 'Ben', 'and', 'harms', 'Ann', 'now'].map(tokenOf);
  const wanted = {
    embeddings: tokens.flatMap(embeddingOf),
    last: tokens.flatMap((_, i) => lastOf(tokens.slice(0, i + 1))),
  };

  it.each([
    [1024, ['prefill_to_last_hidden_states 7 of 7']],
    [
      3,
      [
        'prefill_to_last_hidden_states 3 of 3',
        'prefill_to_last_hidden_states 3 of 6',
        'decode_to_last_hidden_states 1 of 7',
      ],
    ],
  ])('of every token are those of the library, in passes of at most %i tokens', async (chunk, passes) => {
    const { engine, log, alive } = fakeWebLlm('m', silent, { chunk });
    const states = await chatModelOf(engine, 'm', SHA).states(tokens);
    expect(states).toMatchObject({ count: 7, hidden: HIDDEN });
    expect(states.embeddings).toEqual(Float32Array.from(wanted.embeddings));
    expect(states.last).toEqual(Float32Array.from(wanted.last));
    expect(log).toEqual(['reset', ...passes, 'reset']);
    expect(alive()).toBe(0);
  });

  it('come in half precision too', async () => {
    const { engine } = fakeWebLlm('m', silent, { dtype: 'float16' });
    const { last } = await chatModelOf(engine, 'm', SHA).states(tokens);
    last.forEach((value, i) =>
      expect(Math.abs(value - wanted.last[i]!)).toBeLessThanOrEqual(
        Math.max(2 ** -24, Math.abs(wanted.last[i]!) * 2 ** -11),
      ),
    );
  });

  it('are refused where the library lacks a function, which is named, and beyond the context', async () => {
    const { engine } = fakeWebLlm('gemma', silent, { functions: ['prefill', 'decode'] });
    const chat = chatModelOf(engine, 'gemma', SHA);
    expect(chat.inside).toEqual({
      kind: 'closed',
      lacks: ['prefill_to_last_hidden_states', 'decode_to_last_hidden_states'],
    });
    await expect(chat.states(tokens)).rejects.toMatchObject({
      code: 'second-engine-unavailable',
      message: expect.stringContaining(
        'lacks prefill_to_last_hidden_states and decode_to_last_hidden_states',
      ) as string,
    });
    const short = chatModelOf(fakeWebLlm('m', silent, { context: 6 }).engine, 'm', SHA);
    await expect(short.states(tokens)).rejects.toMatchObject({
      code: 'text-too-long',
      details: { tokens: 7, context: 6 },
    });
  });

  it('begin with what the model’s form puts before everything', () => {
    const chat = chatModelOf(fakeWebLlm('m', silent, { prefix: [1] }).engine, 'm', SHA);
    expect(chat.tokens('Mara helps', true)).toEqual([1, tokenOf('Mara'), tokenOf('helps')]);
    expect(chat.tokens(' Mara helps', false)).toEqual([tokenOf('Mara'), tokenOf('helps')]);
  });
});

describe('a probe on the last layer', () => {
  it('is trained and judged like any other, with chance at layer 0 and the axis at layer 1', async () => {
    const reader = await lastLayerReader(chatModelOf(fakeWebLlm('m', silent).engine, 'm', SHA));
    expect(reader.model).toEqual({
      id: 'm (last layer, after its norm)',
      weightsSha256: SHA,
      layerCount: 1,
      hidden: HIDDEN,
    });
    const { probe } = await trainProbe(reader, {
      id: 'last',
      title: 'Last',
      about: 'For a test.',
      sets: [toySet(14)],
      stories: toyStories(6, 4),
      method: { kind: 'ridge', target: 'zeroed', penalty: 1 },
      defaultLayer: 1,
      seed: 3,
      shuffles: 20,
    });
    expect(probe.evidence.auroc).toHaveLength(2);
    expect(probe.evidence.auroc[0]).toBe(0.5);
    expect(probe.evidence.auroc[1]).toBeGreaterThan(0.9);
    const judgement = await judgeProbe(reader, probe, { ...toySet(8), name: 'another' });
    expect(judgement.auroc[1]).toBeGreaterThan(0.9);
    expect(judgement.turnScores.map((scores) => scores.length)).toEqual([judgement.readings, judgement.readings]);
  });

  it('reads a control text after everything before it, without position 0, and branches nowhere', async () => {
    const chat = chatModelOf(fakeWebLlm('m', silent).engine, 'm', SHA);
    const reader = await lastLayerReader(chat);
    const [reading] = await reader.read([
      {
        text: ['Mara sat.', 'She helps Ben.'],
        readoutTexts: ['It rained.', 'Noon.'],
        readoutAfter: [0, 1],
        keepTokens: true,
      },
    ]);
    const text = ['Mara', 'sat.', 'She', 'helps', 'Ben.'].map(tokenOf);
    const meanOf = (rows: number[][]): Float32Array =>
      Float32Array.from(
        { length: HIDDEN },
        (_, f) => rows.reduce((sum, row) => sum + Math.fround(row[f]!), 0) / rows.length,
      );
    const last = (tokens: number[], from: number): Float32Array =>
      meanOf(tokens.slice(from).map((_, i) => lastOf(tokens.slice(0, from + i + 1))));
    const [first, second] = reading!.readouts;
    expect([first!.tokensBefore, second!.tokensBefore]).toEqual([2, 5]);
    expect(first!.own.slice(HIDDEN)).toEqual(last(text.slice(0, 2), 1));
    expect(second!.means[1]!.slice(HIDDEN)).toEqual(last([...text, tokenOf('Noon.')], 5));
    expect(second!.means[0]!.slice(HIDDEN)).toEqual(last([...text, tokenOf('It'), tokenOf('rained.')], 5));
    expect(second!.own.slice(0, HIDDEN)).toEqual(meanOf(text.slice(2).map(embeddingOf)));
    expect(reading!.tokens!.count).toBe(5);
    expect(reading!.tokens!.residuals.slice(-HIDDEN)).toEqual(Float32Array.from(lastOf(text)));
    await expect(
      reader.read([{ text: { user: 'Who?', assistant: 'I.' }, readoutTexts: [], readoutAfter: [] }]),
    ).rejects.toMatchObject({ code: 'usage' });
  });
});

describe('addresses', () => {
  const page = 'http://here.test/flipside/index.html#/train';
  const record = (model: string, library = './models/x/lib.wasm'): ChatModelRecord => ({
    id: 'x',
    model,
    library,
    overrides: {},
  });
  /** What web-llm 0.2.86 makes of an address (`cleanModelUrl` in lib/index.js). */
  const cleaned = (address: string): string =>
    new URL(
      /.+\/resolve\/.+\//.test(address) ? address : `${address.endsWith('/') ? address : `${address}/`}resolve/main/`,
    ).href;

  it.each([
    ['./models/x/', 'http://here.test/flipside/models/x/'],
    ['models/x', 'http://here.test/flipside/models/x/'],
    ['/models/x/', 'http://here.test/models/x/'],
    ['https://hub.test/mlc-ai/X-MLC', 'https://hub.test/mlc-ai/X-MLC/resolve/main/'],
    ['https://hub.test/mlc-ai/X-MLC/resolve/v2/', 'https://hub.test/mlc-ai/X-MLC/resolve/v2/'],
  ])('a model at %s lies in %s', (model, folder) => {
    const { told, folder: ours } = modelFolder(record(model), page);
    expect(ours).toBe(folder);
    expect(cleaned(told)).toBe(folder);
  });

  it.each([
    ['settings', {}, 'models/x/mlc-chat-config.json', 'status 404'],
    ['library', { 'mlc-chat-config.json': '{}' }, 'models/x/lib.wasm', 'status 404'],
    [
      'tokeniser',
      { 'mlc-chat-config.json': '{"tokenizer_files":["tokenizer.json","merges.txt"]}', 'lib.wasm': '' },
      'models/x/tokenizer.json',
      'status 404',
    ],
    [
      'list of weights',
      { 'mlc-chat-config.json': '{"tokenizer_files":["tokenizer.model"]}', 'lib.wasm': '', 'tokenizer.model': '' },
      'models/x/tensor-cache.json',
      'status 404',
    ],
    [
      'weights',
      {
        'mlc-chat-config.json': '{}',
        'lib.wasm': '',
        'tensor-cache.json': '{"records":[{"dataPath":"params_shard_0.bin"},{"dataPath":"params_shard_1.bin"}]}',
        'params_shard_0.bin': '',
      },
      'models/x/params_shard_1.bin',
      'status 404',
    ],
  ])('names the first file that is missing: %s', async (_, files, path, why) => {
    const get = async (url: string | URL | Request): Promise<Response> => {
      const name = new URL(url instanceof Request ? url.url : url).pathname.split('/').at(-1) ?? '';
      const body = (files as Record<string, string>)[name];
      return body === undefined ? new Response('', { status: 404 }) : new Response(body);
    };
    expect(await missingFile(record('./models/x/'), page, get)).toEqual({
      url: `http://here.test/flipside/${path}`,
      why,
    });
  });

  it('nothing is missing where all files are there', async () => {
    expect(await missingFile(record('./models/x/'), page, async () => new Response('{}'))).toBeNull();
  });
});

it('an engine that has loaded nothing is refused', () => {
  expect(refusal(() => chatModelOf(fakeWebLlm('m', silent).engine, 'other', SHA)).code).toBe('internal');
});
