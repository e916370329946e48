/** A link's code from what is on show, and back: the format with the browser's compression between its two halves. */
import { AppError } from '../../base/errors.ts';
import {
  fromBase64Url,
  linkBody,
  linkCode,
  linkVersion,
  MOST_UNPACKED_BYTES,
  parseShared,
  type Shared,
  sharedJson,
  toBase64Url,
} from '../../formats/runs/share-link.ts';
import { deflate, inflate } from '../storage/deflate.ts';

/** The code of a link. */
export async function codeOf(shared: Shared): Promise<string> {
  return linkCode(toBase64Url(await deflate(new TextEncoder().encode(sharedJson(shared)))), linkVersion(shared));
}

/** What a code brings; throws `link-invalid` for whatever is wrong with it. */
export async function sharedIn(code: string): Promise<Shared> {
  const bytes = await inflate(fromBase64Url(linkBody(code)), MOST_UNPACKED_BYTES);
  try {
    return parseShared(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (error) {
    if (error instanceof AppError) throw error;
    throw new AppError(
      'link-invalid',
      'The link’s content is no text. Ask for the link again, or for the run as a file.',
      {},
      error,
    );
  }
}
