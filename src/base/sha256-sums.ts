/** Lists of SHA-256 as `sha256sum` writes them: one `SHA256SUMS` beside the files that it names. */
import { AppError } from './errors.ts';

/** A file that a list names. */
export interface SummedFile {
  /** From the folder that the list lies in, with `/` between names. */
  readonly path: string;
  /** As 64 lower-case hex digits. */
  readonly sha256: string;
}

const PLAIN_LINE = /^([0-9a-f]{64}) [ *](.+)$/i;
const TAGGED_LINE = /^SHA256 \((.+)\) = ([0-9a-f]{64})$/i;

/** Names without a way up, a drive or an empty part. */
const INSIDE = /^(?!.*(?:^|\/)\.{0,2}(?:\/|$))[^\\:\0]{1,500}$/;

/**
 * Reads a list in either form, `HEX  PATH` or (`--tag`) `SHA256 (PATH) = HEX`; empty lines and those that begin with `#` are
 * passed over. `name` is what errors call it. Throws `model-manifest-invalid` with the line that is no such pair or
 * whose path leads elsewhere.
 */
export function parseSums(text: string, name: string): readonly SummedFile[] {
  return text.split(/\r?\n/).flatMap((line, index): readonly SummedFile[] => {
    if (line.trim() === '' || line.startsWith('#')) return [];
    const plain = PLAIN_LINE.exec(line);
    const tagged = TAGGED_LINE.exec(line);
    const [sha256, written] = plain === null ? [tagged?.[2], tagged?.[1]] : [plain[1], plain[2]];
    const at = `${name} line ${String(index + 1)}`;
    if (sha256 === undefined || written === undefined)
      throw refusal(`${at} is no SHA-256 with the name of a file, as sha256sum writes it`, name, index);
    const path = written.replace(/^\.\//, '');
    if (!INSIDE.test(path))
      throw refusal(
        `${at} names ${JSON.stringify(written.slice(0, 80))}, which is no file in the folder of the list`,
        name,
        index,
      );
    return [{ path, sha256: sha256.toLowerCase() }];
  });
}

function refusal(problem: string, name: string, index: number): AppError {
  return new AppError(
    'model-manifest-invalid',
    `${problem}. Get the list again from where the model came from, or take it away.`,
    { list: name, line: index + 1 },
  );
}
