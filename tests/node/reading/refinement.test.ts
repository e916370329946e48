/** Readings inside sentences: where they stand, their order, and that each is what text and control text read as one text give. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { GrownReading } from '../../../src/cli/grown-reading.ts';
import { relativeError } from '../../../src/stats/relative-error.ts';
import { type ReadingPlace, refinement } from '../../../src/reading/refinement.ts';
import { standsOf } from '../../../src/reading/stands.ts';
import type { Decoder } from '../../../src/engine/decoder.ts';
import { pickTokens } from '../../../src/engine/pick-tokens.ts';
import { openNodeDecoder } from '../../../src/engine/node/node-decoder.ts';
import { openNodeEngine, type NodeEngine } from '../../../src/engine/node/node-engine.ts';
import type { ReadoutReading } from '../../../src/reading/reading.ts';
import type { Scorer } from '../../../src/engine/scorer.ts';
import { TextRun } from '../../../src/engine/text-run.ts';
import { countedDecoder } from '../../fixtures/counted-decoder.ts';
import { MODEL } from '../../fixtures/embedded-model.ts';
import { writeToyFolder } from '../../fixtures/toy/toy-folder.ts';
import { toyDecoderFiles, toyTokenizer, TOY } from '../../fixtures/toy/toy-graph.ts';
import { wholeScorer } from '../../fixtures/whole-scorer.ts';

const never = new AbortController().signal;

describe('the stand of a token', () => {
  const named = (pieces: readonly string[]): string =>
    standsOf(pieces)
      .map((stand) => stand[0])
      .join('');

  it('is the end of a sentence, of a clause, or neither', () => {
    expect(named(['He', ' ran', ',', ' fell', ';', ' rose', '.', ' Then', ' he', ' left', '.'])).toBe('wwcwcwswwws');
  });

  it('takes the marks that close with it, and leaves those that open', () => {
    expect(named(['“', 'No', ',”', ' he', ' said', '.'])).toBe('wwcwws');
    expect(named(['He', ' (', 'once', ')', ' ran', ' -', ' fell', '.'])).toBe('wwwcwcws');
    expect(named(['No', ',', '”', ' he', ' said', '.'])).toBe('wwcwws');
  });

  it('finds dashes between words, and no clause in numbers, times or joined words', () => {
    expect(named(['It', '—', 'no', '—', 'went', '.'])).toBe('wcwcws');
    expect(named([' 1', ',', '000', ' at', ' 10', ':', '30', ' from', ' 3', '–', '5', ' well', '-', 'made', '.'])).toBe(
      'wwwwwwwwwwwwwws',
    );
  });
});

describe('the order', () => {
  it('is clauses, long words, short ones, and what lies within words', () => {
    const pieces = [
      'The',
      ' bak',
      'er',
      ',',
      ' who',
      ' sang',
      ' in',
      ' "',
      'Par',
      'is',
      '",',
      ' left',
      '.',
      '\n',
      'He',
      ' ran',
      '.',
    ];
    const order = refinement(pieces, 'token').map(({ afterToken }) => afterToken);
    expect(order).toEqual([3, 10, 2, 5, 9, 11, 0, 4, 6, 14, 15, 1, 7, 8]);
    expect(refinement(pieces, 'word').map(({ afterToken }) => afterToken)).toEqual([3, 10, 2, 5, 9, 11]);
    expect(refinement(pieces, 'clause').map(({ afterToken }) => afterToken)).toEqual([3, 10]);
    expect(refinement(pieces, 'sentence')).toEqual([]);
  });

  it('takes a text without spaces without going back to its start for every token', () => {
    expect(refinement(new Array<string>(100_000).fill('語'), 'token')).toHaveLength(99_999);
  });
});

type Parts = Pick<NodeEngine, 'decoder' | 'tokenizer'>;

/** A run over a decoder whose passes are counted, and what it tells. */
function runOver(parts: Parts, scorer: Scorer, chunkTokens = 16) {
  const { decoder, passes } = countedDecoder(parts.decoder);
  return {
    run: new TextRun({ ...parts, decoder, scorer, chunkTokens, endTokens: [] }),
    passes,
    reading: new GrownReading(),
  };
}

