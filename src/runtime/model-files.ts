/** The loaded files of a model by what they are for. */
import { AppError } from '../core/errors.ts';
import { parseModelConfig, withGenerationConfig, type ModelConfig } from './model-config.ts';
import type { DecoderFiles } from './ort/opening.ts';
import type { LoadedFiles } from './store/load.ts';
import type { FileRole } from './store/manifest.ts';
import { TextTokenizer } from './tokenizer.ts';

/** The bytes of the decoder; throws `model-manifest-invalid` when the manifest lacks a part. */
export function decoderFilesOf(files: LoadedFiles): DecoderFiles {
  const weights = files.manifest.files.filter((file) => file.role === 'weights');
  return {
    graph: fileAt(files, pathOf(files, 'graph')),
    weights: new Map(weights.map(({ path }) => [path.slice(path.lastIndexOf('/') + 1), fileAt(files, path)])),
    config: configOf(files),
  };
}

function configOf(files: LoadedFiles): ModelConfig {
  const config = parseModelConfig(textOf(files, 'config'));
  const more = files.manifest.files.find(({ role, path }) => role === 'generation-config' && files.files.has(path));
  return more === undefined ? config : withGenerationConfig(config, textOf(files, 'generation-config'));
}

/** A text file of the model by its role. */
export function textOf(files: LoadedFiles, role: FileRole): string {
  return new TextDecoder().decode(fileAt(files, pathOf(files, role)));
}

/** The model's tokenizer, with its chat template where that lies in a file of its own. Throws `model-manifest-invalid`. */
export function tokenizerOf(files: LoadedFiles): TextTokenizer {
  const config = textOf(files, 'tokenizer-config');
  const template = files.manifest.files.find(({ role }) => role === 'chat-template');
  return new TextTokenizer(textOf(files, 'tokenizer'), template === undefined ? config : withTemplate(config, template.path, textOf(files, 'chat-template')));
}

/** The text of tokenizer_config.json with the chat template of another file, `.jinja` or `.json`, in it. Throws `model-manifest-invalid`. */
export function withTemplate(config: string, path: string, template: string): string {
  try {
    const text: unknown = path.endsWith('.json') ? (JSON.parse(template) as { chat_template?: unknown }).chat_template : template;
    return JSON.stringify({ ...(JSON.parse(config) as object), chat_template: text });
  } catch (thrown) {
    throw new AppError('model-manifest-invalid', `The chat template in ${path} cannot be used: ${thrown instanceof Error ? thrown.message : String(thrown)}. Load the model again.`, { path }, thrown);
  }
}

/** The bytes of a loaded file by its path in the manifest. */
export function fileAt(files: LoadedFiles, path: string): Uint8Array {
  const bytes = files.files.get(path);
  if (!bytes) throw new AppError('model-manifest-invalid', `The model's manifest lists no wanted file "${path}".`, { path });
  return bytes;
}

/** The path of a model's file by its role; throws `model-manifest-invalid` where the manifest lists none. */
export function pathOf(files: LoadedFiles, role: FileRole): string {
  const file = files.manifest.files.find((entry) => entry.role === role);
  if (!file) throw new AppError('model-manifest-invalid', `The model's manifest lists no file of role "${role}".`, { role });
  return file.path;
}
