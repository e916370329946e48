/**
 * What a file from the reader holds, as one question and one answer that can be sent between threads: large files
 * are parsed beside the page. Pure.
 */
import { AppError, type ErrorRecord } from '../../base/errors.ts';
import type { Recording } from './recording.ts';
import { parseRecording } from './recording-json.ts';
import { parseRunCsv } from './run-csv.ts';
import { type DroppedFile, type ImportChoices, importSet, type SetImport } from '../sets/set-import.ts';
import { decodeText } from '../containers/text-file.ts';

/** A set as it was dropped, or a run in either of its forms. */
export type ParseRequest =
  | { readonly kind: 'set'; readonly files: readonly DroppedFile[]; readonly choices: ImportChoices }
  | { readonly kind: 'run-json' | 'run-csv'; readonly file: DroppedFile };

/** The result; `error` for a file that is no run. */
export type ParseReply = { readonly set: SetImport } | { readonly run: Recording } | { readonly error: ErrorRecord };

/** Parses what was asked for; never throws for what is in the files. */
export function parseFile(request: ParseRequest): ParseReply {
  try {
    if (request.kind === 'set') return { set: importSet(request.files, request.choices) };
    const text = decodeText(request.file.bytes, request.file.name);
    return { run: request.kind === 'run-json' ? parseRecording(text) : parseRunCsv(text) };
  } catch (error) {
    return { error: AppError.from(error).toRecord() };
  }
}
