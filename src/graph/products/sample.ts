/** A graph with one packed product and nothing else, cut to few rows: what a form of it costs is measured there, in a moment. */
import { intAttribute } from '../attributes.ts';
import { encodeInput, encodeNode, encodeOutput, writeModel, type ModelGraph } from '../graph.ts';
import { FLOAT32, tensorType, UINT8 } from '../tensor-type.ts';
import { MadeWeights } from './made-weights.ts';
import { PACKED_PRODUCT, type PackedProduct } from './packed-product.ts';

/** Input float32 `[1, columns]` of a sample. */
export const SAMPLE_INPUT = 'flipside.sample';

/** Output float32 `[1, rows]` of a sample. */
export const SAMPLE_OUTPUT = 'flipside.sample_product';

/** A sample with its weights in the only file that it needs. */
export interface ProductSample {
  readonly graph: Uint8Array;
  readonly files: ReadonlyMap<string, Uint8Array>;
}

/** A product without its bias, as a graph of the same operator sets as the model. */
export function sampleOf(model: ModelGraph, product: PackedProduct): ProductSample {
  const { bits, rows, columns, blockSize, blocks, packed, scales, zeroPoints } = product;
  const made = new MadeWeights('flipside.sample');
  const weight = (name: string, elemType: number, dims: readonly number[], bytes: Uint8Array): string =>
    made.add({ name: `flipside.sample.${name}`, elemType, dims, bytes: bytes.byteLength, make: () => bytes });
  const inputs = [
    SAMPLE_INPUT,
    weight('packed', UINT8, [rows, blocks, (blockSize * bits) / 8], packed),
    weight('scales', FLOAT32, [rows, blocks], scales),
    ...(zeroPoints === null ? [] : [weight('zero_points', UINT8, [zeroPoints.byteLength], zeroPoints)]),
  ];
  const attributes = Object.entries({ bits, K: columns, N: rows, block_size: blockSize }).map(([key, value]) =>
    intAttribute(key, value),
  );
  const append = [
    encodeNode({
      name: 'flipside/sample',
      domain: 'com.microsoft',
      opType: PACKED_PRODUCT,
      inputs,
      outputs: [SAMPLE_OUTPUT],
      attributes,
    }),
    encodeInput(SAMPLE_INPUT, tensorType(FLOAT32, [1, columns])),
    encodeOutput(SAMPLE_OUTPUT),
    ...made.fields(),
  ];
  const graph = writeModel(model, {
    replaceNodes: new Map(),
    append,
    drop: new Set(model.graphFields.filter(({ number }) => number !== GRAPH_NAME)),
  });
  return { graph, files: new Map([[made.file, made.whole()]]) };
}

/** GraphProto.name. */
const GRAPH_NAME = 2;
