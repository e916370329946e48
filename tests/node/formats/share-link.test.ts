import { describe, expect, it } from 'vitest';
import { AppError } from '../../../src/base/errors.ts';
import { parseRecording, serialiseRecording } from '../../../src/formats/runs/recording-json.ts';
import { linkCode, MOST_UNPACKED_BYTES, type Shared, toBase64Url } from '../../../src/formats/runs/share-link.ts';
import { deflate } from '../../../src/state/storage/deflate.ts';
import { codeOf, sharedIn } from '../../../src/state/runs/link-code.ts';
import { combinedSteering, sampleSteering } from '../../fixtures/samples/sample-run.ts';
import { recordingOfTrace, type SharedTrace, traceObject } from '../../../src/formats/runs/shared-trace.ts';
import { sampleShared, sharedWithReadings } from '../../fixtures/samples/sample-shared.ts';

const shared = sampleShared;
const steered: Shared = { ...shared, push: sampleSteering };

const refusal = async (code: string): Promise<AppError> => {
  const error: unknown = await sharedIn(code).then(
    () => new Error('was accepted'),
    (thrown: unknown) => thrown,
  );
  if (error instanceof AppError) return error;
  throw error;
};
const packed = async (json: string): Promise<string> =>
  linkCode(toBase64Url(await deflate(new TextEncoder().encode(json))));
const trace: SharedTrace = sharedWithReadings.readings!;
const withReadings = (change: object, more: object = {}): Promise<string> =>
  packed(JSON.stringify({ ...sharedWithReadings, ...more, readings: { ...traceObject(trace), ...change } }));
const altered = (change: Partial<Record<keyof Shared, unknown>>): Promise<string> =>
  packed(JSON.stringify({ ...shared, ...change }));

