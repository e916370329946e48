/** Types of tensors as ONNX writes them (onnx.proto3: TypeProto, TensorProto.DataType). */
import { bytesField, concatBytes, varintField } from './wire.ts';

/** TensorProto.DataType of the tensors that the engine feeds and reads. */
export const FLOAT32 = 1;
export const INT32 = 6;
export const INT64 = 7;

/** TypeProto of a tensor: dimensions by size or by name. */
export function tensorType(elemType: number, dims: readonly (number | string)[]): Uint8Array {
  const shape = concatBytes(dims.map((dim) => bytesField(1, typeof dim === 'number' ? varintField(1, dim) : bytesField(2, dim))));
  return bytesField(1, concatBytes([varintField(1, elemType), bytesField(2, shape)]));
}
