import { readFileSync, statSync } from 'node:fs';
import { expect, test } from 'vitest';
import { AppError } from '../../../src/base/errors.ts';
import { cacheBytesPerToken, describeDecoder } from '../../../src/graph/decoder-shape.ts';
import { LOGIT_ROWS_INPUT, hookDecoder } from '../../../src/graph/decoder-hooks.ts';
import { LAST_SLOT_INPUT, TOTAL_LENGTH_INPUT } from '../../../src/graph/lengths.ts';
import { encodeInput, encodeNodeWith, parseModel, writeModel } from '../../../src/graph/graph.ts';
import {
  bytesField,
  concatBytes,
  encodeVarint,
  splitFields,
  stringOf,
  varintField,
  varintOf,
  type Field,
} from '../../../src/graph/wire.ts';

const stock = new Uint8Array(
  readFileSync(new URL('../../../public/models/smollm2-135m-instruct-q4/onnx/model_q4.onnx', import.meta.url)),
);

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
  return writeModel(
    { ...model, graphFields: model.graphFields.filter((field) => !dropped.has(field)) },
    { replaceNodes: new Map(), append: [] },
  );
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
  // The largest weight is the 8-bit embedding, which is the output head as well: 49,152 rows of 576 bytes.
  const { weightBytes, ...shape } = describeDecoder(stock);
  expect(shape).toEqual({
    layerCount: 30,
    cache: Array.from({ length: 60 }, () => ({ heads: 3, size: 64 })),
    activations: 'float32',
    half: false,
    numbers: 'q4',
    rounds: false,
    gpuOnly: null,
    windows: [],
    weightFiles: ['model_q4.onnx_data', 'model_q4.onnx_data_1', 'model_q4.onnx_data_2'],
    largestWeightBytes: 49152 * 576,
  });
  // The files hold the weights and what aligns them.
  const files = shape.weightFiles.reduce(
    (sum, path) =>
      sum + statSync(new URL(`../../../public/models/smollm2-135m-instruct-q4/onnx/${path}`, import.meta.url)).size,
    0,
  );
  expect(weightBytes).toBeLessThanOrEqual(files);
  expect(weightBytes).toBeGreaterThan(0.98 * files);
  expect(cacheBytesPerToken(describeDecoder(stock))).toBe(2 * 30 * 3 * 64 * 4);
});

test('hooking names 31 streams, in the order of the layers, and makes each a graph output', () => {
  const { streams: streamNames, graph } = hookDecoder(stock);
  const outputs = parseModel(graph).outputs.map((output) => output.name);
  expect(streamNames).toHaveLength(31);
  expect(streamNames[0]).toBe('/model/embed_tokens/GatherBlockQuantized/output_0');
  expect(streamNames.slice(1, 30)).toEqual(
    Array.from({ length: 29 }, (_, l) => `/model/layers.${l + 1}/input_layernorm/output_3`),
  );
  expect(new Set(streamNames).size).toBe(31);
  expect(outputs).toEqual(expect.arrayContaining([...streamNames]));
  expect(parseModel(graph).inputs.map((input) => input.name)).toContain(LOGIT_ROWS_INPUT);
});

test('hooking changes the final norm, the head, what attention looks up and what each layer adds last, and adds three gathers; all other nodes keep their bytes', () => {
  const before = parseModel(stock).nodes.map((node) => Buffer.from(node.field.raw).toString('hex'));
  const { graph, branching, steering, layerCount } = hookDecoder(stock);
  const after = parseModel(graph).nodes.map((node) => Buffer.from(node.field.raw).toString('hex'));
  expect([branching, steering]).toEqual([true, true]);
  expect(after).toHaveLength(before.length + 3);
  expect(before.filter((bytes) => !after.includes(bytes))).toHaveLength(2 + 2 * layerCount);
});

test('with lengths as inputs the mask goes, with every node that only it needed', () => {
  const before = parseModel(stock);
  const { graph, branching } = hookDecoder(stock, { branching: false, lengths: true });
  const after = parseModel(graph);
  expect(branching).toBe(false);
  expect(after.inputs.map(({ name }) => name)).toEqual(expect.arrayContaining([LAST_SLOT_INPUT, TOTAL_LENGTH_INPUT]));
  expect(after.inputs.map(({ name }) => name)).not.toContain('attention_mask');
  const gone = before.nodes
    .filter(({ name }) => !after.nodes.some((node) => node.name === name))
    .map(({ name }) => name);
  expect(gone.filter((name) => !name.startsWith('/model/attn_mask_reformat/'))).toEqual([
    '/model/constant_nodes/INT64/[1]',
    '/model/constant_nodes/INT64/1',
  ]);
  expect(gone).toHaveLength(8);
  for (const node of after.nodes.filter(({ opType }) => opType === 'GroupQueryAttention'))
    expect(node.inputs.slice(5, 7)).toEqual([LAST_SLOT_INPUT, TOTAL_LENGTH_INPUT]);
});

test('a layer whose last product has a bias already takes its vector in an addition of its own, and the others keep theirs', () => {
  const model = parseModel(stock);
  const product = model.nodes.find(({ name }) => name === '/model/layers.7/mlp/down_proj/MatMul_Q4')!;
  const biased = writeModel(model, {
    replaceNodes: new Map([
      [product, encodeNodeWith(product, { inputs: [...product.inputs, '', '', 'model.norm.weight'] })],
    ]),
    append: [],
  });
  const { graph, steering } = hookDecoder(biased);
  expect(steering).toBe(true);
  const rewritten = parseModel(graph);
  const readers = (layer: number) =>
    rewritten.nodes
      .filter(({ inputs }) => inputs.includes(`flipside.steer.${layer}`))
      .map(({ opType, inputs }) => [opType, inputs.indexOf(`flipside.steer.${layer}`)]);
  expect(readers(7)).toEqual([['Add', 1]]);
  expect(readers(8)).toEqual([['MatMulNBits', 5]]);
  expect(rewritten.nodes.find(({ name }) => name === '/model/layers.8/input_layernorm/SkipLayerNorm')!.inputs[1]).toBe(
    'flipside.steered.7',
  );
});