describe('a link', () => {
  it('brings back what it was made of, in characters that every address may hold', async () => {
    const code = await codeOf(shared);
    expect(code).toMatch(/^[A-Za-z0-9._-]+$/);
    expect(await sharedIn(code)).toEqual(shared);
  });

  it('brings back a bare text and a long one', async () => {
    const bare = { ...shared, text: '', given: null, probe: null, token: null, locked: false, view: {} };
    expect(await sharedIn(await codeOf(bare))).toEqual(bare);
    const long = { ...shared, text: 'He rode on. '.repeat(20_000) };
    expect(await sharedIn(await codeOf(long))).toEqual(long);
  });

  it('of a steered run brings the steering, and is of a version that pages from before refuse', async () => {
    const code = await codeOf(steered);
    expect(await sharedIn(code)).toEqual(steered);
    expect([code, await codeOf(shared)].map((each) => each.split('.')[0])).toEqual(['2', '1']);
    const before = { ...shared } as Partial<Shared>;
    delete (before as Record<string, unknown>)['push'];
    expect(await sharedIn(await packed(JSON.stringify(before)))).toEqual(shared);
  });

  it('of a run that several directions steered under a condition brings all of them, and is of version 4', async () => {
    for (const link of [
      { ...shared, push: combinedSteering },
      { ...sharedWithReadings, push: combinedSteering },
    ]) {
      const code = await codeOf(link);
      expect(code.split('.')[0]).toBe('4');
      expect(await sharedIn(code)).toEqual(link);
    }
    expect(
      await refusal(
        await altered({ push: { ...combinedSteering, when: { ...combinedSteering.when, side: 'beside' } } }),
      ),
    ).toMatchObject({
      message: expect.stringMatching(/link\.push\.when\.side must be one of above, below, got "beside"/) as string,
    });
  });

  it('brings the readings of its text, and is of version 3 with them', async () => {
    const code = await codeOf(sharedWithReadings);
    expect(code.split('.')[0]).toBe('3');
    expect(await sharedIn(code)).toEqual(sharedWithReadings);
    const { readings: _, ...before } = shared;
    expect(await sharedIn(await packed(JSON.stringify(before)))).toEqual(shared);
  });

  it('brings readings in steps of a twentieth, and what is beyond its scale as its end; what is no number is left out', async () => {
    const at = (afterToken: number, score: number) => ({
      afterToken,
      stand: 'word' as const,
      score,
      low: -99,
      high: 99,
    });
    const points = [at(0, 0.024), at(1, 0.026), at(2, -7), at(3, Number.NaN)];
    const back = await sharedIn(await codeOf({ ...sharedWithReadings, readings: { ...trace, points } }));
    expect(back.readings!.points.map(({ score, low, high }) => [score, low, high])).toEqual([
      [0, -6.35, 6.35],
      [0.05, -6.35, 6.35],
      [-6.35, -6.35, 6.35],
    ]);
  });

  it('with a reading after every token of a page stays far below what an address holds', async () => {
    const tokens = Array.from({ length: 1000 }, (_, index) => ({
      id: (index * 7919) % 49_152,
      text: ` w${(index * 31) % 997}`,
    }));
    const points = tokens.map((_, afterToken) => ({
      afterToken,
      stand: 'word' as const,
      score: 2 * Math.sin(afterToken / 9),
      low: -1.2,
      high: 1.3,
    }));
    const text = tokens.map((token) => token.text).join('');
    const code = await codeOf({ ...sharedWithReadings, text, given: null, readings: { ...trace, tokens, points } });
    expect(code.length - (await codeOf({ ...shared, text, given: null })).length).toBeLessThan(8 * tokens.length);
  });

  it('makes a recording of its readings, with nothing in it that the link has not', () => {
    const { text, given, push: steering, probe } = sharedWithReadings;
    const recording = recordingOfTrace(
      { id: 'r', title: 'T', text, given, probe: probe!, push: steering, continuations: [] },
      trace,
    );
    expect(recording.tokens.map((token) => token.text).join('')).toBe(text);
    expect(recording.taps.map(({ afterToken, stand, shown }) => ({ afterToken, stand, ...shown }))).toEqual(
      trace.points,
    );
    expect([...recording.scores, ...recording.words, ...recording.taps[0]!.score].every(Number.isNaN)).toBe(true);
    expect(
      recording.tokens
        .slice(0, recording.givenTokens)
        .map((token) => token.text)
        .join(''),
    ).toBe('Sam said “no”');
    // It is a run like others: what it is saved as opens again.
    expect(parseRecording(serialiseRecording(recording))).toEqual(recording);
    const oneLayer = recordingOfTrace(
      { id: 'r', title: 'T', text, given, probe: probe!, push: steering, continuations: [] },
      { ...trace, layer: 16 },
    );
    expect(oneLayer.taps[0]).toMatchObject({ shown: null });
    expect([oneLayer.defaultLayer, oneLayer.taps[0]!.score[16], oneLayer.taps[0]!.score[15]]).toEqual([16, -0.5, NaN]);
  });

  it('that was cut anywhere says that it was cut', async () => {
    const code = await codeOf(shared);
    for (let length = 2; length < code.length; length += 1) {
      const error = await refusal(code.slice(0, length));
      // Within the two numbers at its head a cut cannot be told from damage, but it is refused all the same.
      expect(error.code).toBe('link-invalid');
      if (length > 14) expect(error.message).toMatch(/was cut: \d+ of \d+ characters/);
    }
    expect((await refusal(code.slice(0, 9))).message).toMatch(/was cut: its end is missing/);
  });

  it('that one character was changed in says that it was altered', async () => {
    const code = await codeOf(shared);
    expect((await refusal(`${code.slice(0, -1)}${code.endsWith('A') ? 'B' : 'A'}`)).message).toMatch(/was altered/);
    expect((await refusal(`${code}A`)).message).toMatch(/1 more characters/);
  });

  it.each<[string, () => Promise<string> | string, RegExp]>([
    ['of a newer version', () => `5${linkCode('abc').slice(1)}`, /made by a newer Flipside \(link version 5\)/],
    ['of a newer version in another shape', () => '7.whatever', /made by a newer Flipside/],
    ['that is none', () => 'hello', /none that Flipside makes: it begins with "hello"/],
    ['of nothing', () => '', /none that Flipside makes/],
    ['whose content is not packed', () => linkCode('AAAA'), /cannot be unpacked/],
    ['without a text', () => altered({ text: undefined }), /link\.text is missing/],
    ['with a border outside its text', () => altered({ given: 1000 }), /link\.given must be a whole number from 0 to/],
    [
      'with readings of another text',
      () => withReadings({}, { text: `${sharedWithReadings.text}!` }),
      /link\.readings\.packed has tokens of 26 characters, but the text has 27/,
    ],
    [
      'with readings beyond its text',
      () => withReadings({}, { text: 'Sam', given: null }),
      /link\.readings\.packed has tokens beyond the text's 3 characters/,
    ],
    [
      'with readings that break off',
      () => withReadings({ packed: traceObject(trace).packed.slice(0, 8) }),
      /link\.readings\.packed ends within token 1/,
    ],
    ['with readings that are no base64', () => withReadings({ packed: '*' }), /link\.readings\.packed is no base64/],
    [
      'with readings of a kind that there is not',
      () => withReadings({ packed: 'AAMJ' }, { text: 'Sam', given: null }),
      /has a reading of kind 9 after token 0/,
    ],
    [
      'with a chance range that is upside down',
      () => withReadings({ packed: 'AAMBAAEA' }, { text: 'Sam', given: null }),
      /has a chance range from 0\.05 to 0 after token 0/,
    ],
    [
      'with a token that is no number',
      () => withReadings({ packed: '/////////w==' }),
      /holds a number that is too large at token 0/,
    ],
    [
      'with readings of a layer that there is not',
      () => withReadings({ layer: 31 }),
      /link\.readings\.layer must be a whole number from 0 to 30/,
    ],
    ['with readings of no model', () => withReadings({ model: '' }), /link\.readings\.model is empty/],
    ['with a layer that cannot be', () => altered({ layer: -1 }), /link\.layer/],
    [
      'with a seed that cannot be',
      () => altered({ sampling: { ...shared.sampling, seed: 2 ** 40 } }),
      /link\.sampling\.seed/,
    ],
    [
      'with a probe without a hash',
      () => altered({ probe: { key: 'x', title: 'x', sha256: 'no' } }),
      /link\.probe\.sha256 must be a SHA-256/,
    ],
    ['with a setting of no name', () => altered({ view: { 'a b': 'x' } }), /link\.view names "a b"/],
    [
      'with a setting of a prototype',
      () => packed(JSON.stringify(shared).replace('"head"', '"__proto__"')),
      /link\.view names "__proto__"/,
    ],
    [
      'with a title too long',
      () => altered({ probe: { ...shared.probe, title: 'x'.repeat(201) } }),
      /at most 200 characters/,
    ],
    [
      'with steering of no strength',
      () => altered({ push: { ...sampleSteering, strength: 'much' } }),
      /link\.push\.strength must be a finite number/,
    ],
    ['that holds no JSON', () => packed('{"text'), /link is not JSON/],
    [
      'that holds no text',
      async () => linkCode(toBase64Url(await deflate(Uint8Array.of(0xff, 0xfe, 0xfd)))),
      /is no text/,
    ],
  ])('%s is refused in words', async (_, code, message) => {
    const error = await refusal(await code());
    expect(error.code).toBe('link-invalid');
    expect(error.message).toMatch(message);
  });

  it('that unpacks to more than any of ours is given up on before it fills the memory', async () => {
    const bomb = linkCode(toBase64Url(await deflate(new Uint8Array(30 * MOST_UNPACKED_BYTES))));
    const before = process.memoryUsage().rss;
    expect((await refusal(bomb)).message).toMatch(/unpacks to more than 4 MB/);
    expect(process.memoryUsage().rss - before).toBeLessThan(100e6);
  });
});
