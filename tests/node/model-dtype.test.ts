/** Which variant of a model an identity is, and when two identities may be one model in other numbers. */
import { describe, expect, it, test } from 'vitest';
import { agreementLine, assertAgrees, type DtypeAgreement } from '../../src/core/dtype-agreement.ts';
import { baseOf, dtypeOf, dtypeOfGraph, otherDtype, withDtype } from '../../src/core/model-dtype.ts';
import { assertProbeFits, parseProbe, serialiseProbe } from '../../src/format/probe.ts';
import { sampleProbe } from '../fixtures/sample-probe.ts';
import { refusal } from '../fixtures/refusal.ts';

const Q4 = { id: 'small-q4', weightsSha256: 'ab'.repeat(32), layerCount: 30, hidden: 576 };

test.each([
  ['onnx/model_q4.onnx', 'q4'],
  ['onnx/model_q4f16.onnx', 'q4f16'],
  ['decoder_model_merged_fp16.onnx', 'fp16'],
  ['model.onnx', 'fp32'],
  ['weird.onnx', null],
])('a graph called %s is of the variant %s', (path, dtype) => {
  expect(dtypeOfGraph(path)).toBe(dtype);
});

describe('the variant of a model', () => {
  it('is written down only where its id does not say it, so that probes of the embedded model keep their bytes', () => {
    expect(withDtype(Q4, 'onnx/model_q4.onnx')).toBe(Q4);
    expect(withDtype({ ...Q4, id: 'small' }, 'onnx/model_q4.onnx')).toEqual({ ...Q4, id: 'small', dtype: 'q4' });
    expect(withDtype({ ...Q4, id: 'small' }, 'graph.onnx')).toEqual({ ...Q4, id: 'small' });
  });

  it('is what the identity says, else the end of its id, else not known', () => {
    expect([dtypeOf(Q4), dtypeOf({ id: 'small-q4f16' }), dtypeOf({ id: 'small', dtype: 'fp16' }), dtypeOf({ id: 'small' }), dtypeOf({ id: 'q4' })]).toEqual(['q4', 'q4f16', 'fp16', null, null]);
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
    expect(found.message).toMatch(/made on the variant q4 of this model, which is q4f16 here\. How far it holds .* has to be measured first/);
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
    expect(refusal(() => parseProbe(json.replace('"fp16"', '"fp17"'), tensors)).message).toMatch(/probe\.model\.dtype must be one of fp32, .*, got "fp17"/);
  });
});

describe('what was measured', () => {
  const agreement: DtypeAgreement = { from: 'q4', to: 'fp16', layer: 1, cosine: [null, 0.93, 0.85], null95: [null, 0.3, 0.3], shuffles: 200, topics: 24, fittedTopics: 24, turns: 48 };

  it('is one line a layer, with n and null, and says where not to read', () => {
    expect(agreementLine(agreement, 1)).toBe('The probe was made on q4; this is fp16. Their directions agree with cosine 0.930 at layer 1 (n = 24 topics; labels shuffled: 0.30, 95 % of 200).');
    expect(agreementLine({ ...agreement, topics: 12 }, 2)).toBe('The probe was made on q4; this is fp16. Their directions agree with cosine 0.850 at layer 2 (n = 12 of its 24 topics; labels shuffled: 0.30, 95 % of 200). Below 0.9: do not read this layer.');
    expect(agreementLine(agreement, 0)).toContain('At layer 0 there is nothing to compare');
  });

  it('carries a probe over from 0.9 on, where shuffled labels do not reach it', () => {
    const at = (cosine: number | null, null95: number) => () => assertAgrees({ id: 'p' }, { ...agreement, cosine: [null, cosine, null], null95: [null, null95, null] });
    expect(at(0.9, 0.3)).not.toThrow();
    for (const [cosine, null95] of [[0.899, 0.3], [0.95, 0.95], [-1, 0.3], [null, 0]] as const) expect(refusal(at(cosine, null95))).toMatchObject({ code: 'probe-model-mismatch', details: { cosine, layer: 1, topics: 24 } });
  });
});
