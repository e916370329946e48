/** Looks into picked files as loading does, in a worker, where files can be read in pieces. */
import { modelToRun } from '../../../../src/engine/model/model-to-run.ts';
import { AppError } from '../../../../src/base/errors.ts';
import type { ModelSource } from '../../../../src/models/model-source.ts';

addEventListener('message', ({ data }: MessageEvent<ModelSource>) => {
  modelToRun(data, { hosts: [], onProgress: () => undefined, signal: new AbortController().signal }).then(
    ({ toRun }) => postMessage(toRun),
    (error: unknown) => postMessage({ error: AppError.from(error).toRecord() }),
  );
});
