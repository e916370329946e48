import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { PLACEBO_COUNT, type PoleHead, type Probe } from '../../../src/probe/probe-types.ts';
import type { TraceHead } from '../../../src/probe/trace-types.ts';
import { assertProbeFits, parseProbe, parseProbeCard, serialiseProbe } from '../../../src/formats/probe/probe.ts';
import { parseSafetensors, serialiseSafetensors } from '../../../src/formats/containers/safetensors.ts';
import { alteredJson, refusal } from '../../fixtures/refusal.ts';
import { HIDDEN, LAYERS, sampleProbe, wave } from '../../fixtures/samples/sample-probe.ts';

const probe = sampleProbe;
const files = serialiseProbe(probe);
/** The JSON with one value changed, `path` being its keys. */
const altered = (path: readonly (string | number)[], value: unknown): string => alteredJson(files.json, path, value);
/** What the JSON opens as beside other tensors that it was written with. */
const opened = (tensors: Uint8Array): Probe => parseProbe(beside(tensors), tensors);
/** The JSON as it would be written beside other tensors. */
const beside = (tensors: Uint8Array): string =>
  altered(['tensorsSha256'], createHash('sha256').update(tensors).digest('hex'));

describe('a probe file', () => {
  it('gives the probe back that was written, and writes the same bytes again', () => {
    const parsed = parseProbe(files.json, files.tensors);
    expect(parsed).toEqual(probe);
    const again = serialiseProbe(parsed);
    expect(again.json).toBe(files.json);
    expect(again.tensors).toEqual(files.tensors);
  });

  it('without its tensors is all that a page shows of it, and is checked as strictly', () => {
    const {
      directions: _d,
      steering: _s,
      placebos: _x,
      lexical: { weights: _w, ...lexical },
      nullModel: { factor: _f, featureScale: _v, center: _c, drift: _t, ...nullModel },
      poles,
      trace,
      ...rest
    } = probe;
    const { ends, inside, ...shown } = trace!;
    const traceCard = ({ zero, scale, poles: own, nullModel: { layers, rank, seed, count } }: TraceHead) => ({
      zero,
      scale,
      poles: { positive: { zero: own.positive.zero }, negative: { zero: own.negative.zero } },
      nullModel: { layers, rank, seed, count },
    });
    const cardOf = ({ directions: _p, lexical: { weights: _q, ...own }, ...more }: PoleHead) => ({
      ...more,
      lexical: own,
    });
    expect(parseProbeCard(files.json)).toEqual({
      ...rest,
      lexical,
      nullModel,
      poles: { positive: cardOf(poles!.positive), negative: cardOf(poles!.negative) },
      trace: { ...shown, ends: traceCard(ends), inside: traceCard(inside) },
    });
    expect(refusal(() => parseProbeCard(altered(['calibration', 2, 'scale'], 0))).message).toContain(
      'probe.calibration[2].scale',
    );
  });

  it('keeps one layer a line, so that two probes can be compared', () => {
    expect(files.json.split('\n').filter((line) => line.includes('tapMean'))).toHaveLength(3 * LAYERS);
  });

  it.each([
    [['format'], 'flipside-recording', 'probe.format must be "flipside-probe"'],
    [['version'], 6, 'probe.version is 6, written by a newer Flipside'],
    [['tensorsSha256'], 'abc', 'probe.tensorsSha256 must be a SHA-256'],
    [['trace', 'layers'], [2, 1], 'probe.trace.layers must rise'],
    [['trace', 'layers'], [1, 3], 'probe.trace.layers[1]'],
    [['trace', 'inside', 'nullModel', 'layers'], [1], 'probe.trace.inside.nullModel.layers lacks layer 2'],
    [['trace', 'ends', 'scale'], 0, 'probe.trace.ends.scale'],
    [['trace', 'ends', 'zero'], [0, 1], 'probe.trace.ends.zero'],
    [['trace', 'evidence', 'topics', 'ends', 'value'], 2, 'probe.trace.evidence.topics.ends.value'],
    [['trace', 'texts'], [], 'probe.trace.texts'],
    [['id'], '../etc', 'probe.id must hold'],
    [['title'], '', 'probe.title is empty'],
    [['model', 'hidden'], 0, 'probe.model.hidden must be a whole number from 1'],
    [['model', 'weightsSha256'], 'xyz', 'probe.model.weightsSha256 must be a SHA-256'],
    [['method', 'kind'], 'magic', 'probe.method.kind must be one of ridge, logistic, lda, difference-of-means'],
    [['method', 'kind'], 'zeroed-ridge', 'probe.method.kind must be one of ridge'],
    [['method', 'target'], 'soft', 'probe.method.target must be one of poles, zeroed, hardened'],
    [['method', 'penalty'], -1, 'probe.method.penalty must lie between 0'],
    [['method'], { kind: 'lda', target: 'poles', penalty: 2 }, 'probe.method.penalty must lie between 0 and 1'],
    [['lexical', 'explained'], [1, 0.5], 'probe.lexical.explained must have 3 items'],
    [['lexical', 'explained', 1], 1.5, 'probe.lexical.explained[1] must lie between'],
    [['alarm', 'rate'], 0.9, 'probe.alarm.rate must lie between 0 and 0.5'],
    [['alarm', 'rate'], 0, 'probe.alarm.tokenLow must have 0 items, got 3'],
    [['alarm', 'tapHigh', 2], -2, 'probe.alarm.tapLow[2] is -1.5, above tapHigh[2], -2'],
    [['alarm', 'taps'], 0, 'probe.alarm.taps must be a whole number from 1'],
    [['defaultLayer'], 3, 'probe.defaultLayer must be a whole number from 0 to 2'],
    [['taps'], [], 'probe.taps must have 1 to 16 items'],
    [['calibration'], [], 'probe.calibration must have 3 items, got 0'],
    [['calibration', 2, 'scale'], 0, 'probe.calibration[2].scale must be greater than 0'],
    [['calibration', 1, 'tapMean'], null, 'probe.calibration[1].tapMean must be a finite number, got null'],
    [['nullModel', 'count'], 1e12, 'probe.nullModel.count must be a whole number from 20 to 10000'],
    [['evidence', 'auroc', 1], 1.5, 'probe.evidence.auroc[1] must lie between 0 and 1'],
    [['evidence', 'drift', 0, 'n'], 0, 'probe.evidence.drift[0].n must be a whole number from 1'],
    [['provenance', 'sets', 0, 'sha256'], '34', 'probe.provenance.sets[0].sha256 must be a SHA-256'],
    [['axis'], 'kind', 'probe.axis must be an object'],
    [['poles'], [], 'probe.poles must be an object, got a list'],
    [['poles', 'negative'], null, 'probe.poles.negative must be an object, got null'],
    [
      ['poles', 'positive', 'calibration', 1, 'scale'],
      -1,
      'probe.poles.positive.calibration[1].scale must be greater than 0',
    ],
    [['poles', 'negative', 'earlyTokens', 'from'], [2, 3], 'probe.poles.negative.earlyTokens.from must rise from 1'],
    [
      ['poles', 'positive', 'lexical', 'explained'],
      [0],
      'probe.poles.positive.lexical.explained must have 3 items, got 1',
    ],
    [
      ['poles', 'negative', 'alarm', 'smoothHigh', 1],
      -4,
      'probe.poles.negative.alarm.smoothLow[1] is -2, above smoothHigh[1], -4',
    ],
    [
      ['poles', 'positive', 'evidence', 'otherHigh', 2],
      1.5,
      'probe.poles.positive.evidence.otherHigh[2] must lie between 0 and 1',
    ],
    [['poles', 'negative', 'evidence', 'other'], [0.5], 'probe.poles.negative.evidence.other must have 3 items, got 1'],
  ] as [(string | number)[], unknown, string][])('with a wrong %j is refused by its path', (path, value, message) => {
    const record = refusal(() => parseProbe(altered(path, value), files.tensors));
    expect(record.code).toBe('probe-invalid');
    expect(record.message).toContain(message);
  });

  it('that is not JSON is refused', () => {
    expect(refusal(() => parseProbe(files.json.slice(0, 100), files.tensors))).toMatchObject({ code: 'probe-invalid' });
  });

  it("with tensors of another shape is refused by the tensor's name", () => {
    const record = refusal(() => parseProbe(altered(['model', 'hidden'], 5), files.tensors));
    expect(record.code).toBe('tensor-file-invalid');
    expect(record.message).toMatch(/shape \[3, 5\], got \[3, 4\]/);
  });

  it.each([NaN, Infinity])('with a direction of %d is refused', (bad) => {
    const { tensors } = serialiseProbe({ ...probe, directions: probe.directions.with(5, bad) });
    expect(refusal(() => parseProbe(beside(tensors), tensors)).message).toContain(
      '"directions" holds a number that is not finite, at index 5',
    );
  });

  it('with a feature scale of 0 is refused, since directions are divided by it', () => {
    const { tensors } = serialiseProbe({
      ...probe,
      nullModel: { ...probe.nullModel, featureScale: probe.nullModel.featureScale.with(0, 0) },
    });
    expect(refusal(() => parseProbe(beside(tensors), tensors)).message).toContain('null_feature_scale');
  });
});

