/**
 * An ONNX model as a list of nodes and tensor names: enough structure to find the residual stream of a decoder and to
 * write the model back with some nodes changed. Weights are never touched; they lie in files beside the graph.
 *
 * Field numbers: onnx.proto3 (ModelProto, GraphProto, NodeProto, ValueInfoProto, TensorProto).
 */
import { AppError } from '../base/errors.ts';
import {
  bytesField,
  concatBytes,
  splitFields,
  stringOf,
  varintField,
  varintOf,
  varintsOf,
  WireType,
  type Field,
} from './wire.ts';

const MODEL = { graph: 7 } as const;
const GRAPH = { node: 1, initializer: 5, input: 11, output: 12 } as const;
const NODE = { input: 1, output: 2, name: 3, opType: 4, attribute: 5, domain: 7 } as const;
const VALUE_INFO = { name: 1, type: 2 } as const;
const TENSOR = {
  dims: 1,
  dataType: 2,
  floats: 4,
  int32s: 5,
  int64s: 7,
  name: 8,
  raw: 9,
  externalData: 13,
  dataLocation: 14,
} as const;

/** TensorProto.DataLocation: the numbers lie in a file beside the graph. */
const EXTERNAL = 1;

/** A node's names; `field` is the node as it lies in the file. */
export interface GraphNode {
  readonly name: string;
  readonly opType: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly field: Field;
}

/** A graph input or output; dimensions are numbers where the file fixes them and names where it does not. */
export interface GraphValue {
  readonly name: string;
  readonly elemType: number;
  readonly dims: readonly (number | string)[];
  readonly field: Field;
}

/** A weight; `file` is null where its numbers lie in the graph itself. */
export interface GraphWeight {
  readonly name: string;
  readonly file: string | null;
  /** Where in its file it begins; 0 in the graph. */
  readonly offset: number;
  /** Bytes that it takes in its file or in the graph; 0 where its file is not told how many. */
  readonly bytes: number;
  readonly elemType: number;
  readonly dims: readonly number[];
  readonly field: Field;
}

/** What {@link parseModel} finds. */
export interface ModelGraph {
  readonly nodes: readonly GraphNode[];
  readonly inputs: readonly GraphValue[];
  readonly outputs: readonly GraphValue[];
  readonly weights: readonly GraphWeight[];
  /** Names of the files that hold weights, in order of first use. */
  readonly weightFiles: readonly string[];
  /** Bytes of the largest weight, wherever it lies. */
  readonly largestWeightBytes: number;
  /** Bytes that weights take a second time where a graph multiplies them out to floats (see integer-products.ts); of a file as it is 0. */
  readonly multipliedOutBytes: number;
  readonly modelFields: readonly Field[];
  readonly graphFields: readonly Field[];
}

/** Changes to write back: replaced nodes, fields to leave out, and encoded fields to append to the graph. */
export interface GraphEdit {
  readonly replaceNodes: ReadonlyMap<GraphNode, Uint8Array>;
  /** Complete graph fields (nodes, inputs, outputs, initializers), made with the `encode…` functions. */
  readonly append: readonly Uint8Array[];
  readonly drop?: ReadonlySet<Field>;
}

/** Reads a serialized ONNX model. Throws `model-graph-malformed`. */
export function parseModel(bytes: Uint8Array): ModelGraph {
  const modelFields = [...splitFields(bytes)];
  const graphField = modelFields.find((field) => field.number === MODEL.graph);
  if (!graphField)
    throw new AppError(
      'model-graph-malformed',
      'The model file holds no graph. It may be cut off: load it again, or pick another export.',
    );
  const graphFields = [...splitFields(graphField.payload)];
  const of = (number: number) => graphFields.filter((field) => field.number === number);
  const weights = of(GRAPH.initializer).map(parseWeight);
  return {
    nodes: of(GRAPH.node).map(parseNode),
    inputs: of(GRAPH.input).map(parseValue),
    outputs: of(GRAPH.output).map(parseValue),
    weights,
    weightFiles: filesOf(weights),
    largestWeightBytes: weights.reduce((largest, { bytes }) => Math.max(largest, bytes), 0),
    multipliedOutBytes: 0,
    modelFields,
    graphFields,
  };
}

/** Writes the model back with an edit applied; without changes the bytes are those that were read. */
export function writeModel(graph: ModelGraph, edit: GraphEdit): Uint8Array {
  const replacement = new Map([...edit.replaceNodes].map(([node, bytes]) => [node.field, bytes]));
  const fields = graph.graphFields
    .filter((field) => !edit.drop?.has(field))
    .map((field) => {
      const bytes = replacement.get(field);
      return bytes ? bytesField(GRAPH.node, bytes) : field.raw;
    });
  const body = concatBytes([...fields, ...edit.append]);
  return concatBytes(
    graph.modelFields.map((field) => (field.number === MODEL.graph ? bytesField(MODEL.graph, body) : field.raw)),
  );
}

