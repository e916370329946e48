/** Attributes of nodes that only a graph from nothing needs (onnx.proto3: AttributeProto). */
import { bytesField, concatBytes, encodeVarint, varintField, WireType } from '../wire.ts';

const ATTRIBUTE = { name: 1, float: 2, text: 4, ints: 8, type: 20 } as const;

/** AttributeProto.AttributeType. */
const TYPE = { float: 1, text: 3, ints: 7 } as const;

/** An encoded attribute that is a float32 number. */
export function floatAttribute(name: string, value: number): Uint8Array {
  return concatBytes([
    bytesField(ATTRIBUTE.name, name),
    encodeVarint(ATTRIBUTE.float * 8 + WireType.fixed32),
    new Uint8Array(Float32Array.of(value).buffer),
    varintField(ATTRIBUTE.type, TYPE.float),
  ]);
}

/** An encoded attribute that is a text. */
export function textAttribute(name: string, value: string): Uint8Array {
  return concatBytes([
    bytesField(ATTRIBUTE.name, name),
    bytesField(ATTRIBUTE.text, value),
    varintField(ATTRIBUTE.type, TYPE.text),
  ]);
}

/** An encoded attribute that is a list of whole numbers from 0 on. */
export function intsAttribute(name: string, values: readonly number[]): Uint8Array {
  return concatBytes([
    bytesField(ATTRIBUTE.name, name),
    ...values.map((value) => varintField(ATTRIBUTE.ints, value)),
    varintField(ATTRIBUTE.type, TYPE.ints),
  ]);
}
