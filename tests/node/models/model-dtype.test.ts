/** Which variant of a model an identity is, and when two identities may be one model in other numbers. */
import { describe, expect, it, test } from 'vitest';
import { agreementLine, assertAgrees, type DtypeAgreement } from '../../../src/probe/dtype-agreement.ts';
import { baseOf, dtypeOf, dtypeOfGraph, otherDtype, withDtype } from '../../../src/models/model-dtype.ts';
import { offersOf } from '../../../src/models/model-offer.ts';
import type { ModelIdentity } from '../../../src/probe/probe-types.ts';
import { assertProbeFits, parseProbe, serialiseProbe } from '../../../src/formats/probe/probe.ts';
import { sampleProbe } from '../../fixtures/samples/sample-probe.ts';
import { refusal } from '../../fixtures/refusal.ts';

const Q4 = { id: 'small-q4', weightsSha256: 'ab'.repeat(32), layerCount: 30, hidden: 576 };

test.each([
  ['onnx/model_q4.onnx', 'q4'],
  ['onnx/model_q4f16.onnx', 'q4f16'],
  ['decoder_model_merged_fp16.onnx', 'fp16'],
  ['onnx/model_quantized.onnx', 'q8'],
  ['onnx/model_q8.onnx', 'q8'],
  ['model.onnx', 'fp32'],
  ['decoder_model_merged.onnx', 'fp32'],
  ['weird.onnx', null],
  ['onnx/encoder_model_q4.onnx', null],
])('a graph called %s is of the variant %s', (path, dtype) => {
  expect(dtypeOfGraph(path)).toBe(dtype);
  // What is offered to load, and what a probe made on it says, is one name.
  const offered = offersOf([{ path, bytes: 1, sha256: null, gitBlob: null }]).map((offer) => offer.dtype);
  expect(offered).toEqual(dtype === null ? [] : [dtype]);
  expect(dtypeOf(withDtype({ ...Q4, id: 'small' }, path))).toBe(dtype);
});

describe('8 bits, which exporters name in two ways,', () => {
  const other = { ...Q4, id: 'small', weightsSha256: 'cd'.repeat(32) };
  /** As probes were kept: by the id of their model, by a field, by both. */
  const kept: readonly ModelIdentity[] = [
    { ...other, id: 'small-q8' },
    { ...other, id: 'small-quantized' },
    { ...other, dtype: 'q8' },
    { ...other, dtype: 'quantized' },
    { ...other, id: 'small-q8', dtype: 'quantized' },
    { ...other, id: 'small-quantized', dtype: 'q8' },
  ];

  it.each(kept.map((model) => [model]))('are one variant in a kept probe of %j', (model) => {
    expect(dtypeOf(model)).toBe('q8');
    expect(otherDtype(model, Q4)).toEqual({ from: 'q8', to: 'q4' });
    expect(otherDtype(Q4, model)).toEqual({ from: 'q4', to: 'q8' });
    for (const here of kept) {
      // Its own weights under either name: taken as it is. Weights of another 8-bit export: no other variant that could be measured.
      expect(otherDtype(model, here)).toBeNull();
      expect(() => assertProbeFits({ id: 'kind-cruel', model }, here)).not.toThrow();
      const others = { ...here, weightsSha256: 'ef'.repeat(32) };
      expect(otherDtype(model, others)).toBeNull();
      expect(refusal(() => assertProbeFits({ id: 'kind-cruel', model }, others)).message).toContain('was trained on');
    }
  });

  it('are not written down twice, and a kept file keeps its bytes', () => {
    for (const graph of ['model_quantized.onnx', 'model_q8.onnx']) {
      for (const id of ['small-q8', 'small-quantized'])
        expect(withDtype({ ...other, id }, graph)).toEqual({ ...other, id });
      expect(withDtype(other, graph)).toEqual({ ...other, dtype: 'q8' });
    }
    const { json, tensors } = serialiseProbe({ ...sampleProbe, model: { ...sampleProbe.model, dtype: 'quantized' } });
    const read = parseProbe(json, tensors);
    expect(dtypeOf(read.model)).toBe('q8');
    expect(serialiseProbe(read).json).toBe(json);
  });
});