test('attention that cannot be told what to see keeps its bytes: the decoder then takes no branches', () => {
  const model = parseModel(stock);
  const node = model.nodes.find(({ opType }) => opType === 'GroupQueryAttention')!;
  const inputs = [...node.inputs];
  inputs[9] = 'positions_of_its_own';
  const strange = writeModel(model, { replaceNodes: new Map([[node, encodeNodeWith(node, { inputs })]]), append: [] });
  const { graph, branching, limits } = hookDecoder(strange);
  expect(branching).toBe(false);
  expect(limits).toEqual([
    expect.stringMatching(
      /in passes of their own, which takes longer: the attention of \/model\/layers\.0\/attn\/GroupQueryAttention counts positions by itself\.$/,
    ),
  ]);
  const known = new Set(parseModel(graph).nodes.map(({ field }) => Buffer.from(field.raw).toString('hex')));
  expect(
    parseModel(strange).nodes.filter(
      ({ opType, field }) => opType === 'GroupQueryAttention' && !known.has(Buffer.from(field.raw).toString('hex')),
    ),
  ).toEqual([]);
});

test('a graph without residual additions is refused, naming the node', () => {
  expect(codeOf(() => hookDecoder(without((op) => op !== 'SkipSimplifiedLayerNormalization')))).toMatch(
    /^model-node-missing: .*SkipSimplifiedLayerNormalization.*ends after 0/,
  );
});

test('a graph that lacks one addition in the middle is refused with how far the chain goes', () => {
  expect(
    codeOf(() => hookDecoder(without((_, name) => name !== '/model/layers.12/input_layernorm/SkipLayerNorm'))),
  ).toMatch(/60 residual additions .* ends after 23/);
});

test('a graph without its first norm or its head is refused, naming it', () => {
  expect(codeOf(() => hookDecoder(without((op) => op !== 'SimplifiedLayerNormalization')))).toContain(
    'SimplifiedLayerNormalization is missing',
  );
  expect(codeOf(() => hookDecoder(without((_, name) => name !== '/lm_head/MatMul_Q8')))).toContain(
    'output head is missing',
  );
});

test('inputs and outputs of the cache are checked by name and type, and strange inputs are named', () => {
  const model = parseModel(stock);
  const nameOf = (field: Field): string => stringOf([...splitFields(field.payload)].find((part) => part.number === 1)!);
  /** The graph without one of its inputs (field 11) or outputs (field 12). */
  const drop = (name: string): Uint8Array => {
    const graphFields = model.graphFields.filter((field) => ![11, 12].includes(field.number) || nameOf(field) !== name);
    return writeModel({ ...model, graphFields }, { replaceNodes: new Map(), append: [] });
  };
  expect(codeOf(() => hookDecoder(drop('past_key_values.4.value')))).toContain('past_key_values.4.value is missing');
  expect(codeOf(() => hookDecoder(drop('present.7.key')))).toContain('present.7.key is missing');
  expect(codeOf(() => hookDecoder(drop('logits')))).toContain('logits is missing');
  const vector = (elemType: number): Uint8Array =>
    bytesField(1, concatBytes([varintField(1, elemType), bytesField(2, bytesField(1, bytesField(2, 'n')))]));
  const pruning = writeModel(model, { replaceNodes: new Map(), append: [encodeInput('token_type_ids', vector(7))] });
  expect(codeOf(() => hookDecoder(pruning))).toContain('wants an input "token_type_ids"');
  const half = new Uint8Array(stock); // bfloat16 (16) where the first cache input says float32 (1)
  const name = Buffer.from(half).indexOf('past_key_values.0.key', Buffer.from(half).lastIndexOf('attention_mask'));
  const elem = half.indexOf(8, name + 'past_key_values.0.key'.length);
  expect(half[elem + 1]).toBe(1);
  half[elem + 1] = 16;
  expect(codeOf(() => hookDecoder(half))).toMatch(/past_key_values\.0\.key" is bfloat16/);
});

test('a chain of additions that bites its own tail ends in an error, not in a loop', () => {
  const model = parseModel(stock);
  const additions = model.nodes.filter((node) => node.opType === 'SkipSimplifiedLayerNormalization');
  const last = additions[3]!;
  const loop = encodeNodeWith(last, { outputs: [last.outputs[0]!, '', '', additions[0]!.inputs[0]!] });
  const looped = writeModel(model, { replaceNodes: new Map([[last, loop]]), append: [] });
  expect(codeOf(() => hookDecoder(looped))).toMatch(/^model-node-missing/);
});

test('a file that is cut off or no model at all is refused', () => {
  expect(codeOf(() => hookDecoder(stock.slice(0, 5000)))).toMatch(/^model-graph-malformed/);
  expect(codeOf(() => hookDecoder(new TextEncoder().encode('<!doctype html><title>Not found</title>')))).toMatch(
    /^model-graph-malformed/,
  );
  expect(codeOf(() => hookDecoder(new Uint8Array(0)))).toMatch(/^model-graph-malformed: .*no graph/);
});
