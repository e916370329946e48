/** What is wrong with a graph, with the name of its file: a folder may hold several. */
import { AppError } from '../../base/errors.ts';

/** Whatever was thrown, with the path before it where it is about the graph. */
export function namingGraph(path: string, thrown: unknown): AppError {
  const error = AppError.from(thrown);
  const { code, message, details } = error;
  return /^model-(?:graph|node)-/.test(code)
    ? new AppError(code, `${path}: ${message}`, { ...details, file: path }, thrown)
    : error;
}
