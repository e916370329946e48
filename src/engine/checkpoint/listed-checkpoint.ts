/** A checkpoint by a list of files that says what each is for. */
import { folderOf, nameOf } from '../../base/file-path.ts';
import { parseAdapterConfig } from '../../formats/checkpoint/adapter-config.ts';
import type { CheckpointFile } from '../../models/checkpoint/checkpoint-file.ts';
import { containerOf } from '../../models/checkpoint/checkpoint-offers.ts';
import type { KeptBits } from '../../models/checkpoint/kept-weights.ts';
import { cannotKeep, damaged } from '../../models/checkpoint/refusal.ts';
import type { FileRole } from '../../models/model-offer.ts';
import {
  openGgufFiles,
  openSafetensorsFiles,
  type AdapterFiles,
  shardIndex,
  shardNames,
  type OpenedCheckpoint,
} from './open-checkpoint.ts';

/** A file of a list. */
interface Listed {
  readonly path: string;
  readonly role: FileRole;
}

/**
 * Opens it, weights kept in so many bits. `at` gives the files that hold weights, `text` the others as text. No weight is read. Throws
 * `model-checkpoint-invalid`, `model-checkpoint-unknown` and `model-text-invalid`, naming the file.
 */
export function openListed(
  files: readonly Listed[],
  at: (path: string) => CheckpointFile,
  text: (path: string) => string,
  kept: KeptBits,
): OpenedCheckpoint {
  const paths = (role: FileRole): readonly string[] => files.flatMap((file) => (file.role === role ? [file.path] : []));
  const [first, ...others] = paths('checkpoint').map(at);
  if (first === undefined) return damaged('', 'The list of files names none that holds weights.');
  if (containerOf({ files }) === 'gguf')
    return kept === 32
      ? openGgufFiles([first, ...others])
      : cannotKeep(
          first.name,
          `${first.name} is GGUF, whose weights stay what they are, and ${kept} bits were asked for.`,
        );
  const [config = ''] = paths('config');
  const [indexPath] = paths('checkpoint-index');
  const index = indexPath === undefined ? null : shardIndex(text(indexPath));
  const shards = [first, ...others];
  for (const name of shardNames(index))
    if (!shards.some((shard) => shard.name === name))
      damaged(name, `${name} is not there, and ${indexPath ?? ''} takes weights from it.`);
  const [adapterPath] = paths('adapter');
  const [adapterConfig = ''] = paths('adapter-config');
  const adapter =
    adapterPath === undefined ? null : { config: text(adapterConfig), file: at(adapterPath), place: adapterConfig };
  if (adapter !== null) assertBase(adapter, config);
  return openSafetensorsFiles({ config: text(config), index }, shards, { adapter, kept });
}

/** Refuses an adapter beside a model whose folder has another name than the adapter's base. Of files at the top no name is known. */
function assertBase({ config, place }: AdapterFiles & { readonly place: string }, beside: string): void {
  const { base } = parseAdapterConfig(config);
  const [named, folder] = [nameOf(base.replace(/[/\\]+$/, '')), nameOf(folderOf(beside).slice(0, -1))];
  if (folder !== '' && named !== folder)
    damaged(
      place,
      `${place} is an adapter of another base, by its own words ${JSON.stringify(base.slice(0, 100))}, and not of the model in ${JSON.stringify(folder)}. Give the folder of its base that name.`,
    );
}
