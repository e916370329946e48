/** What an export that cannot be read is refused with. */
import { AppError } from '../base/errors.ts';

const PICK = 'Pick a model of a family that docs/models.md names, exported as it says there.';

/** `node` is the node or tensor that should be there, `why` what it is for or what was found in its place. */
export function missingNode(node: string, why: string): AppError {
  return new AppError('model-node-missing', `This graph cannot be read: ${node} is missing (${why}). ${PICK}`, {
    node,
    found: `${node} is missing (${why})`,
  });
}

/** `node` is there, and what it is makes the graph unreadable. */
export function strangeNode(node: string, what: string): AppError {
  return new AppError('model-node-missing', `This graph cannot be read: ${what}. ${PICK}`, { node, found: what });
}
