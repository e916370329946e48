/**
 * Protocol-buffer wire format, the little of it that editing an ONNX graph needs: split a message into its fields
 * without interpreting them, and put fields together again. Fields that nobody touches are copied byte for byte,
 * so a message that is split and joined comes out identical.
 *
 * Format: https://protobuf.dev/programming-guides/encoding/
 */
import { AppError } from '../base/errors.ts';

/** The wire types that ONNX uses; groups (3, 4) are long gone from the format. */
export const WireType = { varint: 0, fixed64: 1, bytes: 2, fixed32: 5 } as const;

/** One field of a message. All arrays are views on the message that was split. */
export interface Field {
  readonly number: number;
  readonly type: number;
  /** Payload: for `bytes` without its length prefix, for the others the raw encoded value. */
  readonly payload: Uint8Array;
  /** Tag, length and payload together, for copying unchanged. */
  readonly raw: Uint8Array;
}

const malformed = (what: string, offset: number): AppError =>
  new AppError(
    'model-graph-malformed',
    `The model graph is not a valid ONNX file: ${what} at byte ${offset}. Load the file again, or pick another export.`,
    { offset },
  );

/** Reads a varint; numbers beyond 2^53 throw, since no length or field number is that large. */
function readVarint(bytes: Uint8Array, start: number): { value: number; end: number } {
  let value = 0;
  let scale = 1;
  for (let at = start; at < start + 10; at++) {
    const byte = bytes[at];
    if (byte === undefined) throw malformed('a number is cut off', at);
    value += (byte & 0x7f) * scale;
    if (byte < 0x80) {
      if (!Number.isSafeInteger(value)) throw malformed('a length is too large', start);
      return { value, end: at + 1 };
    }
    scale *= 128;
  }
  throw malformed('a number is too long', start);
}

/** End of a varint's bytes, without computing its value (negative int64 take ten bytes and overflow a double). */
function skipVarint(bytes: Uint8Array, start: number): number {
  for (let at = start; at < start + 10; at++) {
    const byte = bytes[at];
    if (byte === undefined) throw malformed('a number is cut off', at);
    if (byte < 0x80) return at + 1;
  }
  throw malformed('a number is too long', start);
}

/** Splits a message into its fields, in file order. Throws `model-graph-malformed` on anything cut off or unknown. */
export function* splitFields(message: Uint8Array): Generator<Field> {
  let at = 0;
  while (at < message.length) {
    const start = at;
    const tag = readVarint(message, at);
    const number = Math.floor(tag.value / 8);
    const type = tag.value % 8;
    let payloadStart = tag.end;
    let end: number;
    switch (type) {
      case WireType.varint:
        end = skipVarint(message, payloadStart);
        break;
      case WireType.fixed64:
        end = payloadStart + 8;
        break;
      case WireType.fixed32:
        end = payloadStart + 4;
        break;
      case WireType.bytes: {
        const length = readVarint(message, payloadStart);
        payloadStart = length.end;
        end = payloadStart + length.value;
        break;
      }
      default:
        throw malformed(`field ${number} has wire type ${type}`, start);
    }
    if (number === 0 || end > message.length) throw malformed(`field ${number} is cut off`, start);
    yield { number, type, payload: message.subarray(payloadStart, end), raw: message.subarray(start, end) };
    at = end;
  }
}

/** The value of a varint field as a number. */
export function varintOf(field: Field): number {
  return readVarint(field.payload, 0).value;
}

/** The values of a packed list of varints. */
export function varintsOf(packed: Uint8Array): number[] {
  const values: number[] = [];
  for (let at = 0; at < packed.length;) {
    const { value, end } = readVarint(packed, at);
    values.push(value);
    at = end;
  }
  return values;
}

const decoder = new TextDecoder('utf-8', { fatal: true });
const encoder = new TextEncoder();

/** The value of a string field. */
export function stringOf(field: Field): string {
  try {
    return decoder.decode(field.payload);
  } catch {
    // Only the decoder can throw here, and its own message names no place.
    throw malformed(`the text in field ${field.number} is not UTF-8`, 0);
  }
}

/** Encodes a safe integer as a varint; a negative one as int64 has it, in ten bytes. */
export function encodeVarint(value: number): Uint8Array {
  const out: number[] = [];
  if (value < 0) {
    for (let at = 0n; at < 9n; at += 1n) out.push(Number((BigInt(value) >> (7n * at)) & 127n) | 0x80);
    return Uint8Array.from([...out, 1]);
  }
  let rest = value;
  while (rest >= 128) {
    out.push((rest % 128) | 0x80);
    rest = Math.floor(rest / 128);
  }
  out.push(rest);
  return Uint8Array.from(out);
}

/** A field with a byte payload: a string, a packed list or an embedded message. */
export function bytesField(number: number, payload: Uint8Array | string): Uint8Array {
  const bytes = typeof payload === 'string' ? encoder.encode(payload) : payload;
  return concatBytes([encodeVarint(number * 8 + WireType.bytes), encodeVarint(bytes.length), bytes]);
}

/** A field with a varint payload. */
export function varintField(number: number, value: number): Uint8Array {
  return concatBytes([encodeVarint(number * 8 + WireType.varint), encodeVarint(value)]);
}

/** Joins byte arrays into a new one. */
export function concatBytes(parts: readonly Uint8Array[]): Uint8Array {
  const out = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}
