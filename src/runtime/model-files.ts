/** The loaded files of a model by what they are for. */
import { AppError } from '../core/errors.ts';
import { parseModelConfig } from './model-config.ts';
import type { DecoderFiles } from './ort/opening.ts';
import type { LoadedFiles } from './store/load.ts';
import type { FileRole } from './store/manifest.ts';

/** The bytes of the decoder; throws `model-manifest-invalid` when the manifest lacks a part. */
export function decoderFilesOf(files: LoadedFiles): DecoderFiles {
  const weights = files.manifest.files.filter((file) => file.role === 'weights');
  return {
    graph: fileAt(files, pathOf(files, 'graph')),
    weights: new Map(weights.map(({ path }) => [path.slice(path.lastIndexOf('/') + 1), fileAt(files, path)])),
    config: parseModelConfig(textOf(files, 'config')),
  };
}

/** A text file of the model by its role. */
export function textOf(files: LoadedFiles, role: FileRole): string {
  return new TextDecoder().decode(fileAt(files, pathOf(files, role)));
}

/** The bytes of a loaded file by its path in the manifest. */
export function fileAt(files: LoadedFiles, path: string): Uint8Array {
  const bytes = files.files.get(path);
  if (!bytes) throw new AppError('model-manifest-invalid', `The model's manifest lists no wanted file "${path}".`, { path });
  return bytes;
}

function pathOf(files: LoadedFiles, role: FileRole): string {
  const file = files.manifest.files.find((entry) => entry.role === role);
  if (!file) throw new AppError('model-manifest-invalid', `The model's manifest lists no file of role "${role}".`, { role });
  return file.path;
}
