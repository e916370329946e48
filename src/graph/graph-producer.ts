/** Which program wrote a graph (onnx.proto3: ModelProto.producer_name). */
import { splitFields, stringOf } from './wire.ts';

const PRODUCER_NAME = 2;

/** The producer's name; empty where it names none, or is no string. */
export function graphProducer(model: Uint8Array): string {
  for (const field of splitFields(model)) if (field.number === PRODUCER_NAME) return stringOf(field);
  return '';
}
