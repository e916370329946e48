/** Types of tensors as ONNX writes them (onnx.proto3: TypeProto, TensorProto.DataType). */
import { bytesField, concatBytes, varintField } from './wire.ts';

/** TensorProto.DataType of the tensors that the engine feeds and reads. */
export const FLOAT32 = 1;
export const UINT8 = 2;
export const INT32 = 6;
export const INT64 = 7;
export const FLOAT16 = 10;

/** What streams, keys and values are made of. */
export type ElementType = 'float32' | 'float16';

/** The element type of a code; null for one that the engine does not compute with. */
export function elementTypeOf(code: number): ElementType | null {
  if (code === FLOAT32) return 'float32';
  return code === FLOAT16 ? 'float16' : null;
}

/** Codes and sizes of element types. */
export const ELEMENT: Readonly<Record<ElementType, { readonly code: number; readonly bytes: number }>> = {
  float32: { code: FLOAT32, bytes: 4 },
  float16: { code: FLOAT16, bytes: 2 },
};

/** The names that errors call codes by (onnx.proto3, TensorProto.DataType). */
const NAMES: Readonly<Record<number, string>> = {
  1: 'float32',
  2: 'uint8',
  3: 'int8',
  6: 'int32',
  7: 'int64',
  10: 'float16',
  11: 'float64',
  16: 'bfloat16',
  21: 'uint4',
  22: 'int4',
};

/** What an error calls a code. */
export const nameOfType = (code: number): string => NAMES[code] ?? `number ${code}`;

/** TypeProto of a tensor: dimensions by size or by name. */
export function tensorType(elemType: number, dims: readonly (number | string)[]): Uint8Array {
  const shape = concatBytes(
    dims.map((dim) => bytesField(1, typeof dim === 'number' ? varintField(1, dim) : bytesField(2, dim))),
  );
  return bytesField(1, concatBytes([varintField(1, elemType), bytesField(2, shape)]));
}
