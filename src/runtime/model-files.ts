/** The loaded files of a model by what they are for. */
import { AppError } from '../core/errors.ts';
import { parseModelConfig } from './model-config.ts';
import type { DecoderFiles } from './ort/web-decoder.ts';
import type { LoadedFiles } from './store/load.ts';
import type { FileRole } from './store/manifest.ts';

/** The bytes of the decoder; throws `model-manifest-invalid` when the manifest lacks a part. */
export function decoderFilesOf(files: LoadedFiles): DecoderFiles {
  const weights = files.manifest.files.filter((file) => file.role === 'weights');
  return {
    graph: bytesOf(files, 'graph'),
    weights: new Map(weights.map((file) => [file.path.slice(file.path.lastIndexOf('/') + 1), fileEnding(files, file.path)])),
    config: parseModelConfig(textOf(files, 'config')),
  };
}

function bytesOf(files: LoadedFiles, role: FileRole): Uint8Array {
  const file = files.manifest.files.find((entry) => entry.role === role);
  if (!file) throw new AppError('model-manifest-invalid', `The model's manifest lists no file of role "${role}".`, { role });
  return fileEnding(files, file.path);
}

/** A text file of the model by its role. */
export const textOf = (files: LoadedFiles, role: FileRole): string => new TextDecoder().decode(bytesOf(files, role));

/** The bytes of the loaded file whose path ends so. */
export function fileEnding(files: LoadedFiles, ending: string): Uint8Array {
  const found = [...files.files].find(([path]) => path.endsWith(ending));
  if (!found) throw new AppError('model-manifest-invalid', `The model's manifest lists no wanted file that ends in "${ending}".`, { ending });
  return found[1];
}