describe('a bundle of two probes', () => {
  const other = serialiseProbe({ ...probe, id: 'warm-cold', directions: wave(LAYERS * HIDDEN, 20) });
  const retrained = serialiseProbe({ ...probe, directions: wave(LAYERS * HIDDEN, 20) });

  it('of other names is refused with both, in files of every version', () => {
    for (const version of [2, 3, 4, 5]) {
      const record = refusal(() => parseProbe(altered(['version'], version), other.tensors));
      expect(record.code).toBe('probe-invalid');
      expect(record.message).toContain(
        'probe.json is of the probe "kind-cruel", but directions.safetensors holds the vectors of "warm-cold"',
      );
    }
  });

  it('of one name, as two trainings or one that broke off leave it, is refused by the hash of the tensors', () => {
    const record = refusal(() => parseProbe(files.json, retrained.tensors));
    const hash = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex').slice(0, 12);
    expect(record.code).toBe('probe-invalid');
    expect(record.message).toContain(
      `belongs to a directions.safetensors with the hash ${hash(files.tensors)}…, but the one beside it has ${hash(retrained.tensors)}…`,
    );
  });

  it('of version 4, which has no hash, still opens where the names agree', () => {
    expect(parseProbe(altered(['version'], 4), retrained.tensors).id).toBe('kind-cruel');
  });

  it('is one in which a single bit of the tensors is another, too', () => {
    const bit = files.tensors.slice();
    bit[bit.length - 1]! ^= 1;
    expect(refusal(() => parseProbe(files.json, bit)).code).toBe('probe-invalid');
  });
});

