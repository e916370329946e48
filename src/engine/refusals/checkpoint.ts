/** Files that hold a model in another form than the one that is read, by their names: what they are, and how to get the other. */
import { nameOf } from '../../base/file-path.ts';

/** How a model is exported, as docs/models.md has it. */
export const EXPORT_COMMAND = 'python -m onnxruntime_genai.models.builder -m MODEL -o DIR -p int4 -e cpu';

/** What is known by its ending. */
const KINDS = [
  {
    pattern: /\.gguf$/i,
    what: 'a GGUF checkpoint, which is opened by itself: pick the file in the page, or name it (--model FILE.gguf)',
    remedy:
      'Or look for an ONNX export of the same model (onnx-community has many), or export the checkpoint that the GGUF was made of',
  },
  {
    pattern: /\.safetensors$/i,
    what: 'a safetensors checkpoint, which is opened as a folder: with model.safetensors, or with model.safetensors.index.json and the shards that it names',
    remedy: 'Or look for an ONNX export of the same model (onnx-community has many), or export this folder',
  },
  {
    pattern: /(?:pytorch_model[\w-]*\.bin|\.pth|\.pt|\.ckpt)$/i,
    what: 'a PyTorch checkpoint, and Flipside reads ONNX graphs',
    remedy: 'Look for an ONNX export of the same model (onnx-community has many), or export this folder',
  },
] as const;

/** What files hold in place of a graph, in two sentences; null where they are no checkpoint that is known. `paths` may be long. */
export function checkpointWords(paths: Iterable<string>): string | null {
  for (const path of paths) {
    const found = KINDS.find(({ pattern }) => pattern.test(path));
    if (found !== undefined)
      return `${nameOf(path).slice(0, 100)} is ${found.what}. ${found.remedy}: ${EXPORT_COMMAND}`;
  }
  return null;
}

/** Why config.json is not beside a graph that the model builder has written; null for another folder. */
export function builderWords(names: Iterable<string>): string | null {
  for (const name of names)
    if (/(?:^|\/)genai_config\.json$/.test(name))
      return 'the model builder leaves it out (genai_config.json is its own): copy it from the folder of the model that was exported';
  return null;
}
