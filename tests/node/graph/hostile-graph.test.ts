/** Graphs that somebody made to hang, crash or mislead anyone who opens them. */
import { describe, expect, it } from 'vitest';
import { hookDecoder } from '../../../src/graph/decoder-hooks.ts';
import { GraphEdits } from '../../../src/graph/edits.ts';
import {
  encodeInput,
  encodeNode,
  encodeNodeWith,
  encodeOutput,
  parseModel,
  writeModel,
  type GraphNode,
} from '../../../src/graph/graph.ts';
import { graphAsExported } from '../../../src/graph/parse-decoder.ts';
import { FLOAT32, tensorType } from '../../../src/graph/tensor-type.ts';
import { bytesField, concatBytes, encodeVarint, splitFields, varintField } from '../../../src/graph/wire.ts';
import { refusal } from '../../fixtures/refusal.ts';
import { toyDecoderFiles } from '../../fixtures/toy/toy-graph.ts';

const { graph } = toyDecoderFiles();
const model = parseModel(graph);
const skips = model.nodes.filter((node) => node.opType === 'SkipSimplifiedLayerNormalization');

/** The toy with some nodes rewritten. */
const rewired = (
  changes: ReadonlyMap<GraphNode, { inputs?: readonly string[]; outputs?: readonly string[] }>,
): Uint8Array =>
  writeModel(model, {
    replaceNodes: new Map([...changes].map(([node, names]) => [node, encodeNodeWith(node, names)])),
    append: [],
  });

/** The toy with four numbers in place of its first weight, said to lie elsewhere or to be of another length. */
function withWeight(key: 'location' | 'offset' | 'length', value: string): Uint8Array {
  const [weight] = model.weights;
  const entries = { location: 'toy.onnx_data', offset: '0', length: '16', [key]: value };
  const external = Object.entries(entries).map(([name, said]) =>
    bytesField(13, concatBytes([bytesField(1, name), bytesField(2, said)])),
  );
  const tensor = bytesField(
    5,
    concatBytes([
      varintField(1, 4),
      varintField(2, FLOAT32),
      bytesField(8, 'hostile'),
      ...external,
      varintField(14, 1),
    ]),
  );
  return writeModel(model, { replaceNodes: new Map(), append: [tensor], drop: new Set(weight ? [weight.field] : []) });
}