describe('a probe file of version 1', () => {
  /** The same probe as version 1 wrote it. */
  const old = (method: Record<string, unknown>) => {
    const { lexical: _l, alarm: _a, poles: _p, ...rest } = JSON.parse(files.json) as Record<string, unknown>;
    const tensors = new Map(
      [...parseSafetensors(files.tensors, 'x')]
        .filter(([name]) => !/^(steering|lexical|placebos|positive_\w+|negative_\w+)$/.test(name))
        .map(([name, { shape, data }]) => [
          name,
          { dtype: name === 'null_factor' ? ('F16' as const) : ('F32' as const), shape, data },
        ]),
    );
    return parseProbe(JSON.stringify({ ...rest, version: 1, method }), serialiseSafetensors(tensors));
  };

  it.each([
    [
      { kind: 'zeroed-ridge', lambda: 2 },
      { kind: 'ridge', target: 'zeroed', penalty: 2 },
    ],
    [
      { kind: 'ridge', lambda: 0.5 },
      { kind: 'ridge', target: 'poles', penalty: 0.5 },
    ],
    [
      { kind: 'difference-of-means', lambda: 1 },
      { kind: 'difference-of-means', target: 'poles', penalty: 0 },
    ],
  ])('with the method %j opens, and what it lacks is absent for all to see', (method, expected) => {
    const opened = old(method);
    expect(opened).toEqual({
      ...probe,
      method: expected,
      steering: new Float32Array(LAYERS * HIDDEN),
      placebos: null,
      lexical: { weights: new Float32Array(LAYERS * 2 * HIDDEN), offset: [0, 0, 0], explained: [0, 0, 0] },
      alarm: {
        rate: 0,
        tokens: 0,
        taps: 0,
        tokenLow: [],
        tokenHigh: [],
        smoothLow: [],
        smoothHigh: [],
        tapLow: [],
        tapHigh: [],
      },
      poles: null,
      trace: null,
    });
    const again = serialiseProbe(opened);
    expect(parseProbe(again.json, again.tensors)).toEqual(opened);
  });

  it('in which anything else is wrong is refused all the same', () => {
    expect(refusal(() => old({ kind: 'lda', lambda: 1 })).message).toContain(
      'probe.method.kind must be one of zeroed-ridge',
    );
    expect(refusal(() => parseProbe(altered(['version'], 1), files.tensors)).message).toContain(
      'probe.method.lambda is missing',
    );
  });

  it('that ships still opens', () => {
    const read = (name: string) => readFileSync(new URL(`../../../probes/kind-cruel/${name}`, import.meta.url));
    expect(parseProbe(read('probe.json').toString('utf8'), read('directions.safetensors'))).toMatchObject({
      id: 'kind-cruel',
      method: { kind: 'ridge' },
    });
  });

  it('of version 2 that lacks a tensor is refused by its name', () => {
    const tensors = new Map(
      [...parseSafetensors(files.tensors, 'x')]
        .filter(([name]) => name !== 'steering')
        .map(([name, { shape, data }]) => [name, { dtype: 'F32' as const, shape, data }]),
    );
    expect(refusal(() => opened(serialiseSafetensors(tensors))).message).toContain('has no tensor "steering"');
  });
});

