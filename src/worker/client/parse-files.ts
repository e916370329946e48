/** Parsing of files that somebody brings: small ones here, large ones in a worker of their own, so that the page never stands still. */
import { AppError } from '../../base/errors.ts';
import { type ParseReply, type ParseRequest, parseFile } from '../../formats/runs/parse-request.ts';
import type { Recording } from '../../formats/runs/recording.ts';
import type { DroppedFile, ImportChoices, SetImport } from '../../formats/sets/set-import.ts';
import script from '../host/files.worker.ts?worker&url';
import { LARGE_FILE, startWorker } from '../start-worker.ts';

/** A set that was dropped; never throws for what is in the files. Throws `worker-died` where a large one could not be parsed at all. */
export async function parseSet(files: readonly DroppedFile[], choices: ImportChoices = {}): Promise<SetImport> {
  const reply = await ask({ kind: 'set', files, choices }, files);
  if ('set' in reply) return reply.set;
  throw 'error' in reply ? AppError.fromRecord(reply.error) : unanswered('another answer came');
}

/** A run in either of its forms. Throws what is wrong with it, and `worker-died`. */
export async function parseRun(kind: 'run-json' | 'run-csv', file: DroppedFile): Promise<Recording> {
  const reply = await ask({ kind, file }, [file]);
  if ('run' in reply) return reply.run;
  throw 'error' in reply ? AppError.fromRecord(reply.error) : unanswered('another answer came');
}

async function ask(request: ParseRequest, files: readonly DroppedFile[]): Promise<ParseReply> {
  if (files.reduce((sum, { bytes }) => sum + bytes.length, 0) < LARGE_FILE) return parseFile(request);
  const worker = startWorker(new URL(script, import.meta.url).href);
  try {
    return await new Promise<ParseReply>((resolve, reject) => {
      worker.addEventListener('message', ({ data }: MessageEvent<ParseReply>) => resolve(data));
      worker.addEventListener('messageerror', () => reject(unanswered('its answer cannot be read')));
      worker.addEventListener('error', ({ message }) => reject(unanswered(message)));
      worker.postMessage(request);
    });
  } finally {
    worker.terminate();
  }
}

function unanswered(why: string): AppError {
  return new AppError(
    'worker-died',
    `The file could not be parsed (${why}): it may need more memory than the browser gives. Take a smaller one.`,
    { why },
  );
}
