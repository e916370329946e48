import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { evenlySpaced } from '../../../../src/base/evenly.ts';
import { relativeError } from '../../../../src/stats/relative-error.ts';
import { openNodeEngine } from '../../../../src/engine/node/node-engine.ts';
import { createSegmentReader } from '../../../../src/engine/passages/segment-reader.ts';
import { TextTokenizer } from '../../../../src/engine/text/tokenizer.ts';
import { rememberReadings } from '../../../../src/training/remembered.ts';
import type { Exchange, Passage, SegmentReader } from '../../../../src/training/reader.ts';
import { trainProbe, type TrainOptions } from '../../../../src/training/train.ts';
import { readOne, toyReader, toySet, toyStories, withoutChatForm } from '../../../fixtures/toy/toy-reader.ts';

const options = (topics: number): TrainOptions => ({
  id: 'toy',
  title: 'Toy',
  about: 'A probe for tests.',
  sets: [toySet(topics)],
  stories: toyStories(3, 2),
  method: { kind: 'ridge', target: 'zeroed', penalty: 1 },
  defaultLayer: 2,
  seed: 3,
  shuffles: 5,
});
const exchange = { user: 'Where is the ferry?', assistant: 'It left at noon.' };
const READOUT_TEXTS = ['A cart went by.', 'The clock struck four.'];
const reply = (text: Exchange, readoutTexts: readonly string[] = READOUT_TEXTS): Passage => ({
  text,
  readoutTexts,
  readoutAfter: [1],
});
const formOf = async (reader: SegmentReader, given: TrainOptions) =>
  (await trainProbe(reader, given)).report.transfer.filter(({ kind }) => kind === 'form');

describe('turns in the chat form of the model', () => {
  it('are read by the fits to the turns as they stand, each without its topic', async () => {
    const asked: string[] = [];
    const reader = toyReader({ together: 5 });
    const [form] = await formOf(
      {
        ...reader,
        read: (passages, signal) => {
          for (const { text, readoutTexts } of passages)
            if ('user' in text) asked.push(`${text.user} / ${text.assistant} / ${readoutTexts.join()}`);
          return reader.read(passages, signal);
        },
      },
      options(8),
    );
    expect(form).toMatchObject({ kind: 'form', name: 'scene asked, turn answered', auroc: { n: 8 } });
    expect(form!.auroc.value).toBeGreaterThan(0.8);
    expect(asked).toHaveLength(16);
    expect(asked[0]).toBe(
      'In place 0 someone works. / There a person helps number 0. / The clock struck four.,A cart went by.',
    );
  });

  it('are those of 24 topics at most, the same every time', async () => {
    expect(evenlySpaced(5, 24)).toEqual([0, 1, 2, 3, 4]);
    expect(evenlySpaced(156, 24)).toEqual(Array.from({ length: 24 }, (_, i) => Math.floor(i * 6.5)));
    const [form] = await formOf(toyReader(), options(30));
    expect(form).toMatchObject({ name: 'scene asked, turn answered, 24 of 30 topics', auroc: { n: 24 } });
  });

  it('are left out where the model has no such form, or where the judgement is to be small', async () => {
    const reader = toyReader();
    const strict: SegmentReader = {
      ...reader,
      read: (passages, signal) => {
        if (passages.some(({ text }) => 'user' in text)) throw new Error('nobody may ask for it');
        return reader.read(passages, signal);
      },
    };
    expect(await formOf({ ...strict, unreadable: withoutChatForm }, options(6))).toEqual([]);
    expect(await formOf(strict, { ...options(6), otherReadouts: false })).toEqual([]);
  });

  it('are read once where readings are kept', async () => {
    const store = new Map<string, Float32Array>();
    const reader = toyReader();
    let asked = 0;
    const kept = rememberReadings(
      {
        ...reader,
        read: (...given) => {
          asked += 1;
          return reader.read(...given);
        },
      },
      { get: async (key) => store.get(key), set: async (key, values) => void store.set(key, values) },
    );
    const first = await readOne(kept, reply(exchange));
    expect(await readOne(kept, reply(exchange))).toEqual(first);
    expect(asked).toBe(1);
    await readOne(kept, reply({ ...exchange, assistant: 'At noon.' }));
    await readOne(kept, reply({ ...exchange, system: 'You sell tickets.' }));
    expect(asked).toBe(3);
  });
});

describe('the embedded model', () => {
  it('reads control texts after an answer in its own chat form, and otherwise than after the same words without it', async () => {
    const engine = await openNodeEngine(
      fileURLToPath(new URL('../../../../public/models/smollm2-135m-instruct-q4', import.meta.url)),
    );
    try {
      const reader = createSegmentReader(engine);
      expect(reader.unreadable(reply(exchange))).toBeNull();
      const [first, second] = (await readOne(reader, reply(exchange))).readouts[0]!.means;
      const { hidden, layerCount } = engine.model;
      expect(first).toHaveLength((layerCount + 1) * hidden);
      // A control text does not stay in the text: what is read at one does not hang on the others.
      const apart = (await readOne(reader, reply(exchange, [READOUT_TEXTS[1]!]))).readouts[0]!.means[0]!;
      expect(relativeError(apart, second!)).toBeLessThan(1e-5);
      // The same text spelled out: the form is nothing but words and tokens that stand for its parts.
      const spelled = engine.tokenizer.chat([{ role: 'user', content: exchange.user }]) + exchange.assistant;
      const { readouts } = await readOne(reader, { text: [spelled], readoutTexts: READOUT_TEXTS, readoutAfter: [0] });
      readouts[0]!.means[0]!.forEach((value, at) => {
        if (Math.abs(value - first![at]!) > 1e-3 * (1 + Math.abs(value)))
          throw new Error(`unlike at ${at}: ${value} and ${first![at]}`);
      });
      const plain = await readOne(reader, {
        text: [exchange.user, exchange.assistant],
        readoutTexts: READOUT_TEXTS,
        readoutAfter: [1],
      });
      const layer = 16 * hidden;
      const away = plain.readouts[0]!.means[0]!.subarray(layer, layer + hidden).reduce(
        (sum, value, f) => sum + (value - first![layer + f]!) ** 2,
        0,
      );
      expect(Math.sqrt(away)).toBeGreaterThan(1);
    } finally {
      await engine.dispose();
    }
  }, 120_000);

  it('is told apart from one without a template', () => {
    const files = (config: object) =>
      new TextTokenizer(
        JSON.stringify({
          version: '1.0',
          added_tokens: [],
          normalizer: null,
          pre_tokenizer: null,
          post_processor: null,
          decoder: null,
          model: { type: 'BPE', vocab: { a: 0 }, merges: [] },
        }),
        JSON.stringify(config),
      );
    expect(files({}).hasChat).toBe(false);
    expect(files({ chat_template: '{{ messages }}' }).hasChat).toBe(true);
    expect(() => files({}).chat([{ role: 'user', content: 'a' }])).toThrow(/no chat template/);
  });
});
