/** Graphs that say the same by other nodes than the builder's, made from its own: opened all the same, or refused by the node. */
import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { intAttribute } from '../../../src/graph/attributes.ts';
import { hookDecoder } from '../../../src/graph/decoder-hooks.ts';
import {
  attributesOf,
  encodeNode,
  encodeNodeWith,
  encodeOutput,
  parseModel,
  writeModel,
  type GraphNode,
} from '../../../src/graph/graph.ts';
import { FLOAT32 } from '../../../src/graph/tensor-type.ts';
import { bytesField, concatBytes } from '../../../src/graph/wire.ts';
import type { DecoderFiles } from '../../../src/engine/ort/opening.ts';
import { openNodeFiles } from '../../../src/engine/node/node-decoder.ts';
import facts from '../../fixtures/families/families.json';
import { familyFiles, familyReference, HIDDEN } from '../../fixtures/families.ts';
import { worstError } from '../../fixtures/stream-error.ts';

const read = async (path: string): Promise<Uint8Array> =>
  new Uint8Array(await readFile(new URL(`../../fixtures/families/${path}`, import.meta.url)));
const { tokens: IDS, steeredLayer } = facts;

/** The graph with every addition taken out of its norm, the stream named first or second. */
function unfused(graph: Uint8Array): Uint8Array {
  const model = parseModel(graph);
  const opening = model.nodes.find(({ opType }) => opType === 'SimplifiedLayerNormalization')!;
  const fused = model.nodes.filter(({ opType }) => opType === 'SkipSimplifiedLayerNormalization');
  const append = fused.flatMap((node, index) => {
    const [stream = '', branch = '', weight = ''] = node.inputs;
    const sum = node.outputs[3] || `${node.name}/sum`;
    return [
      encodeNode({
        name: `${node.name}/Add`,
        opType: 'Add',
        inputs: index % 2 === 0 ? [stream, branch] : [branch, stream],
        outputs: [sum],
      }),
      encodeNode({
        name: `${node.name}/Norm`,
        opType: opening.opType,
        inputs: [sum, weight],
        outputs: [node.outputs[0]!],
        attributes: [...new Map([...attributesOf(opening), ['epsilon', attributesOf(node).get('epsilon')!]]).values()],
      }),
    ];
  });
  return writeModel(model, { replaceNodes: new Map(), append, drop: new Set(fused.map(({ field }) => field)) });
}

/** The graph with a cast behind the first addition, through which everything reads the stream: what converters leave. */
function withCasts(graph: Uint8Array): Uint8Array {
  const model = parseModel(graph);
  const first = model.nodes.find(({ opType }) => opType === 'SkipSimplifiedLayerNormalization')!;
  const stream = first.outputs[3]!;
  const readers = model.nodes.filter(({ inputs }) => inputs.includes(stream));
  const cast = (from: string, to: string, type: number): Uint8Array =>
    encodeNode({ name: to, opType: 'Cast', inputs: [from], outputs: [to], attributes: [intAttribute('to', type)] });
  const onCast = (node: GraphNode): Uint8Array =>
    encodeNodeWith(node, { inputs: node.inputs.map((name) => (name === stream ? 'stream.same' : name)) });
  return writeModel(model, {
    replaceNodes: new Map(readers.map((node) => [node, onCast(node)])),
    append: [cast(stream, 'stream.same', FLOAT32)],
  });
}

async function expectReads(files: DecoderFiles, family: string, name: string): Promise<void> {
  const truth = await familyReference(read, facts, family, name);
  const { decoder } = await openNodeFiles(files, { hooked: true }, `${family} ${name}`);
  for (const [vectors, streams, from] of [
    [new Map<number, Float32Array>(), truth.streams, 0],
    [new Map([[steeredLayer, truth.vector]]), truth.steeredStreams, steeredLayer + 1],
  ] as const) {
    decoder.steer(vectors);
    const pass = await decoder.run(IDS, null);
    expect(worstError(pass.residuals.subarray(from * IDS.length * HIDDEN), streams, IDS.length, HIDDEN)).toBeLessThan(
      2e-5,
    );
    pass.cache.dispose();
  }
  await decoder.dispose();
}

test.each(['llama', 'qwen2', 'gemma3', 'smollm3'])(
  '%s with additions of its own, in either order, is read and steered like the fused one',
  async (family) => {
    const files = await familyFiles(read, family, 'q4');
    const graph = unfused(files.graph);
    expect(parseModel(graph).nodes.map(({ opType }) => opType)).not.toContain('SkipSimplifiedLayerNormalization');
    await expectReads({ ...files, graph }, family, 'q4');
  },
);

test('a stream that is cast between additions is followed', async () => {
  const files = await familyFiles(read, 'qwen3', 'q4');
  await expectReads({ ...files, graph: withCasts(files.graph) }, 'qwen3', 'q4');
});