describe('a probe file of version 2', () => {
  /** The same probe as version 2 wrote it. */
  const { poles: _p, ...rest } = JSON.parse(files.json) as Record<string, unknown>;
  const json = JSON.stringify({ ...rest, version: 2 });
  const tensors = serialiseSafetensors(
    new Map(
      [...parseSafetensors(files.tensors, 'x')]
        .filter(([name]) => !/^(placebos|positive_\w+|negative_\w+)$/.test(name))
        .map(([name, { shape, data }]) => [name, { dtype: 'F32' as const, shape, data }]),
    ),
  );

  it('opens without the poles from neutral, and is written again as what it is', () => {
    const opened = parseProbe(json, tensors);
    expect(opened).toEqual({ ...probe, placebos: null, poles: null, trace: null });
    expect(parseProbeCard(json).poles).toBeNull();
    const again = serialiseProbe(opened);
    expect(parseProbe(again.json, again.tensors)).toEqual(opened);
    expect([...parseSafetensors(again.tensors, 'x').keys()]).not.toContain('positive_directions');
  });

  it('that names itself version 3 is refused by what it lacks', () => {
    expect(refusal(() => parseProbe(JSON.stringify({ ...rest, version: 3 }), tensors)).message).toContain(
      'probe.poles is missing',
    );
    expect(refusal(() => parseProbe(beside(tensors), tensors)).message).toContain(
      'has no tensor "positive_directions"',
    );
  });
});

describe('a probe file of version 3', () => {
  /** The same probe as version 3 wrote it. */
  const json = JSON.stringify({ ...(JSON.parse(files.json) as object), version: 3 });
  const tensors = serialiseSafetensors(
    new Map(
      [...parseSafetensors(files.tensors, 'x')]
        .filter(([name]) => name !== 'placebos')
        .map(([name, { shape, data }]) => [name, { dtype: 'F32' as const, shape, data }]),
    ),
  );

  it('opens without placebos, and is written again as what it is', () => {
    const opened = parseProbe(json, tensors);
    expect(opened).toEqual({ ...probe, placebos: null, trace: null });
    const again = serialiseProbe(opened);
    expect(parseProbe(again.json, again.tensors)).toEqual(opened);
    expect([...parseSafetensors(again.tensors, 'x').keys()]).not.toContain('placebos');
  });

  it('has none even where a tensor of that name lies in it, which version 3 knew nothing of', () => {
    expect(parseProbe(json, files.tensors).placebos).toBeNull();
  });
});

