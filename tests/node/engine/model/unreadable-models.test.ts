/**
 * Models in a form or of an architecture that is not read: what they are is said, and where a way leads on, by the
 * command and by the page, before any weight.
 */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { describeDecoder } from '../../../../src/graph/decoder-shape.ts';
import { modelPaths } from '../../../../src/engine/node/model-folder.ts';
import { openNodeEngine } from '../../../../src/engine/node/node-engine.ts';
import { unreadable } from '../../../../src/engine/refusals/unreadable.ts';
import { missingNode } from '../../../../src/graph/missing.ts';
import { listPicked } from '../../../../src/engine/store/picked.ts';
import { weighOffer } from '../../../../src/engine/store/weigh.ts';
import { refusal, refusalOf } from '../../../fixtures/refusal.ts';
import { toyFolderFiles } from '../../../fixtures/toy/toy-folder.ts';
import { toyTokenizerFiles } from '../../../fixtures/toy/toy-graph.ts';

const never = new AbortController().signal;
const root = mkdtempSync(join(tmpdir(), 'flipside-unreadable-'));
afterAll(() => rmSync(root, { recursive: true }));
const family = (path: string): Buffer => readFileSync(new URL(`../../../fixtures/families/${path}`, import.meta.url));

type Files = Readonly<Record<string, string | Uint8Array>>;
const blob = (content: string | Uint8Array): File => new File([new Uint8Array(Buffer.from(content))], 'file');
const picked = (files: Files) =>
  listPicked(
    { name: 'mine', files: new Map(Object.entries(files).map(([path, content]) => [path, blob(content)])) },
    never,
  );

function folder(name: string, files: Files): string {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(root, name, path)), { recursive: true });
    writeFileSync(join(root, name, path), content);
  }
  return join(root, name);
}

/** What both say of a folder: the command opens it, the page weighs what was picked. Weights are not there: nothing gets so far. */
async function bothRefuse(name: string, files: Files): Promise<readonly string[]> {
  const weigh = async () => {
    const listing = await picked(files);
    return weighOffer({ listing, offer: listing.offers[0]! }, [], never);
  };
  return [(await refusalOf(openNodeEngine(folder(name, files)))).message, (await refusalOf(weigh())).message];
}

const [tokenizer, settings] = toyTokenizerFiles();
const texts = { 'tokenizer.json': tokenizer, 'tokenizer_config.json': settings };

describe('an architecture that is not read', () => {
  test.each([
    [
      'lfm2',
      'Lfm2ForCausalLM',
      /some of its layers keep something else than keys and values \(its input "past[\w.]+"\), as layers of convolution/,
    ],
    ['phi', 'PhiForCausalLM', /Norm/],
  ])(
    '%s is named before its weights are looked for, and the advice is no export that was made already',
    async (name, architecture, reason) => {
      const files = {
        ...texts,
        'model.onnx': family(`refused/${name}.onnx`),
        'config.json': family(`refused/${name}.config.json`),
      };
      const words = await bothRefuse(name, files);
      for (const message of words) {
        expect(message).toContain(`This model is of the architecture ${architecture}, which Flipside cannot read: `);
        expect(message).toMatch(reason);
        expect(message).toMatch(/Take a model of a family that is read: Llama, SmolLM2 or 3, Qwen 2 or 3, Gemma 3\.$/);
        expect(message).not.toMatch(/model builder/);
      }
    },
  );

  test('is not blamed where a family that is read was exported by another program: the way to export it is told', () => {
    const config = JSON.stringify({ model_type: 'llama', architectures: ['LlamaForCausalLM'] });
    const words = (graph: Uint8Array): string => unreadable(missingNode('logits', 'the output'), config, graph).message;
    expect(words(new Uint8Array(0))).toMatch(
      /^This export of a LlamaForCausalLM cannot be read: logits is missing \(the output\)\. .*python -m onnxruntime_genai\.models\.builder -m MODEL/,
    );
    expect(words(family('llama/q4.onnx'))).toMatch(
      /by the official model builder, in a form that Flipside does not know/,
    );
    expect(
      unreadable(missingNode('logits', 'the output'), '{"model_type":"<script>"}', new Uint8Array(0)).message,
    ).toMatch(/^This graph cannot be read: logits is missing/);
  });
});

describe('a model in another form', () => {
  test.each([
    [
      'SmolLM2.Q4_K_M.gguf',
      /SmolLM2\.Q4_K_M\.gguf is a GGUF checkpoint, which is opened by itself: .*\(--model FILE\.gguf\)\. .*onnx-community.*builder -m MODEL/,
    ],
    [
      'adapter_model.safetensors',
      /adapter_model\.safetensors is a safetensors checkpoint, which is opened as a folder: with model\.safetensors, .*export this folder: python -m/,
    ],
    ['pytorch_model-00001-of-00002.bin', /is a PyTorch checkpoint, and Flipside reads ONNX graphs/],
  ])('(%s) is called by its name, as a folder, as a file and as what was picked', async (file, words) => {
    const dir = folder(`checkpoint ${file}`, { [file]: 'x', 'config.json': '{}', ...texts });
    expect(refusal(() => modelPaths(dir)).message).toMatch(words);
    expect(refusal(() => modelPaths(join(dir, file))).message).toMatch(words);
    if (!file.endsWith('.gguf'))
      expect((await refusalOf(picked({ [file]: 'x', 'config.json': '{}' }))).message).toMatch(words);
  });

  test('a folder of the model builder without config.json says where that lies', async () => {
    const { 'config.json': _, ...rest } = toyFolderFiles();
    const files = {
      ...Object.fromEntries(Object.entries(rest).map(([path, content]) => [path.replace('onnx/', ''), content])),
      'genai_config.json': '{}',
    };
    expect((await refusalOf(openNodeEngine(folder('builder', files)))).message).toMatch(
      /builder\/config\.json is not there: the model builder leaves it out \(genai_config\.json is its own\): copy it from the folder of the model that was exported\.$/,
    );
    expect((await picked(files)).offers[0]!.missing).toEqual([
      'config.json is not there: the model builder leaves it out, so copy it from the folder of the model that was exported',
    ]);
  });
});

describe('the name of a variant', () => {
  test.each([
    ['llama/fp32', 'fp32'],
    ['llama/q4', 'q4'],
    ['llama/q4f16', 'q4f16'],
    ['llama/q8', 'q8'],
    ['llama/quantized', 'q8'],
    ['qwen2/int8', 'q8'],
    ['qwen3/fp16', 'fp16'],
    ['gemma3/q4-cpu', 'q4'],
  ])('of %s is %s by its graph', (path, name) => {
    expect(describeDecoder(family(`${path}.onnx`)).numbers).toBe(name);
  });

  test('comes from the graph where the file is called model.onnx, as the model builder calls all of them', async () => {
    const files = { ...texts, 'model.onnx': family('gemma3/q4-cpu.onnx'), 'config.json': family('gemma3/config.json') };
    const engine = await openNodeEngine(folder('plainly named', files));
    await engine.dispose();
    expect(engine.model.dtype).toBe('q4');
    const listing = await picked(files);
    expect((await weighOffer({ listing, offer: listing.offers[0]! }, [], never)).offer.dtype).toBe('q4');
  });

  test('that the file has is believed', async () => {
    const files = {
      ...texts,
      'model_q8.onnx': family('gemma3/q4-cpu.onnx'),
      'config.json': family('gemma3/config.json'),
    };
    const engine = await openNodeEngine(folder('named q8', files));
    await engine.dispose();
    expect(engine.model.dtype).toBe('q8');
  });
});
