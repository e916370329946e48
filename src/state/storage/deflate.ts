/** Deflate by the browser, with a bound on what comes out: a small file can unpack to more than a machine holds. */
import { AppError } from '../../base/errors.ts';

/** Compresses (raw deflate, RFC 1951). */
export async function deflate(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
  const packed = new Blob([bytes]).stream().pipeThrough(new CompressionStream('deflate-raw'));
  return new Uint8Array(await new Response(packed).arrayBuffer());
}

/** Unpacks; throws `link-invalid` for what is no deflate or has more than `most` bytes. */
export async function inflate(packed: Uint8Array<ArrayBuffer>, most: number): Promise<Uint8Array<ArrayBuffer>> {
  const reader = new Blob([packed]).stream().pipeThrough(new DecompressionStream('deflate-raw')).getReader();
  const parts: Uint8Array<ArrayBuffer>[] = [];
  let size = 0;
  try {
    for (let next = await reader.read(); !next.done; next = await reader.read()) {
      parts.push(next.value);
      size += next.value.length;
      if (size > most)
        throw new AppError(
          'link-invalid',
          `The link unpacks to more than ${most / 1e6} MB, which no link of Flipside does. Ask for the link again.`,
        );
    }
  } catch (error) {
    await reader.cancel().catch(() => undefined); // broken already: there is nothing left to stop
    if (error instanceof AppError) throw error;
    throw new AppError(
      'link-invalid',
      'The link’s content cannot be unpacked. Ask for the link again, or for the run as a file.',
      {},
      error,
    );
  }
  return new Uint8Array(await new Blob(parts).arrayBuffer());
}
