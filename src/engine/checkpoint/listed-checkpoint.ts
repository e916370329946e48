/** A checkpoint by a list of files that says what each is for. */
import type { CheckpointFile } from '../../models/checkpoint/checkpoint-file.ts';
import { containerOf } from '../../models/checkpoint/checkpoint-offers.ts';
import { damaged } from '../../models/checkpoint/refusal.ts';
import type { FileRole } from '../../models/model-offer.ts';
import { openGgufFiles, openSafetensorsFiles, shardNames, type OpenedCheckpoint } from './open-checkpoint.ts';

/** A file of a list. */
interface Listed {
  readonly path: string;
  readonly role: FileRole;
}

/**
 * Opens it. `at` gives the files that hold weights, `text` the others as text. No weight is read. Throws `model-checkpoint-invalid`,
 * `model-checkpoint-unknown` and `model-text-invalid`, naming the file.
 */
export function openListed(
  files: readonly Listed[],
  at: (path: string) => CheckpointFile,
  text: (path: string) => string,
): OpenedCheckpoint {
  const paths = (role: FileRole): readonly string[] => files.flatMap((file) => (file.role === role ? [file.path] : []));
  const [first, ...others] = paths('checkpoint').map(at);
  if (first === undefined) return damaged('', 'The list of files names none that holds weights.');
  if (containerOf({ files }) === 'gguf') return openGgufFiles([first, ...others]);
  const [config = ''] = paths('config');
  const [indexPath] = paths('checkpoint-index');
  const index = indexPath === undefined ? null : text(indexPath);
  const shards = [first, ...others];
  for (const name of shardNames(index))
    if (!shards.some((shard) => shard.name === name))
      damaged(name, `${name} is not there, and ${indexPath ?? ''} takes weights from it.`);
  return openSafetensorsFiles({ config: text(config), index }, shards);
}