describe('the placebos', () => {
  const shape = [PLACEBO_COUNT, LAYERS, HIDDEN];
  /** The file with other placebos. */
  const withPlacebos = (dtype: 'F16' | 'F32', of: readonly number[], data: Float32Array) =>
    serialiseSafetensors(
      new Map([
        ...[...parseSafetensors(files.tensors, 'x')].map(
          ([name, tensor]) => [name, { dtype: 'F32' as const, ...tensor }] as const,
        ),
        ['placebos', { dtype, shape: of, data }] as const,
      ]),
    );

  it('lie in the file as ten directions a layer in half precision, after all that older files hold', () => {
    const header = new TextDecoder().decode(
      files.tensors.subarray(8, 8 + new DataView(files.tensors.buffer).getUint32(0, true)),
    );
    const { placebos, negative_lexical: before } = JSON.parse(header) as Record<
      string,
      { dtype: string; shape: number[]; data_offsets: [number, number] }
    >;
    const start = before!.data_offsets[1];
    expect(placebos).toEqual({ dtype: 'F16', shape, data_offsets: [start, start + 2 * 10 * LAYERS * HIDDEN] });
    expect(shape[0]).toBe(10);
  });

  it.each([
    ['nine of them', [9, LAYERS, HIDDEN]],
    ['another width', [PLACEBO_COUNT, LAYERS, HIDDEN + 1]],
    ['layers first', [LAYERS, PLACEBO_COUNT, HIDDEN]],
    ['one flat row', [PLACEBO_COUNT * LAYERS * HIDDEN]],
    ['none', [0, LAYERS, HIDDEN]],
  ])('of the wrong shape are refused by name: %s', (_, of) => {
    const record = refusal(() => opened(withPlacebos('F16', of, new Float32Array(of.reduce((a, b) => a * b, 1)))));
    expect(record.code).toBe('tensor-file-invalid');
    expect(record.message).toContain(`"placebos" must have the shape [10, 3, 4], got [${of.join(', ')}]`);
  });

  it.each([
    ['F16', NaN],
    ['F16', Infinity],
    ['F32', -Infinity],
    ['F16', 65520],
  ] as const)('that are not finite as %s of %d are refused by name', (dtype, bad) => {
    expect(refusal(() => opened(withPlacebos(dtype, shape, probe.placebos!.with(17, bad)))).message).toContain(
      '"placebos" holds a number that is not finite, at index 17',
    );
  });
});

describe('the vectors of a pole', () => {
  it.each(['positive_directions', 'negative_lexical'] as const)(
    '%s that are not finite are refused by name',
    (name) => {
      const [which, part] = name.split('_') as ['positive' | 'negative', 'directions' | 'lexical'];
      const own = probe.poles![which];
      const broken: PoleHead =
        part === 'directions'
          ? { ...own, directions: own.directions.with(3, NaN) }
          : { ...own, lexical: { ...own.lexical, weights: own.lexical.weights.with(3, NaN) } };
      const { tensors } = serialiseProbe({ ...probe, poles: { ...probe.poles!, [which]: broken } });
      expect(refusal(() => parseProbe(beside(tensors), tensors)).message).toContain(
        `"${name}" holds a number that is not finite, at index 3`,
      );
    },
  );
});

describe('whether a probe fits a model', () => {
  it('is decided by width, depth and weights', () => {
    expect(() => assertProbeFits(probe, probe.model)).not.toThrow();
    expect(() => assertProbeFits(probe, { ...probe.model, id: 'another name' })).not.toThrow();
    const width = refusal(() => assertProbeFits(probe, { ...probe.model, id: 'wide', hidden: 960 }));
    expect(width).toMatchObject({ code: 'probe-width-mismatch', details: { probeHidden: 4, modelHidden: 960 } });
    expect(width.message).toMatch(/expects 4 numbers a token in 2 layers \(toy\), but wide gives 960 in 2/);
    expect(refusal(() => assertProbeFits(probe, { ...probe.model, layerCount: 12 })).code).toBe('probe-width-mismatch');
    const weights = { ...probe.model, weightsSha256: '56'.repeat(32) };
    expect(refusal(() => assertProbeFits(probe, { ...weights, id: 'another name' })).message).toMatch(
      /but the weights of another name here are 565656565656…\. Pick a probe that was trained on this model/,
    );
    const damaged = refusal(() => assertProbeFits(probe, weights));
    expect(damaged.code).toBe('probe-model-mismatch');
    expect(damaged.message).toMatch(
      /The name is the same, so a file of the model may be damaged: "flipside verify" holds its files to the hashes .* another edition: pick a probe/,
    );
  });
});

