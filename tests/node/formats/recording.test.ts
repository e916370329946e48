import { describe, expect, it } from 'vitest';
import type { DtypeAgreement } from '../../../src/probe/dtype-agreement.ts';
import { AppError } from '../../../src/base/errors.ts';
import type { SteeringRecord } from '../../../src/steering/steering.ts';
import {
  parseRecording,
  parseRecordingIndex,
  serialiseRecording,
  serialiseRecordingIndex,
} from '../../../src/formats/runs/recording-json.ts';
import type { RecordedPole, Recording } from '../../../src/formats/runs/recording.ts';

const pole = (sign: number): RecordedPole => ({
  scores: Float32Array.from([NaN, NaN, 0.25 * sign, 1.006 * sign, 2, 0]),
  words: Float32Array.from([NaN, NaN, NaN, 0.5 * sign, NaN, 0.25]),
  calibration: [
    { tapMean: sign, scale: 2, tokenMean: 0, tokenSd: 3.5, smoothSd: 1.25 },
    { tapMean: 0, scale: 3, tokenMean: sign, tokenSd: 4, smoothSd: 1.5 },
  ],
  explained: [0, 0.3],
  alarm: {
    rate: 0.01,
    tokens: 700,
    taps: 40,
    tokenLow: [0, -8],
    tokenHigh: [0, 8],
    smoothLow: [0, -2],
    smoothHigh: [0, 2],
    tapLow: [0, -1],
    tapHigh: [0, 1.5],
  },
});
const recording: Recording = {
  id: 'betrayal',
  title: 'Betrayal',
  text: 'Sam \u202eran.\n',
  axis: { positive: 'kind', negative: 'cruel', neutral: 'neutral' },
  defaultLayer: 1,
  tokens: [
    { id: 5, text: 'Sam' },
    { id: 6, text: ' \u202eran' },
    { id: 7, text: '.\n' },
  ],
  givenTokens: 2,
  layers: 2,
  scores: Float32Array.from([NaN, NaN, 0.126, -4.994, 1.5, 0]),
  words: Float32Array.from([NaN, NaN, NaN, -2.004, NaN, 0.25]),
  taps: [
    {
      afterToken: 2,
      stand: 'sentence',
      shown: null,
      score: Float32Array.of(1.25, -0.5),
      nullLow: Float32Array.of(-1, -1),
      nullHigh: Float32Array.of(1, NaN),
      poles: { positive: Float32Array.of(0, 0.75), negative: Float32Array.of(NaN, -2.004) },
    },
  ],
  calibration: [
    { tapMean: 0.1, scale: 2, tokenMean: -0.25, tokenSd: 4.5, smoothSd: 1.75 },
    { tapMean: 0.123456789, scale: 3, tokenMean: 0, tokenSd: 4, smoothSd: 1.5 },
  ],
  explained: [0, 0.45],
  alarm: {
    rate: 0.01,
    tokens: 700,
    taps: 40,
    tokenLow: [0, -9.5],
    tokenHigh: [0, 9],
    smoothLow: [0, -3.25],
    smoothHigh: [0, 3],
    tapLow: [0, -2],
    tapHigh: [0, 1.5],
  },
  poles: { positive: pole(1), negative: pole(-1) },
  provenance: { model: 'm', weightsSha256: 'w', probe: 'p', probeSha256: 'q', backend: 'node', version: '0.1.0' },
};

const run: Recording = {
  ...recording,
  run: {
    finishedAt: 1_790_000_000_000,
    taps: true,
    adapter: 'vendor x',
    probeKey: 'shipped:kind-cruel',
    probeTitle: 'Kind–cruel',
    continuations: [{ fromCharacter: 2, sampling: { temperature: 0.8, topK: 0, topP: 0.95, seed: 7, maxTokens: 80 } }],
    push: null,
  },
};
const CARRIED: DtypeAgreement = {
  from: 'q4',
  to: 'fp16',
  layer: 1,
  cosine: [null, 0.9312345],
  null95: [null, 0.3],
  shuffles: 200,
  topics: 24,
  fittedTopics: 72,
  turns: 48,
};
const steering: SteeringRecord = {
  mode: 'add',
  pole: 'positive',
  from: 1,
  to: 1,
  strength: 0.26,
  where: 'generated',
  direction: 'Kind–cruel',
  probeSha256: 'ab'.repeat(32),
  matchedKl: 1,
};
const steered = (change: Partial<SteeringRecord> = {}): Recording => ({
  ...run,
  run: { ...run.run!, push: { ...steering, ...change } },
});

