/** Graphs that somebody made to hang, crash or mislead whoever opens them. */
import { describe, expect, it } from 'vitest';
import { tapDecoder } from '../../src/onnx/decoder-taps.ts';
import { GraphEdits } from '../../src/onnx/edits.ts';
import { encodeNode, encodeNodeWith, parseModel, writeModel, type GraphNode } from '../../src/onnx/graph.ts';
import { bytesField, concatBytes, encodeVarint, splitFields, varintField } from '../../src/onnx/wire.ts';
import { refusal } from '../fixtures/refusal.ts';
import { toyDecoderFiles } from '../fixtures/toy-graph.ts';

const { graph } = toyDecoderFiles();
const model = parseModel(graph);
const skips = model.nodes.filter((node) => node.opType === 'SkipSimplifiedLayerNormalization');

/** The toy with some nodes rewritten. */
const rewired = (changes: ReadonlyMap<GraphNode, { inputs?: readonly string[]; outputs?: readonly string[] }>): Uint8Array =>
  writeModel(model, { replaceNodes: new Map([...changes].map(([node, names]) => [node, encodeNodeWith(node, names)])), append: [] });

/** The toy with one of its weights said to lie elsewhere, or to be of another length. */
function withWeight(key: 'location' | 'length', value: string): Uint8Array {
  const [weight] = model.weights;
  const entries = { location: 'toy.onnx_data', offset: '0', length: '16', [key]: value };
  const external = Object.entries(entries).map(([name, said]) => bytesField(13, concatBytes([bytesField(1, name), bytesField(2, said)])));
  const tensor = bytesField(5, concatBytes([bytesField(8, 'hostile'), ...external, varintField(14, 1)]));
  return writeModel(model, { replaceNodes: new Map(), append: [tensor], drop: new Set(weight ? [weight.field] : []) });
}

describe('a graph', () => {
  it('whose stream runs in a circle is refused, and ends', () => {
    const [first, second] = skips;
    if (!first || !second) throw new Error('The toy has no additions.');
    // The second addition gives the first one its stream again.
    const circle = rewired(new Map([[second, { outputs: [second.outputs[0] ?? '', '', '', first.inputs[0] ?? ''] }]]));
    expect(refusal(() => tapDecoder(circle)).code).toBe('model-node-missing');
  });

  it.each(['../../etc/passwd', '/etc/passwd', 'C:\\secrets', 'https://example.org/x', '..', 'a/b', 'x\0y', ''])('that takes weights from %j is refused, naming the place', (location) => {
    const error = refusal(() => tapDecoder(withWeight('location', location)));
    expect(error.code).toBe('model-graph-malformed');
    expect(error.message).toContain(JSON.stringify(location));
  });

  it.each(['-1', '1e30', 'NaN', '99999999999999999999', ''])('with a weight of %j bytes is refused', (length) => {
    expect(refusal(() => tapDecoder(withWeight('length', length))).message).toContain(`a weight of ${JSON.stringify(length)} bytes`);
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
    expect(refusal(() => tapDecoder(nested)).code).toMatch(/^model-/);
  });

  it('with a field that claims more bytes than a file can have is refused before anything of that size is made', () => {
    const claim = concatBytes([encodeVarint(7 * 8 + 2), encodeVarint(Number.MAX_SAFE_INTEGER)]);
    expect(refusal(() => parseModel(claim)).message).toMatch(/field 7 is cut off at byte 0/);
    expect(() => [...splitFields(Uint8Array.of(0x3a, ...new Array<number>(10).fill(0xff)))]).toThrow(/number is too long/);
  });

  it('whose cache has a size that cannot be is refused', () => {
    const huge = model.inputs.map(({ name, field }) => [name, field] as const).find(([name]) => name === 'past_key_values.0.key');
    if (!huge) throw new Error('The toy has no cache.');
    const dim = (value: number): Uint8Array => bytesField(1, varintField(1, value));
    const type = bytesField(1, concatBytes([varintField(1, 1), bytesField(2, concatBytes([1, 2 ** 40, 1, 2 ** 40].map(dim)))]));
    const input = bytesField(11, concatBytes([bytesField(1, 'past_key_values.0.key'), bytesField(2, type)]));
    const error = refusal(() => tapDecoder(writeModel(model, { replaceNodes: new Map(), append: [input], drop: new Set([huge[1]]) })));
    expect(error.code).toMatch(/^model-/);
    expect(error.message).toContain('past_key_values.0.key');
  });

  it('of a hundred thousand nodes that lead to the mask, in the worst order, is rewritten without going through them again for each', () => {
    // Listed last first: going through all nodes until nothing changes would take 10^10 steps.
    const chain = Array.from({ length: 100_000 }, (_, at) => encodeNode({ name: `n${at}`, opType: 'Identity', inputs: [at === 0 ? 'attention_mask' : `t${at - 1}`], outputs: [`t${at}`] })).reverse();
    const long = parseModel(writeModel(model, { replaceNodes: new Map(), append: chain }));
    const edits = new GraphEdits(long);
    edits.addOutputs(['t99999']);
    const kept = parseModel(edits.write({ prune: ['attention_mask'] }));
    expect(kept.nodes).toHaveLength(long.nodes.length);
    const cut = parseModel(new GraphEdits(long).write({ prune: ['attention_mask'] }));
    expect(cut.nodes).toHaveLength(model.nodes.length);
  });
});