/** What a scorer reads after each of these tokens where prefix and control text are one text, read from its start. */
async function byThemselves(
  { decoder, tokenizer }: Parts,
  scorer: Scorer,
  text: string,
  places: readonly ReadingPlace[],
): Promise<Float32Array[]> {
  const ids = tokenizer.encode(text);
  const { layerCount, hidden } = decoder.sizes;
  const out: Float32Array[] = [];
  for (const { afterToken, stand } of places) {
    const means: Float32Array[] = [];
    for (const control of scorer.readouts[stand].texts) {
      const added = tokenizer.encode(` ${control}`);
      const { residuals, tokens, cache } = await decoder.run([...ids.slice(0, afterToken + 1), ...added], null);
      cache.dispose();
      means.push(
        Float32Array.from({ length: (layerCount + 1) * hidden }, (_, at) => {
          const [layer, feature] = [Math.floor(at / hidden), at % hidden];
          return (
            added.reduce(
              (sum, __, token) => sum + residuals[(layer * tokens + afterToken + 1 + token) * hidden + feature]!,
              0,
            ) / added.length
          );
        }),
      );
    }
    out.push(scorer.readout(means, afterToken + 1, stand, null).score);
  }
  return out;
}

const TOY_TEXT = 'He waved, fell; rose. She left? ';
const TOY_SCORER = wholeScorer(
  ['So it was.', 'Now then.'],
  { layers: TOY.layerCount + 1, hidden: TOY.hidden, count: 2 },
  ['So'],
);

