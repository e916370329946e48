/** `weights`: a float32 copy of an ONNX model's weights, as a folder that transformers opens. */
import { copyFile, open } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { littleEndian } from '../../base/float32.ts';
import { modelFileBytes, readModelFile } from '../../engine/node/model-file.ts';
import { modelPaths } from '../../engine/node/model-folder.ts';
import { floatCopy } from '../../graph/float-copy.ts';
import { parseDecoder } from '../../graph/parse-decoder.ts';
import { Options, type Command } from '../command.ts';
import { prepareFolder } from '../files.ts';

/** Files that transformers reads beside the weights, where they are there. */
const BESIDE = [
  'config.json',
  'generation_config.json',
  'tokenizer.json',
  'tokenizer_config.json',
  'chat_template.jinja',
];

/** Writes the copy. */
export const weights: Command = {
  name: 'weights',
  usage: 'weights --model DIR --out DIR',
  summary:
    'Writes the weights of an ONNX model of the onnxruntime-genai builder as float32 safetensors, with its config and tokenizer: a folder that transformers opens, with the very weights that Flipside reads. 4 bytes a weight: the embedded model takes 0.5 GB. GGUF and safetensors are opened by transformers as they are.',
  async run(args) {
    const options = new Options('weights', args, { model: { type: 'string' }, out: { type: 'string' } });
    const out = options.needed('out');
    if (options.text('bits') !== undefined)
      options.refuse('--bits is for the weights of safetensors, and this command copies those of an ONNX model');
    const { graph, beside } = modelPaths(options.model());
    const model = parseDecoder(await readModelFile(graph));
    const files = new Map<string, Uint8Array>();
    for (const name of model.weightFiles) files.set(name, await readModelFile(join(dirname(graph), name)));
    const tensors = floatCopy(model, files);
    const header: Record<string, object> = { __metadata__: { format: 'pt' } };
    let end = 0;
    for (const { name, shape } of tensors) {
      const begin = end;
      end += 4 * shape.reduce((product, length) => product * length, 1);
      header[name] = { dtype: 'F32', shape, data_offsets: [begin, end] };
    }
    await prepareFolder(out);
    const target = join(out, 'model.safetensors');
    if (existsSync(target)) options.refuse(`${target} is there already: name another folder with --out`);
    const file = await open(target, 'wx');
    try {
      const json = Buffer.from(JSON.stringify(header));
      const length = Buffer.alloc(8);
      length.writeBigUInt64LE(BigInt(json.length));
      await file.writeFile(Buffer.concat([length, json]));
      for (const { make } of tensors) await file.writeFile(littleEndian(make()));
    } finally {
      await file.close();
    }
    for (const name of BESIDE) if (existsSync(beside(name))) await copyFile(beside(name), join(out, name));
    return { result: { out, tensors: tensors.length, bytes: modelFileBytes(target) }, ok: true };
  },
};
