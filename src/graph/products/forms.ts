/** Writes the packed products of a graph in other forms, with weights that are made from those of its files. */
import type { ProductForm } from '../../models/product-forms.ts';
import { intAttribute } from '../attributes.ts';
import { readersOf } from '../element-types.ts';
import {
  encodeNode,
  filesOf,
  parseModel,
  writeModel,
  type GraphNode,
  type GraphWeight,
  type ModelGraph,
} from '../graph.ts';
import { FLOAT32, UINT8 } from '../tensor-type.ts';
import { bytesOf, MadeWeights } from './made-weights.ts';
import { holding, PACKED_PRODUCT, packedProducts, readOnce, someRows, type PackedProduct } from './packed-product.ts';
import { splitProduct, type HalfProduct } from './split.ts';
import { unpack } from './unpack.ts';

/** A graph with its products in other forms. */
export interface FormedGraph {
  readonly graph: Uint8Array;
  /** Files of the model that it still takes weights from. */
  readonly weightFiles: readonly string[];
  /** Weights of the model that it still reads. */
  readonly weights: readonly GraphWeight[];
  /** The weights that were made; null where every product stays as it is, and then `graph` is what was given. */
  readonly made: MadeWeights | null;
}

/** The file that made weights are in. No export can have one of this name: a slash is refused in names of weight files. */
const MADE_FILE = 'flipside/made-weights';

/**
 * Bytes of unpacked weights in one product at most. onnxruntime has a weight twice while it lays it out for its kernels, and what it gives
 * back then stays in the heap; so a large product, such as the output head, becomes several, whose results are joined.
 */
const MOST_PART_BYTES = 1 << 23;

/** What a form puts in a product's place: complete graph fields. */
type Write = (product: PackedProduct, made: MadeWeights, mostPartBytes: number) => readonly Uint8Array[];

const WRITTEN = { packed: null, split: writeSplit, float: writeFloat } satisfies Record<ProductForm, Write | null>;

/**
 * Every product in the form that is asked for; `split` holds for 8 bits only, and others stay as they are. Weights are
 * made when they are read, at most `mostPartBytes` of floats at a time. Throws `model-graph-malformed`.
 */
export function withForms(
  bytes: Uint8Array,
  files: ReadonlyMap<string, Uint8Array>,
  formOf: (product: PackedProduct) => ProductForm,
  mostPartBytes = MOST_PART_BYTES,
): FormedGraph {
  const model = parseModel(bytes);
  const made = new MadeWeights(MADE_FILE);
  const rewritten = new Set<GraphNode>();
  const splitScales = new Set<string>();
  const append = packedProducts(model, files).flatMap((product) => {
    const form = formOf(product);
    const write = form === 'split' && product.bits !== 8 ? null : WRITTEN[form];
    if (write === null) return [];
    rewritten.add(product.node);
    if (form === 'split') splitScales.add(product.node.inputs[2] ?? '');
    return write(product, made, mostPartBytes);
  });
  if (rewritten.size === 0) return { graph: bytes, weightFiles: model.weightFiles, weights: model.weights, made: null };
  // The low half of a product that is split takes the scales that it was exported with.
  const unread = unreadWeights(model, rewritten).filter(({ name }) => !splitScales.has(name));
  const drop = new Set([...rewritten, ...unread].map(({ field }) => field));
  const weights = model.weights.filter((weight) => !drop.has(weight.field));
  return {
    graph: writeModel(model, { replaceNodes: new Map(), append: [...append, ...made.fields()], drop }),
    weightFiles: filesOf(weights),
    weights,
    made,
  };
}

/** Weights that only these nodes read. What a branch or a loop reads stands inside it, so there everything stays. */
function unreadWeights(model: ModelGraph, gone: ReadonlySet<GraphNode>): ModelGraph['weights'] {
  if (model.nodes.some(({ opType }) => ['If', 'Loop', 'Scan'].includes(opType))) return [];
  const readers = readersOf(model);
  const given = new Set([...model.inputs, ...model.outputs].map(({ name }) => name));
  return model.weights.filter(
    ({ name }) => !given.has(name) && (readers.get(name) ?? []).every((node) => gone.has(node)),
  );
}

