/** Products and lookups of a graph that is built, in the form that the weights' numbers ask for. */
import type { QuantisedBits } from '../../models/checkpoint/kept-weights.ts';
import type { ReadTensor, StoredTensor } from '../../models/checkpoint/stored-tensor.ts';
import { PACKED_PRODUCT } from '../products/packed-product.ts';
import type { ProductWeights } from './decoder-config.ts';
import type { GraphWriter } from './graph-writer.ts';
import {
  matrixWeight,
  packedWeights,
  quantisedInBlocks,
  rowsOf,
  storedInBlocks,
  vectorWeight,
  type RowsInBlocks,
  type RowsOf,
} from './made-tensors.ts';
import type { RoundingLog } from './quantise.ts';
import { isPacked } from './stored-blocks.ts';

/** How plain numbers are quantised, and where what that changes is noted. */
export interface Quantising {
  readonly bitsOf: (tensor: StoredTensor) => QuantisedBits;
  readonly log: RoundingLog;
}

/** Writes what multiplies. Products of one tensor share its block sums. */
export class ProductWriter {
  readonly #graph: GraphWriter;
  readonly #read: ReadTensor;
  readonly #quantising: Quantising | null;
  readonly #sums = new Map<string, string>();
  /** By tensor the weights that were made of it: a head may share those of the embedding. */
  readonly #made = new Map<string, Made>();

  /** With `quantising` null plain numbers stay floats. */
  constructor(graph: GraphWriter, read: ReadTensor, quantising: Quantising | null) {
    this.#graph = graph;
    this.#read = read;
    this.#quantising = quantising;
  }

  /** `input · weightsᵀ + bias`, `[batch, tokens, rows]`; `name` is like `/model/layers.0/attn/q_proj`. */
  product(name: string, input: string, weights: ProductWeights, output?: string): string {
    const { bias, pairedHeads } = weights;
    const graph = this.#graph;
    const made = this.#weightsOf(name, weights);
    const last = bias === null && made.offsets === null ? output : undefined;
    const outputs = (named: string | undefined): readonly string[] | undefined =>
      named === undefined ? undefined : [named];
    let result =
      made.packed === null
        ? graph.node('MatMul', `${name}/MatMul`, [input, made.matrix], {}, outputs(last))
        : graph.node(
            PACKED_PRODUCT,
            `${name}/${PACKED_PRODUCT}`,
            [input, made.matrix, made.scales],
            { K: made.columns, N: made.rows, bits: made.packed.bits, block_size: made.packed.blockSize },
            outputs(last),
          );
    if (made.packed !== null && made.offsets !== null) {
      const sums = this.#blockSums(input, made.packed.blockSize);
      const part = graph.node('MatMul', `${name}/offsets/MatMul`, [sums, made.offsets]);
      result = graph.node(
        'Add',
        `${name}/offsets/Add`,
        [result, part],
        {},
        outputs(bias === null ? output : undefined),
      );
    }
    if (bias === null) return result;
    const added = graph.weight(vectorWeight(`${tensorName(name)}.bias`, rowsOf(bias, pairedHeads), this.#read));
    return graph.node('Add', `${name}/Add`, [result, added], {}, outputs(output));
  }

  /** The rows of a table that `input_ids` name, `[batch, tokens, columns]`. */
  lookup(name: string, weights: ProductWeights): string {
    const graph = this.#graph;
    const made = this.#weightsOf(name, weights);
    if (made.packed === null) {
      const columns = graph.node('Gather', `${name}/Gather`, [made.matrix, 'input_ids'], { axis: 1 });
      return graph.node('Transpose', `${name}/Transpose`, [columns], { perm: [1, 2, 0] });
    }
    const { bits, blockSize } = made.packed;
    const table = graph.node('Reshape', `${name}/table/Reshape`, [
      made.matrix,
      graph.integers([made.rows, (made.columns * bits) / 8]),
    ]);
    const found = graph.node(
      'GatherBlockQuantized',
      `${name}/GatherBlockQuantized`,
      [table, 'input_ids', made.scales],
      {
        bits,
        block_size: blockSize,
        gather_axis: 0,
        quantize_axis: 1,
      },
    );
    if (made.offsets === null) return found;
    const blocks = graph.node('Reshape', `${name}/blocks/Reshape`, [found, graph.integers([0, 0, -1, blockSize])]);
    const columns = graph.node('Gather', `${name}/offsets/Gather`, [made.offsets, 'input_ids'], { axis: 1 });
    const rows = graph.node('Transpose', `${name}/offsets/Transpose`, [columns], { perm: [1, 2, 0] });
    const each = graph.node('Unsqueeze', `${name}/offsets/Unsqueeze`, [rows, graph.integers([3])]);
    const sum = graph.node('Add', `${name}/offsets/Add`, [blocks, each]);
    return graph.node('Reshape', `${name}/Reshape`, [sum, graph.integers([0, 0, made.columns])]);
  }

  /** Sums over each block of what goes into a product, `[batch, tokens, blocks]`. */
  #blockSums(input: string, blockSize: number): string {
    const key = `${blockSize} ${input}`;
    const known = this.#sums.get(key);
    if (known !== undefined) return known;
    const name = `${input.replace(/\/output_\d$/, '')}/sums_of_${blockSize}`;
    const graph = this.#graph;
    const blocks = graph.node('Reshape', `${name}/Reshape`, [input, graph.integers([0, 0, -1, blockSize])]);
    const sums = graph.node('ReduceSum', `${name}/ReduceSum`, [blocks, graph.integers([3])], { keepdims: 0 });
    this.#sums.set(key, sums);
    return sums;
  }

  #weightsOf(name: string, { tensor, pairedHeads, delta }: ProductWeights): Made {
    const known = this.#made.get(tensor.name);
    if (known !== undefined) return known;
    const rows = { ...rowsOf(tensor, pairedHeads), ...(delta && { delta }) };
    const made = this.#make(tensorName(name), rows);
    this.#made.set(tensor.name, made);
    return made;
  }

  #make(name: string, rows: RowsOf): Made {
    const graph = this.#graph;
    const inBlocks = this.#inBlocks(rows);
    if (inBlocks === null) {
      const matrix = graph.weight(matrixWeight(`${name}.weight`, rows, this.#read));
      return { ...rows, matrix, packed: null, scales: '', offsets: null };
    }
    const { packed, scales, offsets } = packedWeights(`${name}.weight`, inBlocks);
    return {
      ...rows,
      matrix: graph.weight(packed),
      packed: inBlocks.form,
      scales: graph.weight(scales),
      offsets: offsets === null ? null : graph.weight(offsets),
    };
  }

  /** The rows in blocks, stored so or quantised; null where they stay floats. */
  #inBlocks(rows: RowsOf): RowsInBlocks | null {
    const { type } = rows.tensor;
    if (isPacked(type)) return storedInBlocks(rows, type, this.#read);
    if (this.#quantising === null) return null;
    const { bitsOf, log } = this.#quantising;
    return quantisedInBlocks(rows, bitsOf(rows.tensor), this.#read, log);
  }
}

/** Weights of the graph, by name: floats `[columns, rows]`, or packed with scales and offsets. */
interface Made {
  readonly rows: number;
  readonly columns: number;
  readonly matrix: string;
  readonly packed: { readonly bits: 4 | 8; readonly blockSize: number } | null;
  readonly scales: string;
  readonly offsets: string | null;
}

/** The name of a weight by that of its node. */
export const tensorName = (node: string): string => node.replace(/^\//, '').replaceAll('/', '.');