/** A graph with some nodes changed. */
async function changed(
  path: string,
  change: (node: GraphNode, index: number) => Uint8Array | null,
): Promise<Uint8Array> {
  const model = parseModel(await read(path));
  const replaceNodes = new Map(
    model.nodes.flatMap((node, index) => {
      const bytes = change(node, index);
      return bytes === null ? [] : [[node, bytes] as const];
    }),
  );
  return writeModel(model, { replaceNodes, append: [] });
}

const withAttribute = (node: GraphNode, name: string, value: number): Uint8Array =>
  concatBytes([encodeNodeWith(node, { without: new Set([name]) }), bytesField(5, intAttribute(name, value))]);

test('windows of several widths are read, not branched, and the reader is told', async () => {
  const graph = await changed('gemma3/q4.onnx', (node) =>
    node.name === '/model/layers.2/attn/GroupQueryAttention' ? withAttribute(node, 'local_window_size', 5) : null,
  );
  const { branching, windows, limits, steering } = hookDecoder(graph);
  expect([branching, windows, steering]).toEqual([false, [8, 5], true]);
  expect(limits).toEqual([expect.stringContaining('windows of 8 and 5 tokens')]);
});

test('attention of another kind, a head that is no head and a stream in another type are refused by name', async () => {
  const refusal = (graph: Uint8Array): string => {
    try {
      hookDecoder(graph);
    } catch (thrown) {
      return (thrown as Error).message;
    }
    return 'nothing was thrown';
  };
  const renamed = (node: GraphNode, opType: string): Uint8Array =>
    concatBytes([encodeNodeWith(node, {}), bytesField(4, opType)]); // the last of a field counts
  expect(
    refusal(
      await changed('qwen3/q4.onnx', (node) =>
        node.opType === 'GroupQueryAttention' ? renamed(node, 'MultiHeadAttention') : null,
      ),
    ),
  ).toMatch(/GroupQueryAttention is missing \(the graph has 3 layers, and 0 such nodes\)/);
  expect(
    refusal(
      await changed('qwen3/q4.onnx', (node) =>
        node.outputs[0] === 'logits'
          ? encodeNodeWith(node, { inputs: ['/model/layers.2/mlp/Mul/output_0', ...node.inputs.slice(1)] })
          : null,
      ),
    ),
  ).toMatch(/output head is missing .*final_norm_layernorm/);
  expect(
    refusal(
      await changed('gemma3/fp16.onnx', (node) =>
        node.name === '/model/embed_tokens/Cast' ? withAttribute(node, 'to', 16) : null,
      ),
    ),
  ).toMatch(/"\/model\/embed_tokens\/Cast\/output_0" is bfloat16, and Flipside reads float32 and float16/);
  expect(
    refusal(
      await changed('qwen3/fp16.onnx', (node) =>
        node.name === '/model/embed_tokens/Gather'
          ? encodeNodeWith(node, { inputs: ['nowhere', node.inputs[1]!] })
          : null,
      ),
    ),
  ).toMatch(/of a type that cannot be told/);
});

test('an input for the number of logits that does more than cut rows is refused by name', async () => {
  // Its negative goes into an output that somebody wants.
  const wanted = writeModel(parseModel(await read('qwen2/q4-keep.onnx')), {
    replaceNodes: new Map(),
    append: [encodeOutput('/lm_head/negative')],
  });
  expect(() => hookDecoder(wanted)).toThrow(
    expect.objectContaining({
      code: 'model-node-missing',
      message: expect.stringContaining(
        'its input "num_logits_to_keep" does more than cut the rows that logits are made of',
      ) as string,
    }) as Error,
  );
});

test.each([
  [
    'a cast to float16',
    (node: GraphNode) =>
      node.opType === 'Cast' && node.name.startsWith('/model/layers.1/mlp/up_proj')
        ? withAttribute(node, 'to', 10)
        : null,
  ],
  [
    'a scale of another rounding',
    (node: GraphNode) =>
      node.name === '/model/layers.1/mlp/up_proj/MatMul_quant_scales_mul'
        ? encodeNodeWith(node, { inputs: ['/model/layers.0/input_layernorm/output_0_scale', node.inputs[1]!] })
        : null,
  ],
  [
    'weights that are computed',
    (node: GraphNode) =>
      node.name === '/model/layers.1/mlp/up_proj/MatMul_quant'
        ? encodeNodeWith(node, { inputs: [node.inputs[0]!, node.inputs[0]!, ...node.inputs.slice(2)] })
        : null,
  ],
])('a product of whole numbers with %s is refused by its node', async (_, change) => {
  const graph = await changed('llama/quantized.onnx', change);
  expect(() => hookDecoder(graph)).toThrow(
    expect.objectContaining({
      code: 'model-node-missing',
      message: expect.stringContaining(
        '/model/layers.1/mlp/up_proj/MatMul_quant multiplies whole numbers in a way that Flipside does not know',
      ) as string,
    }) as Error,
  );
});