describe('a graph', () => {
  it('whose stream runs in a circle is refused, and ends', () => {
    const [first, second] = skips;
    if (!first || !second) throw new Error('The toy has no additions.');
    // The second addition gives the first one its stream again.
    const circle = rewired(new Map([[second, { outputs: [second.outputs[0] ?? '', '', '', first.inputs[0] ?? ''] }]]));
    expect(refusal(() => hookDecoder(circle)).code).toBe('model-node-missing');
  });

  it.each(['../../etc/passwd', '/etc/passwd', 'C:\\secrets', 'https://example.org/x', '..', 'a/b', 'x\0y', ''])(
    'that takes weights from %j is refused, naming the place',
    (location) => {
      const error = refusal(() => hookDecoder(withWeight('location', location)));
      expect(error.code).toBe('model-graph-malformed');
      expect(error.message).toContain(JSON.stringify(location));
    },
  );

  it.each(['attribute', 'branch', 'function', 'training'] as const)(
    'that takes numbers from a file in a place where no weights are counted (%s) is refused, also as it was exported',
    (where) => {
      const entry = bytesField(13, concatBytes([bytesField(1, 'location'), bytesField(2, 'plain-name')]));
      const tensor = concatBytes([
        varintField(1, 4),
        varintField(2, FLOAT32),
        bytesField(8, 'hidden'),
        entry,
        varintField(14, 1),
      ]);
      const subgraph = bytesField(5, tensor);
      const attribute =
        where === 'attribute'
          ? concatBytes([bytesField(1, 'value'), bytesField(5, tensor), varintField(20, 4)])
          : concatBytes([bytesField(1, 'then_branch'), bytesField(6, subgraph), varintField(20, 5)]);
      const node = concatBytes([
        bytesField(2, 'hidden'),
        bytesField(3, 'hidden/node'),
        bytesField(4, where === 'attribute' ? 'Constant' : 'If'),
        bytesField(5, attribute),
      ]);
      const hostile =
        where === 'function'
          ? concatBytes([graph, bytesField(25, concatBytes([bytesField(1, 'f'), bytesField(7, node)]))])
          : where === 'training'
            ? concatBytes([graph, bytesField(20, bytesField(2, subgraph))])
            : writeModel(model, { replaceNodes: new Map(), append: [bytesField(1, node)] });
      for (const open of [hookDecoder, graphAsExported])
        expect(refusal(() => open(hostile))).toMatchObject({
          code: 'model-graph-malformed',
          message: expect.stringMatching(/hides a tensor "hidden" .* takes its numbers from a file/) as string,
        });
    },
  );

  it.each(['-1', '1e30', 'NaN', '99999999999999999999', ''])('with a weight of %j bytes is refused', (length) => {
    expect(refusal(() => hookDecoder(withWeight('length', length))).message).toContain(
      `a weight of ${JSON.stringify(length)} bytes`,
    );
  });

  it('of fields within fields, a hundred thousand deep, is refused and overflows no stack', () => {
    let nested: Uint8Array = varintField(1, 1);
    const heads: Uint8Array[] = [];
    let length = nested.length;
    for (let depth = 0; depth < 100_000; depth += 1) {
      const head = concatBytes([encodeVarint(7 * 8 + 2), encodeVarint(length)]);
      heads.push(head);
      length += head.length;
    }
    nested = concatBytes([...heads.reverse(), nested]);
    expect(refusal(() => hookDecoder(nested)).code).toMatch(/^model-/);
  });

  it('with a field that claims more bytes than a file can have is refused before anything of that size is made', () => {
    const claim = concatBytes([encodeVarint(7 * 8 + 2), encodeVarint(Number.MAX_SAFE_INTEGER)]);
    expect(refusal(() => parseModel(claim)).message).toMatch(/field 7 is cut off at byte 0/);
    expect(() => [...splitFields(Uint8Array.of(0x3a, ...new Array<number>(10).fill(0xff)))]).toThrow(
      /number is too long/,
    );
  });

  it('whose cache has a size that cannot be is refused', () => {
    const huge = model.inputs
      .map(({ name, field }) => [name, field] as const)
      .find(([name]) => name === 'past_key_values.0.key');
    if (!huge) throw new Error('The toy has no cache.');
    const dim = (value: number): Uint8Array => bytesField(1, varintField(1, value));
    const type = bytesField(
      1,
      concatBytes([varintField(1, 1), bytesField(2, concatBytes([1, 2 ** 40, 1, 2 ** 40].map(dim)))]),
    );
    const input = bytesField(11, concatBytes([bytesField(1, 'past_key_values.0.key'), bytesField(2, type)]));
    const error = refusal(() =>
      hookDecoder(writeModel(model, { replaceNodes: new Map(), append: [input], drop: new Set([huge[1]]) })),
    );
    expect(error.code).toMatch(/^model-/);
    expect(error.message).toContain('past_key_values.0.key');
  });

  it.each([3, 5])('whose cache has %i dimensions is refused before a pass fails on it', (rank) => {
    const value = model.inputs.find(({ name }) => name === 'past_key_values.1.value');
    if (!value) throw new Error('The toy has no cache.');
    const input = encodeInput(value.name, tensorType(FLOAT32, ['batch', 2, 'past', 16, 1].slice(0, rank)));
    expect(
      refusal(() =>
        hookDecoder(writeModel(model, { replaceNodes: new Map(), append: [input], drop: new Set([value.field]) })),
      ).message,
    ).toContain('past_key_values.1.value is missing (an input [batch, heads, past, head size]');
  });

  it('of twenty thousand layers is refused at once, by their number', () => {
    const type = tensorType(FLOAT32, ['batch', 2, 'past', 'size']);
    const append = Array.from({ length: 20_000 }, (_, at) => at + 3).flatMap((layer) => [
      ...['key', 'value'].flatMap((half) => [
        encodeInput(`past_key_values.${layer}.${half}`, type),
        encodeOutput(`present.${layer}.${half}`),
      ]),
      encodeNode({
        name: `a${layer}`,
        opType: 'GroupQueryAttention',
        inputs: ['q', 'k', 'v', `past_key_values.${layer}.key`],
        outputs: [`o${layer}`],
      }),
    ]);
    expect(refusal(() => hookDecoder(writeModel(model, { replaceNodes: new Map(), append }))).message).toContain(
      'claims 20003 layers; at most 512 are read',
    );
  });

  it('whose head takes half a million inputs is refused and overflows no stack', () => {
    const head = model.nodes.find(({ outputs }) => outputs.includes('logits'));
    if (!head) throw new Error('The toy has no head.');
    const wide = encodeNode({
      name: 'head',
      opType: 'Add',
      inputs: new Array<string>(500_000).fill('x'),
      outputs: ['logits'],
    });
    expect(
      refusal(() =>
        hookDecoder(writeModel(model, { replaceNodes: new Map(), append: [wide], drop: new Set([head.field]) })),
      ).message,
    ).toContain('output head is missing');
  });

  it.each([
    ['offset', '40000', /"[^"]+" begins at byte 40000 of toy\.onnx_data, where "[^"]+" ends at/],
    ['length', '15', /"hostile", \[4\], takes 15 bytes of its file, and its shape takes 16/],
    ['offset', '-4', /a weight at byte "-4" of its file/],
  ] as const)('with a weight whose %s is %s is refused: it would be other numbers', (key, value, said) => {
    expect(refusal(() => hookDecoder(withWeight(key, value))).message).toMatch(said);
  });

  it('of a hundred thousand nodes that lead to the mask, in the worst order, is rewritten without going through them again for each', () => {
    // Listed last first: going through all nodes until nothing changes would take 10^10 steps.
    const chain = Array.from({ length: 100_000 }, (_, at) =>
      encodeNode({
        name: `n${at}`,
        opType: 'Identity',
        inputs: [at === 0 ? 'attention_mask' : `t${at - 1}`],
        outputs: [`t${at}`],
      }),
    ).reverse();
    const long = parseModel(writeModel(model, { replaceNodes: new Map(), append: chain }));
    const edits = new GraphEdits(long);
    edits.addOutputs(['t99999']);
    const kept = parseModel(edits.write({ prune: ['attention_mask'] }));
    expect(kept.nodes).toHaveLength(long.nodes.length);
    const cut = parseModel(new GraphEdits(long).write({ prune: ['attention_mask'] }));
    expect(cut.nodes).toHaveLength(model.nodes.length);
  });
});
