/** The text of a file that somebody dropped, or why it is none. Pure. */
import { AppError, type ErrorCode } from '../../base/errors.ts';

/** The most bytes of text that are read from one file. */
export const MAX_TEXT_BYTES = 64_000_000;

/**
 * Decodes UTF-8; a byte-order mark is dropped. Throws `code` for other encodings (with the first line that is not UTF-8) and
 * for files of more than 64 MB.
 */
export function decodeText(bytes: Uint8Array, file: string, code: ErrorCode = 'set-invalid'): string {
  const remedy = 'Save it as UTF-8 text and try again.';
  const refuse = (problem: string, line: number | null = null): never => {
    throw new AppError(code, `${file} ${problem}`, { file, ...(line === null ? {} : { line }) });
  };
  if (bytes.length > MAX_TEXT_BYTES)
    refuse(`has ${Math.ceil(bytes.length / 1e6)} MB; at most ${MAX_TEXT_BYTES / 1e6} MB are read. Split the file.`);
  if ((bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff))
    refuse(`is UTF-16 ("Unicode text"). ${remedy}`);
  if (bytes[0] === 0x50 && bytes[1] === 0x4b && bytes[2] === 0x03)
    refuse('is a spreadsheet or another zip archive, not text. Export the table as CSV (UTF-8) and try again.');
  const zero = bytes.indexOf(0);
  if (zero >= 0) refuse(`holds a zero byte at ${zero} and is no text. ${remedy}`);
  const decoder = new TextDecoder('utf-8', { fatal: true });
  try {
    return decoder.decode(bytes);
  } catch {
    const line = firstBadLine(bytes, decoder);
    return refuse(`line ${line} is not UTF-8: it was saved in another encoding. ${remedy}`, line);
  }
}

/** Line breaks are never part of a longer UTF-8 character, so each line can be tried alone. */
function firstBadLine(bytes: Uint8Array, decoder: TextDecoder): number {
  let from = 0;
  for (let line = 1; ; line += 1) {
    const stop = bytes.indexOf(0x0a, from);
    try {
      decoder.decode(bytes.subarray(from, stop < 0 ? bytes.length : stop));
    } catch {
      return line;
    }
    if (stop < 0) return line;
    from = stop + 1;
  }
}
