/** The loaded files of a model by what they are for. */
import { AppError } from '../../base/errors.ts';
import { nameOf } from '../../base/file-path.ts';
import type { CheckpointFile } from '../../models/checkpoint/checkpoint-file.ts';
import { isCheckpoint } from '../../models/checkpoint/checkpoint-offers.ts';
import type { QuantisedBits } from '../../models/checkpoint/kept-weights.ts';
import { damaged } from '../../models/checkpoint/refusal.ts';
import { openListed } from '../checkpoint/listed-checkpoint.ts';
import type { OpenedCheckpoint } from '../checkpoint/open-checkpoint.ts';
import { parseModelConfig, withGenerationConfig, type ModelConfig } from './model-config.ts';
import { lazyFile } from '../ort/lazy-file.ts';
import type { DecoderFiles } from '../ort/opening.ts';
import type { FileRole, ManifestFile } from '../store/manifest.ts';
import { objectIn } from './model-text.ts';
import { TextTokenizer } from '../text/tokenizer.ts';

/** Files of a model in memory, by the paths of a list that says what each is for. */
export interface FilesInMemory {
  readonly manifest: {
    readonly files: readonly Pick<ManifestFile, 'path' | 'role'>[];
    /** In how many bits weights are quantised; left out where they are kept as they are. */
    readonly kept?: QuantisedBits;
  };
  readonly files: ReadonlyMap<string, Uint8Array>;
  /** Files of a checkpoint, which are read in pieces. */
  readonly streams?: ReadonlyMap<string, CheckpointFile>;
}

/** What is read of a model before anything large: small files that say what it is and how text becomes tokens. */
export const TEXT_ROLES: readonly FileRole[] = [
  'config',
  'generation-config',
  'tokenizer',
  'tokenizer-config',
  'chat-template',
];

/** Small files that say which weights a checkpoint takes from where. */
export const CHECKPOINT_TEXTS: readonly FileRole[] = ['checkpoint-index', 'adapter-config'];

/** Files of a checkpoint that are read in pieces from where they lie. */
export const STREAMED_ROLES: readonly FileRole[] = ['checkpoint', 'adapter'];

/** What a decoder is opened from. */
export const DECODER_ROLES: readonly FileRole[] = [
  'graph',
  'weights',
  ...STREAMED_ROLES,
  ...CHECKPOINT_TEXTS,
  'config',
];

/** Reads them as loading does. Throws `model-text-invalid`, naming the file. */
export function checkTexts(files: FilesInMemory): void {
  const { vocabulary } = configOf(files);
  const tokenizer = tokenizerOf(files);
  if (isCheckpoint(files.manifest)) tokenizer.assertWithin(vocabulary);
}

const opened = new WeakMap<FilesInMemory, OpenedCheckpoint>();

/** The checkpoint among the files, opened once; null where they are those of a graph. Throws checkpoint errors, naming the file. */
export function checkpointOf(files: FilesInMemory): OpenedCheckpoint | null {
  if (!isCheckpoint(files.manifest)) return null;
  const known = opened.get(files);
  if (known !== undefined) return known;
  const at = (path: string): CheckpointFile => files.streams?.get(path) ?? damaged(path, `${path} is not there.`);
  const text = (path: string): string => new TextDecoder().decode(fileAt(files, path));
  const found = openListed(files.manifest.files, at, text, files.manifest.kept ?? 32);
  opened.set(files, found);
  return found;
}

/** The bytes of the decoder; throws `model-manifest-invalid` when the manifest lacks a part. */
export function decoderFilesOf(files: FilesInMemory): DecoderFiles {
  const checkpoint = checkpointOf(files);
  if (checkpoint !== null)
    return {
      graph: checkpoint.graph,
      weights: new Map(
        checkpoint.weights.map((made) => [made.file, lazyFile(made.bytes, (from, to) => made.part(from, to))]),
      ),
      config: configOf(files),
    };
  const weights = files.manifest.files.filter((file) => file.role === 'weights');
  return {
    graph: fileAt(files, pathOf(files, 'graph')),
    weights: new Map(weights.map(({ path }) => [nameOf(path), fileAt(files, path)])),
    config: configOf(files),
  };
}

function configOf(files: FilesInMemory): ModelConfig {
  const built = checkpointOf(files)?.config;
  if (built !== undefined && !files.manifest.files.some(({ role }) => role === 'config')) return built;
  const stated = parseModelConfig(textOf(files, 'config'));
  const config = built === undefined ? stated : { ...built, endTokens: stated.endTokens };
  const more = files.manifest.files.find(({ role, path }) => role === 'generation-config' && files.files.has(path));
  return more === undefined ? config : withGenerationConfig(config, textOf(files, 'generation-config'));
}

/** A text file of the model by its role. */
export function textOf(files: FilesInMemory, role: FileRole): string {
  return new TextDecoder().decode(fileAt(files, pathOf(files, role)));
}

/** The model's tokenizer, with its chat template where that lies in a file of its own. Throws `model-text-invalid`, naming the file. */
export function tokenizerOf(files: FilesInMemory): TextTokenizer {
  const checkpoint = checkpointOf(files);
  const beside = checkpoint?.needsTokenizer === true && files.manifest.files.some(({ role }) => role === 'tokenizer');
  const own = checkpoint?.tokenizer?.(beside ? textOf(files, 'tokenizer') : null);
  if (own !== undefined) return new TextTokenizer(own.tokenizer, own.config);
  const config = textOf(files, 'tokenizer-config');
  const template = files.manifest.files.find(({ role }) => role === 'chat-template');
  return new TextTokenizer(
    textOf(files, 'tokenizer'),
    template === undefined ? config : withTemplate(config, template.path, textOf(files, 'chat-template')),
  );
}

/** The text of tokenizer_config.json with the chat template of another file, `.jinja` or `.json`, in it. Throws `model-text-invalid`. */
export function withTemplate(config: string, path: string, template: string): string {
  const settings = objectIn('tokenizer_config.json', config);
  try {
    const text: unknown = path.endsWith('.json')
      ? (JSON.parse(template) as { chat_template?: unknown }).chat_template
      : template;
    return JSON.stringify({ ...settings, chat_template: text });
  } catch (thrown) {
    throw new AppError(
      'model-text-invalid',
      `The chat template in ${path} cannot be used: ${thrown instanceof Error ? thrown.message : String(thrown)}.`,
      { file: path },
      thrown,
    );
  }
}

/** The bytes of a loaded file by its path in the manifest. */
export function fileAt(files: FilesInMemory, path: string): Uint8Array {
  const bytes = files.files.get(path);
  if (!bytes)
    throw new AppError('model-manifest-invalid', `The model's manifest lists no wanted file "${path}".`, { path });
  return bytes;
}

/** The path of a model's file by its role; throws `model-manifest-invalid` where the manifest lists none. */
export function pathOf(files: FilesInMemory, role: FileRole): string {
  const file = files.manifest.files.find((entry) => entry.role === role);
  if (!file)
    throw new AppError('model-manifest-invalid', `The model's manifest lists no file of role "${role}".`, { role });
  return file.path;
}