/** The message of a node with other inputs or outputs, or without some attributes; everything else stays. */
export function encodeNodeWith(
  node: GraphNode,
  names: { inputs?: readonly string[]; outputs?: readonly string[]; without?: ReadonlySet<string> },
): Uint8Array {
  const dropped = (field: Field): boolean =>
    names.without !== undefined && field.number === NODE.attribute && names.without.has(attributeName(field.payload));
  const kept = [...splitFields(node.field.payload)].filter(
    (field) => field.number !== NODE.input && field.number !== NODE.output && !dropped(field),
  );
  return concatBytes([
    ...(names.inputs ?? node.inputs).map((name) => bytesField(NODE.input, name)),
    ...(names.outputs ?? node.outputs).map((name) => bytesField(NODE.output, name)),
    ...kept.map((field) => field.raw),
  ]);
}

/** A node to be added; `attributes` are encoded AttributeProto messages. */
export interface NewNode {
  /** The operator set; left out, the default one. */
  readonly domain?: string;
  readonly name: string;
  readonly opType: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes?: readonly Uint8Array[];
}

/** A complete graph field with a new node. */
export function encodeNode(node: NewNode): Uint8Array {
  return bytesField(
    GRAPH.node,
    concatBytes([
      ...node.inputs.map((name) => bytesField(NODE.input, name)),
      ...node.outputs.map((name) => bytesField(NODE.output, name)),
      bytesField(NODE.name, node.name),
      bytesField(NODE.opType, node.opType),
      ...(node.attributes ?? []).map((attribute) => bytesField(NODE.attribute, attribute)),
      ...(node.domain === undefined ? [] : [bytesField(NODE.domain, node.domain)]),
    ]),
  );
}

/** A weight to be added, whose numbers lie in a file beside the graph. */
export interface NewWeight {
  readonly name: string;
  readonly elemType: number;
  readonly dims: readonly number[];
  readonly file: string;
  readonly offset: number;
  readonly bytes: number;
}

/** A complete graph field with a new weight. */
export function encodeWeight({ name, elemType, dims, file, offset, bytes }: NewWeight): Uint8Array {
  const entry = (key: string, value: string): Uint8Array =>
    bytesField(TENSOR.externalData, concatBytes([bytesField(1, key), bytesField(2, value)]));
  return bytesField(
    GRAPH.initializer,
    concatBytes([
      ...dims.map((size) => varintField(TENSOR.dims, size)),
      varintField(TENSOR.dataType, elemType),
      bytesField(TENSOR.name, name),
      entry('location', file),
      entry('offset', String(offset)),
      entry('length', String(bytes)),
      varintField(TENSOR.dataLocation, EXTERNAL),
    ]),
  );
}

/** The numbers of a weight, read when they are asked for: its file may be made piece by piece. */
export interface WeightSource {
  readonly bytes: number;
  /** The bytes from `from` up to `to`. */
  readonly read: (from: number, to: number) => Uint8Array;
}

/** Where the numbers of a weight are read, in the graph or in its file; null where they are not there as plain bytes. */
export function weightSource(weight: GraphWeight, files: ReadonlyMap<string, Uint8Array>): WeightSource | null {
  const { offset, bytes } = weight;
  if (weight.file === null) {
    const inside = only(weight.field.payload, TENSOR.raw)?.payload;
    return inside === undefined ? null : { bytes: inside.length, read: (from, to) => inside.subarray(from, to) };
  }
  const file = files.get(weight.file);
  if (file === undefined || bytes === 0 || offset + bytes > file.byteLength) return null;
  return { bytes, read: (from, to) => file.subarray(offset + from, offset + to) };
}

/** A complete graph field that makes a tensor a graph output; onnxruntime infers its type and shape. */
export function encodeOutput(name: string): Uint8Array {
  return bytesField(GRAPH.output, bytesField(VALUE_INFO.name, name));
}

/** A complete graph field with a new graph input; `type` is an encoded TypeProto. */
export function encodeInput(name: string, type: Uint8Array): Uint8Array {
  return bytesField(GRAPH.input, concatBytes([bytesField(VALUE_INFO.name, name), bytesField(VALUE_INFO.type, type)]));
}

