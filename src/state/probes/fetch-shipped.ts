/** Texts that lie beside the page. */
import { AppError, type ErrorCode } from '../../base/errors.ts';

/** The text at `url`. Throws `code` with `says`, which names what to do, where it cannot be fetched. */
export async function fetchShipped(url: string, code: ErrorCode, says: string): Promise<string> {
  const response = await fetch(url).catch(() => null);
  if (!response?.ok) throw new AppError(code, says, { url });
  return response.text();
}