describe('the variant of a model', () => {
  it('is written down only where its id does not say it, so that probes of the embedded model keep their bytes', () => {
    expect(withDtype(Q4, 'onnx/model_q4.onnx')).toBe(Q4);
    expect(withDtype({ ...Q4, id: 'small' }, 'onnx/model_q4.onnx')).toEqual({ ...Q4, id: 'small', dtype: 'q4' });
    expect(withDtype({ ...Q4, id: 'small' }, 'graph.onnx')).toEqual({ ...Q4, id: 'small' });
  });

  it('is what the identity says, else the end of its id, else not known', () => {
    expect([
      dtypeOf(Q4),
      dtypeOf({ id: 'small-q4f16' }),
      dtypeOf({ id: 'small', dtype: 'fp16' }),
      dtypeOf({ id: 'small' }),
      dtypeOf({ id: 'q4' }),
    ]).toEqual(['q4', 'q4f16', 'fp16', null, null]);
    expect([baseOf(Q4), baseOf({ id: 'small' })]).toEqual(['small', 'small']);
  });
});

describe('another variant of a model', () => {
  const other = { ...Q4, id: 'small-q4f16', weightsSha256: 'cd'.repeat(32) };

  it('has the id but for its ending, the sizes, other weights and a variant that is known to differ', () => {
    expect(otherDtype(Q4, other)).toEqual({ from: 'q4', to: 'q4f16' });
    expect(otherDtype(Q4, { ...other, id: 'small', dtype: 'fp16' })).toEqual({ from: 'q4', to: 'fp16' });
  });

  it.each([
    ['of another name', { id: 'large-q4f16' }],
    ['of another width', { hidden: 960 }],
    ['of another depth', { layerCount: 32 }],
    ['of the same variant with other weights', { id: 'small-q4' }],
    ['of a variant that nobody knows', { id: 'small' }],
    ['of the same weights', { weightsSha256: Q4.weightsSha256 }],
  ])('is nothing %s', (_, change) => {
    expect(otherDtype(Q4, { ...other, ...change })).toBeNull();
  });

  it('is refused wherever nothing is measured, and says that it has to be', () => {
    const found = refusal(() => assertProbeFits({ id: 'kind-cruel', model: Q4 }, other));
    expect(found).toMatchObject({ code: 'probe-model-mismatch', details: { from: 'q4', to: 'q4f16' } });
    expect(found.message).toMatch(
      /made on the variant q4 of this model, which is q4f16 here\. How far it holds .* has to be measured first/,
    );
  });
});

describe('a probe file', () => {
  it('keeps the variant where there is one, and is the same bytes again', () => {
    const probe = { ...sampleProbe, model: { ...sampleProbe.model, dtype: 'fp16' } };
    const { json, tensors } = serialiseProbe(probe);
    const read = parseProbe(json, tensors);
    expect(read.model).toEqual(probe.model);
    expect(serialiseProbe(read).json).toBe(json);
    expect(serialiseProbe(sampleProbe).json).not.toContain('dtype');
  });

  it('with a variant that is none is refused by its path', () => {
    const { json, tensors } = serialiseProbe({ ...sampleProbe, model: { ...sampleProbe.model, dtype: 'fp16' } });
    expect(refusal(() => parseProbe(json.replace('"fp16"', '"fp17"'), tensors)).message).toMatch(
      /probe\.model\.dtype must be one of fp32, .*, got "fp17"/,
    );
  });
});

describe('what was measured', () => {
  const agreement: DtypeAgreement = {
    from: 'q4',
    to: 'fp16',
    layer: 1,
    cosine: [null, 0.93, 0.85],
    null95: [null, 0.3, 0.3],
    shuffles: 200,
    topics: 24,
    fittedTopics: 24,
    turns: 48,
  };

  it('is one line a layer, with n and null, and says where not to read', () => {
    expect(agreementLine(agreement, 1)).toBe(
      'The probe was made on q4; this is fp16. Their directions agree with cosine 0.930 at layer 1 (n = 24 topics; labels shuffled: 0.30, 95 % of 200).',
    );
    expect(agreementLine({ ...agreement, topics: 12 }, 2)).toBe(
      'The probe was made on q4; this is fp16. Their directions agree with cosine 0.850 at layer 2 (n = 12 of its 24 topics; labels shuffled: 0.30, 95 % of 200). Below 0.9: do not read this layer.',
    );
    expect(agreementLine(agreement, 0)).toContain('At layer 0 there is nothing to compare');
  });

  it('carries a probe over from 0.9 on, where shuffled labels do not reach it', () => {
    const at = (cosine: number | null, null95: number) => () =>
      assertAgrees({ id: 'p' }, { ...agreement, cosine: [null, cosine, null], null95: [null, null95, null] });
    expect(at(0.9, 0.3)).not.toThrow();
    for (const [cosine, null95] of [
      [0.899, 0.3],
      [0.95, 0.95],
      [-1, 0.3],
      [null, 0],
    ] as const)
      expect(refusal(at(cosine, null95))).toMatchObject({
        code: 'probe-model-mismatch',
        details: { cosine, layer: 1, topics: 24 },
      });
  });
});