const refusal = (source: string): AppError => {
  try {
    parseRecording(source);
  } catch (error) {
    if (error instanceof AppError) return error;
  }
  throw new Error('was accepted');
};
const altered = (change: (root: Record<string, unknown>) => void): string => {
  const root = JSON.parse(serialiseRecording(recording)) as Record<string, unknown>;
  change(root);
  return JSON.stringify(root);
};
const withReadout = (change: object): string =>
  altered((root) => (root['taps'] = [{ ...(root['taps'] as object[])[0], ...change }]));
const broken = (change: (origin: Record<string, unknown>) => void): string => {
  const root = JSON.parse(serialiseRecording(run)) as { run: Record<string, unknown> };
  change(root.run);
  return JSON.stringify(root);
};

describe('recordings', () => {
  it('come back as they were, scores to two decimals', () => {
    const back = parseRecording(serialiseRecording(recording));
    expect(back).toEqual({
      ...recording,
      scores: Float32Array.from([NaN, NaN, 0.13, -4.99, 1.5, 0]),
      words: Float32Array.from([NaN, NaN, NaN, -2, NaN, 0.25]),
      calibration: [recording.calibration[0], { ...recording.calibration[1], tapMean: 0.1234568 }],
      taps: [
        { ...recording.taps[0], poles: { positive: Float32Array.of(0, 0.75), negative: Float32Array.of(NaN, -2) } },
      ],
      poles: {
        positive: { ...pole(1), scores: Float32Array.from([NaN, NaN, 0.25, 1.01, 2, 0]) },
        negative: { ...pole(-1), scores: Float32Array.from([NaN, NaN, -0.25, -1.01, 2, 0]) },
      },
    });
    expect(serialiseRecording(back)).toBe(serialiseRecording(recording));
  });

  it('hold readings inside sentences, with what is shown of each', () => {
    const none = Float32Array.of(NaN, NaN);
    const inside: Recording['taps'][number] = {
      afterToken: 0,
      stand: 'clause',
      shown: { score: -0.126, low: -1.5, high: 1.25 },
      score: Float32Array.of(0.5, NaN),
      nullLow: none,
      nullHigh: none,
      poles: { positive: Float32Array.of(1, 2), negative: none },
    };
    const word: Recording['taps'][number] = { ...inside, afterToken: 1, stand: 'word', shown: null };
    // Anyone who writes them, they stand in the order of the text, and of two in one place the later stays.
    const back = parseRecording(
      serialiseRecording({ ...recording, taps: [...recording.taps, { ...word, stand: 'sentence' }, word, inside] }),
    );
    expect(back.taps.slice(0, 2)).toEqual([{ ...inside, shown: { score: -0.13, low: -1.5, high: 1.25 } }, word]);
    expect(back.taps.map(({ afterToken, stand }) => [afterToken, stand])).toEqual([
      [0, 'clause'],
      [1, 'word'],
      [2, 'sentence'],
    ]);
  });

  it('keep scores that are too large to be packed as they are', () => {
    const scores = Float32Array.from([NaN, NaN, 327.67, -327.67, 327.68, -1e9]);
    const source = serialiseRecording({ ...recording, scores });
    expect(source).toContain('[327.68,-1000000000]');
    expect(parseRecording(source).scores).toEqual(scores);
  });

  it.each([1, 2, 3, 4])('of version %i hold readings at the ends of sentences only, and show none', (version) => {
    const old = altered((root) => {
      root['version'] = version;
      root['taps'] = [
        {
          afterToken: 2,
          score: [1.25, -0.5],
          nullLow: [-1, -1],
          nullHigh: [1, null],
          positive: [0, 0.75],
          negative: [null, -2],
        },
      ];
    });
    expect(parseRecording(old).taps).toMatchObject([
      {
        afterToken: 2,
        stand: 'sentence',
        shown: null,
        score: Float32Array.of(1.25, -0.5),
        nullHigh: Float32Array.of(1, NaN),
      },
    ]);
  });

  it('of version 1 open without the words’ part and without lines', () => {
    const old = altered((root) => {
      root['version'] = 1;
      for (const key of ['words', 'explained', 'alarm', 'poles']) delete root[key];
    });
    const back = parseRecording(old);
    expect([...back.words]).toEqual(new Array(6).fill(NaN));
    expect(back.explained).toEqual([0, 0]);
    expect(back.alarm).toMatchObject({ rate: 0, tokens: 0, smoothLow: [] });
    expect(back.scores).toEqual(parseRecording(serialiseRecording(recording)).scores);
    // Written again it is a recording of this version, still without them.
    expect(parseRecording(serialiseRecording(back))).toEqual(back);
  });

  it.each([2, 3])('of version %i open without the poles from neutral where they hold none', (version) => {
    const old = altered((root) => {
      root['version'] = version;
      delete root['poles'];
    });
    const back = parseRecording(old);
    expect(back.poles).toBeNull();
    expect(back.run).toBeUndefined();
    expect(back.taps.map((readout) => readout.poles)).toEqual([null]);
    expect(back.words).toEqual(parseRecording(serialiseRecording(recording)).words);
    // Written again it holds no trace of them.
    expect(serialiseRecording(back)).not.toContain('"poles"');
    expect(parseRecording(serialiseRecording(back))).toEqual(back);
  });

  it('keep how a run was made', () => {
    const back = parseRecording(serialiseRecording(run));
    expect(back.run).toEqual(run.run);
    expect(serialiseRecording(back)).toBe(serialiseRecording(run));
  });

  it('keep how far a probe of another variant agrees', () => {
    const carried = { ...run, run: { ...run.run!, carriedOver: CARRIED } };
    const back = parseRecording(serialiseRecording(carried));
    expect(back.run).toEqual(carried.run);
    expect(serialiseRecording(back)).toBe(serialiseRecording(carried));
  });

  it.each<[string, Partial<SteeringRecord>]>([
    ['to a pole', {}],
    ['with a bound below neutral, everywhere', { mode: 'cap', strength: -0.5, where: 'all', matchedKl: null }],
    [
      'by a direction that was no probe’s, from a token on',
      { mode: 'ablate', where: 2, probeSha256: null, matchedKl: null },
    ],
    ['along a direction of another variant', { carriedOver: CARRIED }],
    [
      'with other strengths on the way',
      {
        changes: [
          { after: 2, strength: 0.4 },
          { after: 3, strength: 0 },
        ],
      },
    ],
  ])('keep how a run was steered %s', (_, change) => {
    const back = parseRecording(serialiseRecording(steered(change)));
    expect(back.run).toEqual(steered(change).run);
    expect(serialiseRecording(back)).toBe(serialiseRecording(steered(change)));
  });

  it('of a run that was not steered name no steering', () => {
    expect(serialiseRecording(run)).not.toContain('"push"');
    expect(parseRecording(broken((origin) => delete origin['push'])).run!.push).toBeNull();
  });

  const badSteering = (change: object): string => broken((origin) => (origin['push'] = { ...steering, ...change }));
  it.each<[string, string, RegExp]>([
    [
      'steering of a mode that there is not',
      badSteering({ mode: 'shove' }),
      /recording\.run\.push\.mode must be one of add, cap, ablate, got "shove"/,
    ],
    [
      'steering at the embedding',
      badSteering({ from: 0 }),
      /recording\.run\.push\.from must be a whole number from 1 to 1, got 0/,
    ],
    [
      'steering beyond the last layer',
      badSteering({ to: 2 }),
      /recording\.run\.push\.to must be a whole number from 1 to 1, got 2/,
    ],
    [
      'steering that would break the model',
      badSteering({ strength: 3 }),
      /recording\.run\.push\.strength must lie between 0 and 2, got 3/,
    ],
    [
      'steering backwards',
      badSteering({ strength: -1 }),
      /recording\.run\.push\.strength must lie between 0 and 2, got -1/,
    ],
    [
      'steering from half a token on',
      badSteering({ where: 0.5 }),
      /recording\.run\.push\.where must be a whole number/,
    ],
    [
      'steering of some tokens',
      badSteering({ where: 'some' }),
      /recording\.run\.push\.where must be one of all, generated, got "some"/,
    ],
    ['steering by nothing', badSteering({ direction: '' }), /recording\.run\.push\.direction is empty/],
    [
      'steering by a probe with a strange hash',
      badSteering({ probeSha256: 'q' }),
      /recording\.run\.push\.probeSha256 must be a SHA-256/,
    ],
    [
      'steering matched to no KL',
      badSteering({ matchedKl: 0 }),
      /recording\.run\.push\.matchedKl must be greater than 0, got 0/,
    ],
    [
      'steering that changed to what breaks the model',
      badSteering({ changes: [{ after: 2, strength: 3 }] }),
      /recording\.run\.push\.changes\[0\]\.strength must lie between 0 and 2, got 3/,
    ],
    ['steering that changed nowhere', badSteering({ changes: [] }), /recording\.run\.push\.changes must have 1 to/],
    [
      'steering of a cosine beyond 1',
      badSteering({ carriedOver: { ...CARRIED, cosine: [null, 2] } }),
      /recording\.run\.push\.carriedOver\.cosine\[1\] must lie between -1\.001 and 1\.001, got 2/,
    ],
    [
      'an agreement at fewer layers than there are',
      broken((origin) => (origin['carriedOver'] = { ...CARRIED, cosine: [0.95] })),
      /recording\.run\.carriedOver\.cosine must have 2 items, got 1/,
    ],
    [
      'an agreement with a variant that is none',
      broken((origin) => (origin['carriedOver'] = { ...CARRIED, to: 'fp17' })),
      /recording\.run\.carriedOver\.to must be one of fp32/,
    ],
    [
      'an agreement of no topic',
      broken((origin) => (origin['carriedOver'] = { ...CARRIED, topics: 0 })),
      /recording\.run\.carriedOver\.topics must be a whole number from 1/,
    ],
    [
      'steering that is none',
      broken((origin) => (origin['push'] = null)),
      /recording\.run\.push must be an object, got null/,
    ],
    [
      'a run that was sampled with no probability at all',
      broken((origin) => ((origin['continuations'] as { sampling: { topP: number } }[])[0]!.sampling.topP = 0)),
      /recording\.run\.continuations\[0\]\.sampling\.topP must be greater than 0, got 0/,
    ],
    [
      'a run that was written on from beyond its end',
      broken((origin) => ((origin['continuations'] as { fromCharacter: number }[])[0]!.fromCharacter = 11)),
      /recording\.run\.continuations\[0\]\.fromCharacter must be a whole number from 0 to 10/,
    ],
    ['a run without its probe', broken((origin) => delete origin['probeKey']), /recording\.run\.probeKey is missing/],
    [
      'a version 2 file without the words’ part',
      altered((root) => delete root['words']),
      /recording\.words is missing/,
    ],
    [
      'a short row of words',
      altered((root) => ((root['words'] as number[][])[2] = [1])),
      /recording\.words\[2\] must have 2 items, got 1/,
    ],
    [
      'more explained than all',
      altered((root) => (root['explained'] = [0, 1.5])),
      /recording\.explained\[1\] must lie between/,
    ],
    [
      'lines that cross',
      altered((root) => ((root['alarm'] as Record<string, number[]>)['smoothLow'] = [0, 4])),
      /recording\.alarm\.smoothLow\[1\] is 4, above/,
    ],
    ['text that is no JSON', '{"format"', /recording is not JSON/],
    ['a list', '[]', /recording must be an object, got a list/],
    [
      'another format',
      altered((root) => (root['format'] = 'cat')),
      /recording\.format must be "flipside-recording", got "cat"/,
    ],
    ['a newer version', altered((root) => (root['version'] = 9)), /version is 9, written by a newer Flipside/],
    ['a missing field', altered((root) => delete root['axis']), /recording\.axis is missing/],
    [
      'a short row',
      altered((root) => ((root['scores'] as number[][])[1] = [1])),
      /recording\.scores\[1\] must have 2 items, got 1/,
    ],
    [
      'a missing row',
      altered((root) => (root['scores'] as number[][]).pop()),
      /recording\.scores must have 3 items, got 2/,
    ],
    [
      'a word for a number',
      altered((root) => ((root['scores'] as unknown[][])[2] = [1, 'x'])),
      /recording\.scores\[2\]\[1\] must be a finite number, got string "x"/,
    ],
    [
      'a score that float32 would make infinite',
      altered((root) => ((root['scores'] as unknown[][])[2] = [1, -1e39])),
      /recording\.scores\[2\]\[1\] must lie between -3\.4e\+38 and 3\.4e\+38, got -1e\+39/,
    ],
    [
      'a readout outside the text',
      altered((root) => ((root['taps'] as { afterToken: number }[])[0]!.afterToken = 3)),
      /recording\.taps\[0\]\.afterToken must be a whole number from 0 to 2/,
    ],
    [
      'a reading that stands nowhere',
      withReadout({ stand: 'verse' }),
      /recording\.taps\[0\]\.stand must be one of sentence, clause, word, got "verse"/,
    ],
    ['a reading without a stand', withReadout({ stand: undefined }), /recording\.taps\[0\]\.stand is missing/],
    [
      'a shown reading of two numbers',
      withReadout({ shown: [1, 2] }),
      /recording\.taps\[0\]\.shown must have 3 items, got 2/,
    ],
    [
      'a chance range that is upside down',
      withReadout({ shown: [0, 2, 1] }),
      /recording\.taps\[0\]\.shown has a chance range from 2 to 1/,
    ],
    [
      'a shown reading beyond all',
      withReadout({ shown: [1e9, 0, 1] }),
      /recording\.taps\[0\]\.shown\[0\] must lie between/,
    ],
    [
      'a row that is packed in other characters',
      withReadout({ score: '*' }),
      /recording\.taps\[0\]\.score must hold 2 numbers of 16 bits in base64, got other characters/,
    ],
    [
      'a packed row of another model',
      withReadout({ score: 'AAAAAAAA' }),
      /recording\.taps\[0\]\.score must hold 2 numbers of 16 bits in base64, got 6 bytes/,
    ],
    [
      'readings out of order',
      altered((root) => (root['taps'] = [...(root['taps'] as object[]), ...(root['taps'] as object[])])),
      /recording\.taps\[1\]\.afterToken is 2, but readings stand in the order/,
    ],
    ['a layer that is not there', altered((root) => (root['defaultLayer'] = 2)), /recording\.defaultLayer/],
    [
      'a pole that is missing',
      altered((root) => delete (root['poles'] as Record<string, unknown>)['negative']),
      /recording\.poles\.negative is missing/,
    ],
    [
      'a short row of a pole',
      altered((root) => ((root['poles'] as { positive: { scores: number[][] } }).positive.scores[2] = [1])),
      /recording\.poles\.positive\.scores\[2\] must have 2 items, got 1/,
    ],
    [
      'a readout without a pole that the tokens have',
      altered((root) => delete (root['taps'] as Record<string, unknown>[])[0]!['positive']),
      /recording\.taps\[0\]\.positive is missing/,
    ],
    [
      'crossed lines of a pole',
      altered(
        (root) => ((root['poles'] as { negative: { alarm: { tapLow: number[] } } }).negative.alarm.tapLow = [0, 3]),
      ),
      /recording\.poles\.negative\.alarm\.tapLow\[1\] is 3, above/,
    ],
    [
      'a scale of zero',
      altered((root) => ((root['calibration'] as number[][])[0] = [0, 0, 0, 1, 1])),
      /recording\.calibration\[0\]/,
    ],
  ])('refuse %s', (_, source, message) => {
    const error = refusal(source);
    expect(error.code).toBe('recording-invalid');
    expect(error.message).toMatch(message);
  });

  it('are listed by an index that round-trips and keeps addresses inside its folder', () => {
    const entries = [{ id: 'double-agent', title: 'Double agent', blurb: 'Works for both.', dark: true }];
    expect(parseRecordingIndex(serialiseRecordingIndex(entries))).toEqual(entries);
    expect(() => parseRecordingIndex(serialiseRecordingIndex([{ ...entries[0]!, id: '../x' }]))).toThrow(
      /recordings\[0\]\.id/,
    );
  });

  it('of an older list all count as dark, because it does not say', () => {
    const old = {
      format: 'flipside-recordings',
      version: 1,
      recordings: [{ id: 'dream', title: 'Dream', blurb: 'A night.' }],
    };
    expect(parseRecordingIndex(JSON.stringify(old))).toEqual([
      { id: 'dream', title: 'Dream', blurb: 'A night.', dark: true },
    ]);
    expect(() => parseRecordingIndex(JSON.stringify({ ...old, version: 2 }))).toThrow(/recordings\[0\]\.dark/);
  });
});
