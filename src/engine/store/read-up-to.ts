/** A short answer from outside, as text, and no more of it than expected. */
import { AppError } from '../../base/errors.ts';

/** The body of an answer. Throws `model-list-invalid` past `most` bytes, and a `TypeError` where the connection breaks. */
export async function readUpTo(response: Response, most: number, what: string): Promise<string> {
  const decoder = new TextDecoder();
  const reader = response.body?.getReader();
  let text = '';
  let bytes = 0;
  for (;;) {
    const { done, value } = (await reader?.read()) ?? { done: true, value: undefined };
    if (done) return text + decoder.decode();
    bytes += value.length;
    if (bytes > most) {
      await reader?.cancel();
      throw new AppError(
        'model-list-invalid',
        `${what} is longer than ${String(most)} bytes. Check the name and the host.`,
        { bytes: most },
      );
    }
    text += decoder.decode(value, { stream: true });
  }
}
