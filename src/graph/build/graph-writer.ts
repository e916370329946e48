/**
 * Writes an ONNX graph from nothing, node by node. Small constants lie in the graph; weights lie in files that are made when they are
 * read (products/made-weights.ts).
 *
 * Field numbers: onnx.proto3 (ModelProto, OperatorSetIdProto, GraphProto, TensorProto).
 */
import { intAttribute } from '../attributes.ts';
import { encodeInput, encodeNode } from '../graph.ts';
import { MadeWeights, type MadeWeight } from '../products/made-weights.ts';
import { PACKED_PRODUCT } from '../products/packed-product.ts';
import { FLOAT32, INT64, tensorType } from '../tensor-type.ts';
import { bytesField, concatBytes, varintField } from '../wire.ts';
import { floatAttribute, intsAttribute, textAttribute } from './more-attributes.ts';

/** The form of ONNX that the onnxruntime-genai model builder writes: IR 10, operators of version 22. */
const IR_VERSION = 10;
const OPERATORS = 22;
const PRODUCER = 'flipside';

/** Operators that are onnxruntime's own. */
const CONTRIB = new Set([
  'GroupQueryAttention',
  PACKED_PRODUCT,
  'GatherBlockQuantized',
  'SkipSimplifiedLayerNormalization',
]);

/** A file of weights holds no more than this, unless a single weight does. */
const LARGEST_FILE_BYTES = 2 ** 30;

/** An attribute by its value: whole numbers from 0 on, lists of them, text; other numbers as {@link Real}. */
export type Attribute = number | readonly number[] | string | Real;

/** A number that is written as float32, whole or not. */
export interface Real {
  readonly real: number;
}

/** One graph while it is written. */
export class GraphWriter {
  readonly #fields: Uint8Array[] = [];
  readonly #constants = new Map<string, string>();
  readonly #files: MadeWeights[] = [];

  /** Adds a node and returns its first output, `NAME/output_0` unless it is named. */
  node(
    opType: string,
    name: string,
    inputs: readonly string[],
    attributes: Readonly<Record<string, Attribute>> = {},
    outputs: readonly string[] = [`${name}/output_0`],
  ): string {
    this.#fields.push(
      encodeNode({
        name,
        opType,
        inputs,
        outputs,
        attributes: Object.entries(attributes).map(([key, value]) => encoded(key, value)),
        ...(CONTRIB.has(opType) ? { domain: 'com.microsoft' } : {}),
      }),
    );
    return outputs[0] ?? '';
  }

  /** An int64 constant: a list, or a single number. The same one is written once. */
  integers(values: readonly number[] | number): string {
    const list = typeof values === 'number' ? [values] : values;
    return this.#constant(
      `int64 ${JSON.stringify(values)}`,
      INT64,
      typeof values === 'number' ? [] : [list.length],
      new Uint8Array(BigInt64Array.from(list.map(BigInt)).buffer),
    );
  }

  /** A float32 constant that is a single number. */
  float(value: number): string {
    return this.#constant(`float ${value}`, FLOAT32, [], new Uint8Array(Float32Array.of(value).buffer));
  }

  /** Adds a weight, made when it is read, and returns its name. */
  weight(weight: MadeWeight): string {
    let file = this.#files.at(-1);
    if (file === undefined || file.bytes + weight.bytes > LARGEST_FILE_BYTES)
      this.#files.push((file = new MadeWeights(`built-weights-${this.#files.length}`)));
    return file.add(weight);
  }

  /** Adds a graph input. */
  input(name: string, elemType: number, dims: readonly (number | string)[]): void {
    this.#fields.push(encodeInput(name, tensorType(elemType, dims)));
  }

  /** Makes a tensor a graph output. */
  output(name: string, elemType: number, dims: readonly (number | string)[]): void {
    this.#fields.push(bytesField(12, concatBytes([bytesField(1, name), bytesField(2, tensorType(elemType, dims))])));
  }

  /** The model, and the files of its weights by the names that it calls them by. */
  finish(): { readonly graph: Uint8Array; readonly files: readonly MadeWeights[] } {
    const body = concatBytes([
      bytesField(2, PRODUCER),
      ...this.#fields,
      ...this.#files.flatMap((file) => [...file.fields()]),
    ]);
    const operators = (domain: string, version: number): Uint8Array =>
      bytesField(8, concatBytes([bytesField(1, domain), varintField(2, version)]));
    const graph = concatBytes([
      varintField(1, IR_VERSION),
      bytesField(2, PRODUCER),
      operators('', OPERATORS),
      operators('com.microsoft', 1),
      bytesField(7, body),
    ]);
    return { graph, files: this.#files };
  }

  #constant(name: string, elemType: number, dims: readonly number[], raw: Uint8Array): string {
    if (this.#constants.has(name)) return name;
    this.#constants.set(name, name);
    this.#fields.push(
      bytesField(
        5,
        concatBytes([
          ...dims.map((size) => varintField(1, size)),
          varintField(2, elemType),
          bytesField(8, name),
          bytesField(9, raw),
        ]),
      ),
    );
    return name;
  }
}

function encoded(name: string, value: Attribute): Uint8Array {
  if (typeof value === 'string') return textAttribute(name, value);
  if (typeof value === 'number') return intAttribute(name, value);
  return 'real' in value ? floatAttribute(name, value.real) : intsAttribute(name, value);
}
