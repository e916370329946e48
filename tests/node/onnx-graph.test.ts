import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { AppError } from '../../src/core/errors.ts';
import { describeDecoder, LOGIT_ROWS_INPUT, tapDecoder } from '../../src/onnx/decoder-taps.ts';
import { encodeNodeWith, parseModel, writeModel } from '../../src/onnx/graph.ts';
import { bytesField, concatBytes, encodeVarint, splitFields, varintField, varintOf } from '../../src/onnx/wire.ts';

const stock = new Uint8Array(readFileSync(new URL('../../public/models/smollm2-135m-instruct-q4/onnx/model_q4.onnx', import.meta.url)));

const codeOf = (run: () => unknown): string => {
  try {
    run();
  } catch (thrown) {
    return thrown instanceof AppError ? `${thrown.code}: ${thrown.message}` : String(thrown);
  }
  return 'nothing was thrown';
};

/** The stock graph with every node of an operator left out. */
function without(keep: (opType: string, name: string) => boolean): Uint8Array {
  const model = parseModel(stock);
  const dropped = new Set(model.nodes.filter((node) => !keep(node.opType, node.name)).map((node) => node.field));
  return writeModel({ ...model, graphFields: model.graphFields.filter((field) => !dropped.has(field)) }, { replaceNodes: new Map(), append: [] });
}

test('a model that is split and joined again is the same, byte for byte', () => {
  const written = writeModel(parseModel(stock), { replaceNodes: new Map(), append: [] });
  expect(Buffer.compare(written, stock)).toBe(0);
});

test('varints of every length survive encoding', () => {
  for (const value of [0, 1, 127, 128, 300, 2 ** 31, 2 ** 32 + 5, Number.MAX_SAFE_INTEGER]) {
    const [field] = [...splitFields(varintField(3, value))];
    expect(varintOf(field!)).toBe(value);
  }
  expect([...encodeVarint(300)]).toEqual([0xac, 0x02]); // the example of the format's own documentation
});

test('a message cut at any byte is refused or ends at a field, never read beyond', () => {
  const message = concatBytes([varintField(1, 300), bytesField(2, 'abc'), varintField(3, 7)]);
  for (let length = 0; length < message.length; length++) {
    const cut = message.slice(0, length);
    let fields = 0;
    try {
      for (const field of splitFields(cut)) {
        expect(field.raw.byteOffset + field.raw.length).toBeLessThanOrEqual(length);
        fields++;
      }
    } catch (thrown) {
      expect(thrown).toMatchObject({ code: 'model-graph-malformed' });
    }
    expect(fields).toBeLessThan(3);
  }
});

test('the decoder is described from its own inputs', () => {
  const { layerCount, kvHeads, headDim, weightFiles } = describeDecoder(stock);
  expect({ layerCount, kvHeads, headDim, weightFiles }).toEqual({ layerCount: 30, kvHeads: 3, headDim: 64, weightFiles: ['model_q4.onnx_data', 'model_q4.onnx_data_1', 'model_q4.onnx_data_2'] });
});

test('tapping names 31 streams, in the order of the layers, and makes each a graph output', () => {
  const { taps, graph } = tapDecoder(stock);
  const outputs = parseModel(graph).outputs.map((output) => output.name);
  expect(taps).toHaveLength(31);
  expect(taps[0]).toBe('/model/embed_tokens/GatherBlockQuantized/output_0');
  expect(taps.slice(1, 30)).toEqual(Array.from({ length: 29 }, (_, l) => `/model/layers.${l + 1}/input_layernorm/output_3`));
  expect(new Set(taps).size).toBe(31);
  expect(outputs).toEqual(expect.arrayContaining([...taps]));
  expect(parseModel(graph).inputs.map((input) => input.name)).toContain(LOGIT_ROWS_INPUT);
});

test('tapping changes two nodes and adds one; all others keep their bytes', () => {
  const before = parseModel(stock).nodes.map((node) => Buffer.from(node.field.raw).toString('hex'));
  const after = parseModel(tapDecoder(stock).graph).nodes.map((node) => Buffer.from(node.field.raw).toString('hex'));
  expect(after).toHaveLength(before.length + 1);
  expect(before.filter((bytes) => !after.includes(bytes))).toHaveLength(2);
});

test('a graph without residual additions is refused, naming the node', () => {
  expect(codeOf(() => tapDecoder(without((op) => op !== 'SkipSimplifiedLayerNormalization')))).toMatch(/^model-node-missing: .*SkipSimplifiedLayerNormalization.*ends after 0/);
});

test('a graph that lacks one addition in the middle is refused with how far the chain goes', () => {
  expect(codeOf(() => tapDecoder(without((_, name) => name !== '/model/layers.12/input_layernorm/SkipLayerNorm')))).toMatch(/60 residual additions .* ends after 23/);
});

test('a graph without its first norm or its head is refused, naming it', () => {
  expect(codeOf(() => tapDecoder(without((op) => op !== 'SimplifiedLayerNormalization')))).toContain('SimplifiedLayerNormalization is missing');
  expect(codeOf(() => tapDecoder(without((_, name) => name !== '/lm_head/MatMul_Q8')))).toContain('output head is missing');
});

test('a chain of additions that bites its own tail ends in an error, not in a loop', () => {
  const model = parseModel(stock);
  const additions = model.nodes.filter((node) => node.opType === 'SkipSimplifiedLayerNormalization');
  const last = additions[3]!;
  const loop = encodeNodeWith(last, { outputs: [last.outputs[0]!, '', '', additions[0]!.inputs[0]!] });
  const looped = writeModel(model, { replaceNodes: new Map([[last, loop]]), append: [] });
  expect(codeOf(() => tapDecoder(looped))).toMatch(/^model-node-missing/);
});

test('a file that is cut off or no model at all is refused', () => {
  expect(codeOf(() => tapDecoder(stock.slice(0, 5000)))).toMatch(/^model-graph-malformed/);
  expect(codeOf(() => tapDecoder(new TextEncoder().encode('<!doctype html><title>Not found</title>')))).toMatch(/^model-graph-malformed/);
  expect(codeOf(() => tapDecoder(new Uint8Array(0)))).toMatch(/^model-graph-malformed: .*no graph/);
});