describe('a safetensors file', () => {
  const good = serialiseSafetensors(
    new Map([
      ['a', { dtype: 'F32', shape: [2, 2], data: wave(4) }],
      ['b', { dtype: 'F16', shape: [3], data: Float32Array.of(1, 0.5, -2) }],
    ]),
  );
  /** A file with any header over `dataBytes` bytes of data. */
  const made = (header: unknown, dataBytes: number, claimed?: number): Uint8Array => {
    const json = new TextEncoder().encode(typeof header === 'string' ? header : JSON.stringify(header));
    const out = new Uint8Array(8 + json.length + dataBytes);
    new DataView(out.buffer).setBigUint64(0, BigInt(claimed ?? json.length), true);
    out.set(json, 8);
    return out;
  };
  const f32 = (shape: number[], begin: number, end: number) => ({ dtype: 'F32', shape, data_offsets: [begin, end] });

  it('gives its tensors back, also from the middle of a buffer', () => {
    const shifted = new Uint8Array(good.length + 3);
    shifted.set(good, 3);
    for (const bytes of [good, shifted.subarray(3)]) {
      const tensors = parseSafetensors(bytes, 'x');
      expect(tensors.get('a')).toEqual({ shape: [2, 2], data: wave(4) });
      expect([...tensors.get('b')!.data]).toEqual([1, 0.5, -2]);
    }
  });

  it('is refused when it is cut anywhere', () => {
    for (let length = 0; length < good.length; length += 1) {
      expect(refusal(() => parseSafetensors(good.subarray(0, length), 'x')).code).toBe('tensor-file-invalid');
    }
  });

  it.each([
    ['a header of an absurd length', made('{}', 0, 2 ** 52), 'claims a header of'],
    ['a header past the end', made('{}', 0, 900), 'it is cut short'],
    ['a header that is not JSON', made('{"a"', 0), 'is not JSON'],
    ['a header that is a list', made([], 0), 'header must be an object'],
    [
      'an unknown type',
      made({ a: { dtype: 'I64', shape: [1], data_offsets: [0, 8] } }, 8),
      'a.dtype must be F32 or F16',
    ],
    ['a negative size', made({ a: f32([-1], 0, 4) }, 4), 'a.shape[0] must be a whole number'],
    ['a broken size', made({ a: f32([1.5], 0, 6) }, 6), 'a.shape[0] must be a whole number'],
    ['a shape whose product overflows', made({ a: f32([4096, 4096, 4096, 4096, 4096], 0, 4096) }, 4096), 'needs'],
    ['too many dimensions', made({ a: f32([1, 1, 1, 1, 1, 1, 1, 1, 1], 0, 4) }, 4), 'a.shape must have 0 to 8 items'],
    ['offsets past the end', made({ a: f32([4], 0, 16) }, 8), 'a.data_offsets[1] must be a whole number from 0 to 8'],
    ['offsets the wrong way round', made({ a: f32([1], 4, 0) }, 4), 'span -4 bytes'],
    ['overlapping tensors', made({ a: f32([2], 0, 8), b: f32([2], 4, 12) }, 12), 'overlap or leave a gap'],
    ['a gap between tensors', made({ a: f32([1], 0, 4), b: f32([1], 8, 12) }, 12), 'overlap or leave a gap'],
    ['bytes that nothing describes', made({ a: f32([1], 0, 4) }, 12), 'describes 4'],
  ])('with %s is refused', (_, bytes, message) => {
    const record = refusal(() => parseSafetensors(bytes, 'x.safetensors'));
    expect(record.code).toBe('tensor-file-invalid');
    expect(record.message).toContain(message);
  });
});