describe('on the toy', () => {
  const folder = mkdtempSync(join(tmpdir(), 'flipside-refinement-'));
  let toy: { decoder: Decoder; tokenizer: ReturnType<typeof toyTokenizer> };
  beforeAll(async () => {
    toy = {
      decoder: await openNodeDecoder(writeToyFolder(folder, toyDecoderFiles(), 'model_q4.onnx'), { hooked: true }),
      tokenizer: toyTokenizer(),
    };
  });
  afterAll(async () => {
    await toy.decoder.dispose();
    rmSync(folder, { recursive: true });
  });

  const read = async (text: string, scorer = TOY_SCORER) => {
    const { run, passes, reading } = runOver(toy, scorer);
    await run.read(text, { readouts: true }, reading, never);
    passes.length = 0;
    return { run, passes, reading };
  };
  const places = ({ readouts }: GrownReading): string[] =>
    readouts.map(({ afterToken, stand }) => `${afterToken} ${stand}`);
  const refineAll = (run: TextRun, reading: GrownReading) => run.refine('token', reading, () => undefined, never);

  it('a text gets the ends of its sentences while it is read, then the rest in order, each as when read by itself', async () => {
    const { run, passes, reading } = await read(TOY_TEXT);
    expect(places(reading)).toEqual(['20 sentence', '30 sentence', '31 sentence']);
    const summary = await refineAll(run, reading);
    const wanted = refinement([...TOY_TEXT], 'token');
    expect(reading.readouts.slice(3).map(({ afterToken, stand }) => ({ afterToken, stand }))).toEqual(wanted);
    expect(summary).toMatchObject({ readings: wanted.length, left: null });
    // Nothing of the text is computed again, and passes are full.
    const each = toy.tokenizer.encode(' So').length;
    expect(passes.reduce((sum, count) => sum + count, 0)).toBe(wanted.length * each);
    expect(summary.readoutTokens).toBe(wanted.length * each);
    expect(passes).toHaveLength(Math.ceil(wanted.length / Math.floor(16 / each)));
    const alone = await byThemselves(toy, TOY_SCORER, TOY_TEXT, reading.readouts);
    for (const [index, readout] of reading.readouts.entries())
      expect(relativeError(readout.score, alone[index]!)).toBeLessThan(1e-5);
    run.dispose();
  });

  it('a stop is heard after a pass, what was read stays, and the rest is read the next time', async () => {
    const { run, reading } = await read(TOY_TEXT);
    const stop = new AbortController();
    const readout = (each: ReadoutReading): void => {
      reading.readout(each);
      if (reading.readouts.length === 5) stop.abort();
    };
    const stopping = { tokens: () => undefined, readout: readout };
    await expect(run.refine('token', stopping, () => undefined, stop.signal)).rejects.toMatchObject({
      code: 'cancelled',
    });
    const told = reading.readouts.length;
    expect(told).toBeLessThan(12);
    const summary = await refineAll(run, reading);
    expect(summary.readings).toBe(refinement([...TOY_TEXT], 'token').length - (told - 3));
    expect(new Set(places(reading)).size).toBe(reading.readouts.length);
    // The text can still be written on.
    expect(
      (
        await run.generate(
          { temperature: 0, topK: 0, topP: 1, seed: 1, maxTokens: 3 },
          { readouts: true },
          reading,
          never,
        )
      ).tokens,
    ).toBe(3);
    run.dispose();
  });

  it('read again, a text tells all of its readings at once and makes none anew', async () => {
    const { run, passes, reading } = await read(TOY_TEXT);
    await refineAll(run, reading);
    passes.length = 0;
    const again = new GrownReading();
    await run.read(TOY_TEXT, { readouts: true }, again, never);
    expect(places(again)).toEqual(places(reading).sort((a, b) => parseInt(a) - parseInt(b)));
    expect((await refineAll(run, again)).readings).toBe(0);
    expect(passes).toEqual([1]);
    run.dispose();
  });

  it('with another end it keeps the readings of what is as before, and reads as what it is now what ended a sentence then', async () => {
    const { run, reading } = await read('He waved, fell');
    await refineAll(run, reading);
    const longer = new GrownReading();
    await run.read('He waved, fell down. So', { readouts: true }, longer, never);
    // The end of the first text stands inside a sentence now.
    expect(places(longer)).not.toContain('13 sentence');
    expect(places(longer)).toContain('8 clause');
    await refineAll(run, longer);
    const fresh = await read('He waved, fell down. So');
    await refineAll(fresh.run, fresh.reading);
    expect(places(longer).sort()).toEqual(places(fresh.reading).sort());
    const alone = await byThemselves(toy, TOY_SCORER, 'He waved, fell down. So', longer.readouts);
    for (const [index, readout] of longer.readouts.entries())
      expect(relativeError(readout.score, alone[index]!)).toBeLessThan(1e-5);
    run.dispose();
    fresh.run.dispose();
  });

  it('what the model wrote is refined like what was given', async () => {
    const { run, reading } = await read('He waved.');
    await run.generate(
      { temperature: 1, topK: 0, topP: 1, seed: 3, maxTokens: 12 },
      { readouts: true },
      reading,
      never,
    );
    await refineAll(run, reading);
    const text = reading.pieces.map((piece) => piece.text).join('');
    const fresh = await read(text);
    await refineAll(fresh.run, fresh.reading);
    const last = new Map(reading.readouts.map((readout) => [readout.afterToken, readout]));
    expect([...last.values()].map(({ afterToken, stand }) => `${afterToken} ${stand}`).sort()).toEqual(
      places(fresh.reading).sort(),
    );
    for (const readout of fresh.reading.readouts)
      expect(relativeError(last.get(readout.afterToken)!.score, readout.score)).toBeLessThan(1e-5);
    run.dispose();
    fresh.run.dispose();
  });

  it('sentences that were read without readings get theirs without reading the text again', async () => {
    const { run, passes, reading } = runOver(toy, TOY_SCORER);
    await run.read(TOY_TEXT, { readouts: false }, reading, never);
    passes.length = 0;
    await run.read(TOY_TEXT, { readouts: true }, reading, never);
    const controls = toy.tokenizer.encode(' So it was.').length + toy.tokenizer.encode(' Now then.').length;
    expect(passes.reduce((sum, count) => sum + count, 0)).toBe(3 * controls + 1);
    expect(places(reading)).toEqual(['20 sentence', '30 sentence', '31 sentence']);
    run.dispose();
  });

  it('the text’s own token has its part where the scorer asks for it', async () => {
    const heard: (Float32Array | null)[] = [];
    const { readouts } = TOY_SCORER;
    const scorer: Scorer = {
      ...TOY_SCORER,
      readouts: { ...readouts, sentence: { ...readouts.sentence, own: true } },
      readout: (means, before, stand, own) => {
        if (stand === 'sentence') heard.push(own);
        return TOY_SCORER.readout(means, before, stand, own);
      },
    };
    const { run, reading } = await read(TOY_TEXT, scorer);
    const { residuals, tokens, cache } = await toy.decoder.run(toy.tokenizer.encode(TOY_TEXT), null);
    cache.dispose();
    for (const [index, { afterToken }] of reading.readouts.entries()) {
      expect(relativeError(heard[index]!, pickTokens(residuals, tokens, [afterToken], TOY.hidden))).toBeLessThan(1e-5);
    }
    // It changes nothing about what the control texts read.
    const alone = await byThemselves(toy, TOY_SCORER, TOY_TEXT, reading.readouts);
    for (const [index, readout] of reading.readouts.entries())
      expect(relativeError(readout.score, alone[index]!)).toBeLessThan(1e-5);
    run.dispose();
  });

  it('what cannot be read is left out, with its reason', async () => {
    const old = await read(
      TOY_TEXT,
      wholeScorer(['So it was.'], { layers: TOY.layerCount + 1, hidden: TOY.hidden, count: 2 }),
    );
    expect(await refineAll(old.run, old.reading)).toMatchObject({ readings: 0, left: 'probe' });
    const { run, reading } = runOver({ ...toy, decoder: { ...toy.decoder, branching: false } }, TOY_SCORER);
    await run.read(TOY_TEXT, { readouts: true }, reading, never);
    expect(await refineAll(run, reading)).toMatchObject({ readings: 0, left: 'branching' });
    expect(reading.readouts).toHaveLength(3);
    run.dispose();
    old.run.dispose();
  });

  it('a text that fills the context is read where readings have room, and says that they had none elsewhere', async () => {
    const text = 'He ran. '.repeat(TOY.contextTokens / 8);
    const { run, reading } = runOver(toy, TOY_SCORER, 64);
    const summary = await run.read(text, { readouts: true }, reading, never);
    expect(reading.pieces).toHaveLength(TOY.contextTokens);
    expect(summary.left).toBe('context');
    const room = TOY.contextTokens - toy.tokenizer.encode(' So it was.').length;
    expect(Math.max(...reading.readouts.map(({ afterToken }) => afterToken + 1))).toBeLessThanOrEqual(room);
    expect(reading.readouts.length).toBeGreaterThan(100);
    const refined = await run.refine('clause', reading, () => undefined, never);
    expect(refined.left).toBe('context');
    expect(() => run.plan(`${text}.`, { readouts: true })).toThrow(
      expect.objectContaining({ code: 'text-too-long' }) as Error,
    );
    run.dispose();
  });
});

describe('on the embedded model', () => {
  it('readings inside a sentence are those of prefix and control text read as one text', async () => {
    const engine = await openNodeEngine(MODEL);
    const scorer = wholeScorer(
      ['The clock on the wall showed a quarter past four.'],
      { layers: 31, hidden: 576, count: 2 },
      ['The clock on the wall'],
    );
    const text = 'Ada kept the lighthouse, and she fed the gulls. Then she sold the oil.';
    const { run, reading } = runOver(engine, scorer, 128);
    await run.read(text, { readouts: true }, reading, never);
    const { readings, left } = await run.refine('token', reading, () => undefined, never);
    run.dispose();
    expect([readings + 2, left]).toEqual([reading.pieces.length, null]);
    const alone = await byThemselves(engine, scorer, text, reading.readouts);
    await engine.dispose();
    for (const [index, readout] of reading.readouts.entries())
      expect(relativeError(readout.score, alone[index]!)).toBeLessThan(1e-5);
  }, 180_000);
});
