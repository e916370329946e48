/** The small JSON files of a model, as they are read before anything is made of them. */
import { AppError } from '../../base/errors.ts';

/** What a file holds. Throws `model-text-invalid`, naming the file. */
export function jsonIn(file: string, json: string): unknown {
  try {
    return JSON.parse(json) as unknown;
  } catch (thrown) {
    throw textInvalid(file, 'is not valid JSON', thrown);
  }
}

/** The object that a file holds. Throws `model-text-invalid`, naming the file. */
export function objectIn(file: string, json: string): Record<string, unknown> {
  const raw = jsonIn(file, json);
  if (typeof raw !== 'object' || raw === null || Array.isArray(raw)) throw textInvalid(file, 'must be a JSON object');
  return { ...raw };
}

/** The refusal of a file; `problem` goes on from "it". */
export function textInvalid(file: string, problem: string, cause?: unknown): AppError {
  return new AppError(
    'model-text-invalid',
    `${file}: it ${problem}. Take the ${file} that the model was published with.`,
    { file },
    cause,
  );
}
