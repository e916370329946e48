/** Vectors as text: what an experiment fitted for itself lies in JSON beside its units. */
import { fromBase64, toBase64 } from '../base/base64.ts';
import { AppError } from '../base/errors.ts';
import { littleEndian } from '../base/float32.ts';

/** Base64 of `vector` as little-endian float32. */
export function packVectors(vector: Float32Array): string {
  return toBase64(littleEndian(vector));
}

/**
 * The `length` numbers that {@link packVectors} packed. Throws `unit-invalid` for another length, for what is no base64
 * and for numbers that are not finite; `path` says where it lies.
 */
export function unpackVectors(text: string, length: number, path = 'vectors'): Float32Array {
  const bytes = bytesIn(text, path);
  if (bytes.length !== length * 4)
    throw new AppError(
      'unit-invalid',
      `${path} must hold ${length} numbers (${length * 4} bytes), got ${bytes.length} bytes. Prepare the experiment again.`,
    );
  const view = new DataView(bytes.buffer);
  const vector = Float32Array.from({ length }, (_, i) => view.getFloat32(i * 4, true));
  const odd = vector.findIndex((value) => !Number.isFinite(value));
  if (odd >= 0)
    throw new AppError(
      'unit-invalid',
      `${path} holds ${vector[odd]} as number ${odd} of ${length}. Prepare the experiment again.`,
    );
  return vector;
}

function bytesIn(text: string, path: string): Uint8Array<ArrayBuffer> {
  try {
    return fromBase64(text);
  } catch (error) {
    throw new AppError(
      'unit-invalid',
      `${path} is no base64: it begins with ${JSON.stringify(text.slice(0, 20))}. Prepare the experiment again.`,
      {},
      error,
    );
  }
}