function writeSplit(of: PackedProduct, made: MadeWeights): readonly Uint8Array[] {
  const product = readOnce(of);
  const [activations = '', , scales = ''] = product.node.inputs;
  const [result = ''] = product.node.outputs;
  const { high, low } = splitProduct(product);
  const half = (name: string, { packed, scales: own, zeroPoints }: HalfProduct, bias: string | null): Uint8Array => {
    const { rows, columns, blocks, blockSize } = product;
    const tensor = `flipside.${result}.${name}`;
    const inputs = [
      activations,
      made.add({
        name: `${tensor}.packed`,
        elemType: UINT8,
        dims: [rows, blocks, blockSize / 2],
        bytes: packed.byteLength,
        make: () => packed,
      }),
      own === product.scales
        ? scales
        : made.add({
            name: `${tensor}.scales`,
            elemType: FLOAT32,
            dims: [rows, blocks],
            bytes: own.byteLength,
            make: () => own,
          }),
      zeroPoints === null
        ? ''
        : made.add({
            name: `${tensor}.zero_points`,
            elemType: UINT8,
            dims: [zeroPoints.byteLength],
            bytes: zeroPoints.byteLength,
            make: () => zeroPoints,
          }),
      ...(bias === null ? [] : ['', bias]),
    ];
    const attributes = Object.entries({ bits: 4, K: columns, N: rows, block_size: blockSize }).map(([key, value]) =>
      intAttribute(key, value),
    );
    return encodeNode({
      name: `flipside/${result}/${name}`,
      domain: 'com.microsoft',
      opType: PACKED_PRODUCT,
      inputs,
      outputs: [tensor],
      attributes,
    });
  };
  const sum = encodeNode({
    name: `flipside/${result}/sum`,
    opType: 'Add',
    inputs: [`flipside.${result}.high`, `flipside.${result}.low`],
    outputs: [result],
  });
  return [half('high', high, null), half('low', low, product.bias), sum];
}

function writeFloat(product: PackedProduct, made: MadeWeights, mostPartBytes: number): readonly Uint8Array[] {
  const { node, rows, columns, bias } = product;
  const [result = ''] = node.outputs;
  const unbiased = bias === null ? result : `flipside.${result}.unbiased`;
  const partRows = Math.ceil(rows / Math.ceil((4 * columns * rows) / mostPartBytes));
  // Rounded up, so many rows a part may need fewer parts.
  const parts = Math.ceil(rows / partRows);
  const outputs = Array.from({ length: parts }, (_, part) =>
    parts === 1 ? unbiased : `flipside.${result}.part${part}`,
  );
  const products = outputs.map((output, at) => {
    const part = someRows(product, at * partRows, partRows);
    const weight = made.add({
      name: `flipside.${result}.floats${at}`,
      elemType: FLOAT32,
      dims: [columns, part.rows],
      bytes: 4 * columns * part.rows,
      sources: () => {
        const { packed, scales, zeroPoints } = part;
        return zeroPoints === null ? [packed, scales] : [packed, scales, zeroPoints];
      },
      make: (room, [packed = part.packed, scales = part.scales, zeroPoints = null]) =>
        bytesOf(unpack(holding(part, { packed, scales, zeroPoints }), room)),
    });
    return encodeNode({
      name: `flipside/${result}/product${at}`,
      opType: 'MatMul',
      inputs: [node.inputs[0] ?? '', weight],
      outputs: [output],
    });
  });
  return [
    ...products,
    ...(parts === 1
      ? []
      : [
          encodeNode({
            name: `flipside/${result}/joined`,
            opType: 'Concat',
            inputs: outputs,
            outputs: [unbiased],
            attributes: [intAttribute('axis', -1)],
          }),
        ]),
    ...(bias === null
      ? []
      : [encodeNode({ name: `flipside/${result}/bias`, opType: 'Add', inputs: [unbiased, bias], outputs: [result] })]),
  ];
}