/** The attributes of a node by name, each an encoded AttributeProto. */
export function attributesOf(node: GraphNode): ReadonlyMap<string, Uint8Array> {
  const found = new Map<string, Uint8Array>();
  for (const { number, payload } of splitFields(node.field.payload))
    if (number === NODE.attribute) found.set(attributeName(payload), payload);
  return found;
}

function parseNode(field: Field): GraphNode {
  const inputs: string[] = [];
  const outputs: string[] = [];
  let name = '';
  let opType = '';
  for (const part of splitFields(field.payload)) {
    if (part.number === NODE.input) inputs.push(stringOf(part));
    else if (part.number === NODE.output) outputs.push(stringOf(part));
    else if (part.number === NODE.name) name = stringOf(part);
    else if (part.number === NODE.opType) opType = stringOf(part);
  }
  return { name, opType, inputs, outputs, field };
}

/** AttributeProto.name; empty where it has none. */
const attributeName = (attribute: Uint8Array): string => {
  const name = only(attribute, 1);
  return name ? stringOf(name) : '';
};

/** First field of a message with this number. */
export const only = (message: Uint8Array, number: number): Field | undefined =>
  [...splitFields(message)].find((field) => field.number === number);

function parseValue(field: Field): GraphValue {
  const name = only(field.payload, VALUE_INFO.name);
  const type = only(field.payload, VALUE_INFO.type);
  const tensor = type && only(type.payload, 1);
  const elem = tensor && only(tensor.payload, 1);
  const shape = tensor && only(tensor.payload, 2);
  const dims = shape ? [...splitFields(shape.payload)].map(parseDim) : [];
  return { name: name ? stringOf(name) : '', elemType: elem ? varintOf(elem) : 0, dims, field };
}

function parseDim(field: Field): number | string {
  const value = only(field.payload, 1);
  const param = only(field.payload, 2);
  return value ? varintOf(value) : param ? stringOf(param) : '?';
}

/** Names of the files that hold these weights, in order of first use. */
export function filesOf(weights: readonly GraphWeight[]): readonly string[] {
  return [...new Set(weights.flatMap(({ file }) => file ?? []))];
}

/** An initializer; where it lies beside the graph is given by StringStringEntryProto pairs of location and length. */
function parseWeight(field: Field): GraphWeight {
  const entries = new Map<string, string>();
  for (const part of splitFields(field.payload)) {
    if (part.number !== TENSOR.externalData) continue;
    const key = only(part.payload, 1);
    const value = only(part.payload, 2);
    if (key && value) entries.set(stringOf(key), stringOf(value));
  }
  const name = only(field.payload, TENSOR.name);
  const type = only(field.payload, TENSOR.dataType);
  const file = fileOf(entries.get('location'));
  return {
    name: name ? stringOf(name) : '',
    file,
    offset: bytesOf(entries.get('offset'), (said) => `at byte ${said} of its file`),
    bytes: file === null ? bytesInside(field) : bytesOf(entries.get('length'), (said) => `of ${said} bytes`),
    elemType: type ? varintOf(type) : 0,
    dims: dimsOf(field),
    field,
  };
}

/** TensorProto.dims, packed or as they are. */
function dimsOf(field: Field): number[] {
  return [...splitFields(field.payload)].flatMap((part) =>
    part.number !== TENSOR.dims ? [] : part.type === WireType.bytes ? varintsOf(part.payload) : [varintOf(part)],
  );
}

/** Bytes of the numbers of a weight that lies in the graph, packed or as they are. */
function bytesInside(field: Field): number {
  const holds: readonly number[] = [TENSOR.floats, TENSOR.int32s, TENSOR.int64s, TENSOR.raw];
  return [...splitFields(field.payload)].reduce(
    (sum, { number, payload }) => (holds.includes(number) ? sum + payload.length : sum),
    0,
  );
}

/** The name of a file beside the graph. A graph from anywhere must not name files that lie elsewhere. */
function fileOf(location: string | undefined): string | null {
  if (location === undefined || /^(?!\.{1,2}$)[^/\\:\0]{1,200}$/.test(location)) return location ?? null;
  throw new AppError(
    'model-graph-malformed',
    `The model graph takes weights from ${JSON.stringify(location.slice(0, 80))}, which is no plain file name: they must lie beside it. Pick another export.`,
    { location: location.slice(0, 200) },
  );
}

function bytesOf(told: string | undefined, what: (said: string) => string): number {
  if (told === undefined) return 0;
  const bytes = Number(told);
  if (/^\d{1,15}$/.test(told)) return bytes;
  throw new AppError(
    'model-graph-malformed',
    `The model graph claims a weight ${what(JSON.stringify(told.slice(0, 40)))}. Load the file again, or pick another export.`,
    { told: told.slice(0, 80) },
  );
}
