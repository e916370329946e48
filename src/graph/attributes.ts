/** Attributes of nodes, read and written (onnx.proto3: AttributeProto). */
import { attributesOf, only, type GraphNode } from './graph.ts';
import { INT64 } from './tensor-type.ts';
import { bytesField, concatBytes, varintField, varintOf } from './wire.ts';

const ATTRIBUTE = { name: 1, float: 2, int: 3, tensor: 5, type: 20 } as const;

/** AttributeProto.AttributeType. */
const TYPE = { int: 2, tensor: 4 } as const;

/** TensorProto.data_type and .raw_data. */
const TENSOR = { dims: 1, dataType: 2, raw: 9 } as const;

/**
 * A whole-number attribute of a node; null where it has none of that name. Negative numbers come out as −1: no
 * attribute that is asked for here has another.
 */
export function intAttributeOf(node: GraphNode, name: string): number | null {
  const value = only(attributesOf(node).get(name) ?? new Uint8Array(0), ATTRIBUTE.int);
  if (!value) return null;
  // A negative int64 takes ten bytes on the wire, and a positive one that is of any use fewer.
  return value.payload.length === 10 ? -1 : varintOf(value);
}

/** A float32 attribute of a node; null where it has none of that name. */
export function realAttributeOf(node: GraphNode, name: string): number | null {
  const value = only(attributesOf(node).get(name) ?? new Uint8Array(0), ATTRIBUTE.float);
  if (value?.payload.length !== 4) return null;
  return new DataView(value.payload.buffer, value.payload.byteOffset, 4).getFloat32(0, true);
}

/** The element type of the tensor in an attribute; 0 where there is none. */
export function tensorAttributeType(node: GraphNode, name: string): number {
  const tensor = only(attributesOf(node).get(name) ?? new Uint8Array(0), ATTRIBUTE.tensor);
  const type = tensor && only(tensor.payload, TENSOR.dataType);
  return type ? varintOf(type) : 0;
}

/** An encoded attribute that is a whole number from 0 on. */
export function intAttribute(name: string, value: number): Uint8Array {
  return concatBytes([
    bytesField(ATTRIBUTE.name, name),
    varintField(ATTRIBUTE.int, value),
    varintField(ATTRIBUTE.type, TYPE.int),
  ]);
}

/** An encoded attribute that is an int64 tensor of one number. */
export function int64Attribute(name: string, value: number): Uint8Array {
  const raw = new Uint8Array(BigInt64Array.of(BigInt(value)).buffer);
  const tensor = concatBytes([
    varintField(TENSOR.dims, 1),
    varintField(TENSOR.dataType, INT64),
    bytesField(TENSOR.raw, raw),
  ]);
  return concatBytes([
    bytesField(ATTRIBUTE.name, name),
    bytesField(ATTRIBUTE.tensor, tensor),
    varintField(ATTRIBUTE.type, TYPE.tensor),
  ]);
}
