/** Checkpoints that are cut, lie, or hold what is not read: refused by name before a weight is touched, and never a crash or a hang. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import type { ReadTensor, StoredTensor } from '../../../src/models/checkpoint/stored-tensor.ts';
import { AppError } from '../../../src/base/errors.ts';
import { parseGgufHead, type GgufHead } from '../../../src/formats/checkpoint/gguf-header.ts';
import { parseSafetensorsHead } from '../../../src/formats/checkpoint/safetensors-header.ts';
import { buildDecoder } from '../../../src/graph/build/build-decoder.ts';
import { ggufPlan } from '../../../src/graph/build/gguf-plan.ts';
import { hfPlan } from '../../../src/graph/build/hf-plan.ts';
import { describeDecoder } from '../../../src/graph/decoder-shape.ts';
import { openGguf, openSafetensors } from '../../../src/engine/node/checkpoint.ts';
import { checkpointAt } from '../../../src/engine/node/model-on-disk.ts';
import { ggufTokenizer } from '../../../src/engine/text/gguf-tokenizer.ts';
import { createRng } from '../../../src/base/rng.ts';
import { byteMutations } from '../../fixtures/mutate/mutate-bytes.ts';

const FOLDER = fileURLToPath(new URL('../../fixtures/containers/', import.meta.url));
const bytesOf = (path: string): Uint8Array => new Uint8Array(readFileSync(join(FOLDER, path)));
const scratch = mkdtempSync(join(tmpdir(), 'checkpoints-'));
afterAll(() => rmSync(scratch, { recursive: true }));

const untouched: ReadTensor = () => {
  throw new Error('a weight was read');
};

/** Everything that opening does before weights are read. */
function openHead(bytes: Uint8Array, size = bytes.length): GgufHead {
  const head = parseGgufHead(bytes, 'model.gguf', size);
  if (typeof head === 'number') throw new Error(`wants ${head} of ${size} bytes`);
  const plan = ggufPlan('model.gguf', head.metadata, head.tensors, untouched);
  ggufTokenizer('model.gguf', head.metadata, plan.vocabulary);
  describeDecoder(buildDecoder(plan, untouched).graph);
  return head;
}

const LLAMA = bytesOf('llama/q4_0.gguf');

/** The bytes with a text in them replaced by one of equal length. */
function replaced(bytes: Uint8Array, from: string, to: string): Uint8Array {
  const out = Buffer.from(bytes);
  const at = out.indexOf(from, 0, 'latin1');
  expect(at).toBeGreaterThan(0);
  expect(to).toHaveLength(from.length);
  out.write(to, at, 'latin1');
  return new Uint8Array(out);
}

/** The bytes with a number after a text changed; `after` counts from the end of the text. */
function changed(bytes: Uint8Array, text: string, after: number, value: number, size: 4 | 8 = 4): Uint8Array {
  const out = Buffer.from(bytes);
  const at = out.indexOf(text, 0, 'latin1') + text.length + after;
  out.writeUInt32LE(value % 2 ** 32, at);
  if (size === 8) out.writeUInt32LE(Math.floor(value / 2 ** 32), at + 4);
  return new Uint8Array(out);
}

function refusal(work: () => unknown): { readonly code: string; readonly message: string } {
  try {
    work();
  } catch (thrown) {
    if (thrown instanceof AppError) return { code: thrown.code, message: thrown.message };
    throw thrown;
  }
  throw new Error('it was not refused');
}

describe('a GGUF file is refused by name before its weights are read', () => {
  const DAMAGED: readonly (readonly [what: string, bytes: () => Uint8Array, says: RegExp])[] = [
    ['cut in its head', () => LLAMA.subarray(0, 3000), /takes \d+ bytes, but only \d+ follow/],
    ['cut in its weights', () => LLAMA.subarray(0, LLAMA.length - 64), /needs \d+ bytes from byte \d+.*cut short/],
    ['longer than it says', () => Buffer.concat([LLAMA, new Uint8Array(64)]), /has 64 bytes after its last tensor/],
    [
      'without its mark',
      () => replaced(LLAMA, 'llama.block_count', 'llama.block_coun.').fill(0, 0, 4),
      /is not a GGUF file/,
    ],
    [
      'with more tensors than it can hold',
      () => new Uint8Array(Buffer.from(LLAMA).fill(255, 8, 16)),
      /tensor count is \d+; at most 65536/,
    ],
    [
      'with more tokens than bytes',
      () => changed(LLAMA, 'tokenizer.ggml.tokens', 8, 2 ** 24 - 1, 8),
      /claims 16777215 items/,
    ],
    [
      'with a name twice',
      () => replaced(LLAMA, 'blk.1.attn_q.weight', 'blk.0.attn_q.weight'),
      /"blk.0.attn_q.weight" comes twice/,
    ],
    [
      'with tensors that overlap',
      () => changed(LLAMA, 'blk.1.attn_q.weight', 4 + 16 + 4, 0, 8),
      /begins at byte 0 of the data, where \d+ is next/,
    ],
    [
      'with other heads than its tensors',
      () => changed(LLAMA, 'llama.attention.head_count', 4, 2),
      /attn_q.weight is \[64, 64\], and by the sizes of the model it must be \[32, 64\]/,
    ],
    [
      'with heads that do not fit',
      () => changed(LLAMA, 'llama.attention.head_count_kv', 4, 3),
      /4 heads of 16 numbers over 3 heads of keys/,
    ],
    [
      'with fewer layers than tensors',
      () => changed(LLAMA, 'llama.block_count', 4, 0),
      /block_count must be a whole number from 1 to 512, got 0/,
    ],
    [
      'with fused rows that are none of its products',
      () => changed(bytesOf('phi3/f16.gguf'), 'phi3.feed_forward_length', 4, 32),
      /ffn_up.weight is \[128, 64\], and by the sizes of the model it must have 64 rows/,
    ],
    [
      'with a factor of nothing',
      () => changed(bytesOf('granite/f16.gguf'), 'granite.logit_scale', 4, 0),
      /logit_scale must be a number above 0, got 0/,
    ],
    ['with more layers than tensors', () => changed(LLAMA, 'llama.block_count', 4, 4), /holds no tensor blk.3/],
    [
      'with a shape that no file holds',
      () => changed(LLAMA, 'blk.1.attn_q.weight', 4, 2 ** 39, 8),
      /needs \d+ bytes|begins at byte/,
    ],
    [
      'with rows that are no blocks',
      () => changed(LLAMA, 'blk.1.attn_q.weight', 4, 63, 8),
      /rows of 63 numbers, and Q4_0 takes 32/,
    ],
    [
      'whose start token there is not',
      () => changed(LLAMA, 'tokenizer.ggml.bos_token_id', 4, 256),
      /bos_token_id is 256, and there is no such token/,
    ],
  ];
  test.each(DAMAGED)('%s', (_, bytes, says) => {
    const { code, message } = refusal(() => openHead(bytes()));
    expect(message).toMatch(says);
    expect(message).toMatch(/Get the file again from where it came from\.$/);
    expect(code).toBe('model-checkpoint-invalid');
  });

  const UNKNOWN: readonly (readonly [what: string, bytes: () => Uint8Array, says: RegExp])[] = [
    ['an architecture', () => replaced(LLAMA, 'llama', 'mamba'), /of the architecture "mamba"/],
    ['a version', () => changed(LLAMA, 'GGUF', 0, 1), /GGUF version 1;/],
    ['a big-endian file', () => changed(LLAMA, 'GGUF', 0, 3 * 2 ** 24), /big-endian/],
    [
      'a quantisation',
      () => changed(LLAMA, 'blk.1.attn_q.weight', 4 + 16, 23),
      /"blk.1.attn_q.weight" is of the type IQ4_XS/,
    ],
    ['a quantisation of experts', () => changed(LLAMA, 'blk.1.attn_q.weight', 4 + 16, 39), /of the type MXFP4/],
    ['a type without a name', () => changed(LLAMA, 'blk.1.attn_q.weight', 4 + 16, 99), /of the type number 99/],
    [
      'a tensor',
      () => replaced(LLAMA, 'blk.1.attn_q.weight', 'blk.9.attn_q.weight'),
      /holds no tensor blk.1.attn_q.weight/,
    ],
    ['a tensor too many', () => changed(LLAMA, 'llama.block_count', 4, 2), /holds a tensor "blk.2.\w+.weight"/],
    [
      'a setting',
      () => replaced(LLAMA, 'llama.vocab_size', 'llama.logitscale'),
      /has the setting llama.logitscale = 256/,
    ],
    [
      'a size of rotation',
      () => changed(LLAMA, 'llama.rope.dimension_count', 4, 8),
      /rope.dimension_count is 8; only 16/,
    ],
    [
      "a factor of another family's",
      () => replaced(LLAMA, 'llama.context_length', 'llama.residual_scale'),
      /has the setting llama.residual_scale = 128/,
    ],
    ['a way of cutting words', () => replaced(LLAMA, 'gpt-2', 'gpt-9'), /in the way "gpt-9" \(tokenizer.ggml.pre\)/],
    ['a tokenizer', () => replaced(LLAMA, 'gpt2', 'bert'), /of the kind "bert"/],
  ];
  test.each(UNKNOWN)('%s that is not read', (_, bytes, says) => {
    const { message, code } = refusal(() => openHead(bytes()));
    expect(message).toMatch(says);
    expect(code).toMatch(/^model-checkpoint-(?:unknown|invalid)$/);
  });
});

describe('what differs by family', () => {
  const headOf = (path: string): GgufHead => {
    const bytes = bytesOf(path);
    return parseGgufHead(bytes, 'model.gguf', bytes.length) as GgufHead;
  };
  const GEMMA = headOf('gemma2/f16.gguf');
  const CAPS = ['gemma2.attn_logit_softcapping', 'gemma2.final_logit_softcapping'];

  test('a window in the architecture of OLMo 2 is OLMo 3, which is refused by name', () => {
    const { metadata, tensors } = headOf('olmo2/f16.gguf');
    const windowed = new Map([...metadata, ['olmo2.attention.sliding_window', 8] as const]);
    const { code, message } = refusal(() => ggufPlan('model.gguf', windowed, tensors, untouched));
    expect([code, message]).toEqual([
      'model-checkpoint-unknown',
      expect.stringContaining('has the setting olmo2.attention.sliding_window, as OLMo 3 has, which is not read'),
    ]);
  });

  test('Gemma 2 without caps in its file has those of llama.cpp, and a cap that is no number above 0 is refused', () => {
    const plan = (metadata: ReadonlyMap<string, unknown>) => ggufPlan('model.gguf', metadata, GEMMA.tensors, untouched);
    const without = new Map([...GEMMA.metadata].filter(([key]) => !CAPS.includes(key)));
    expect(plan(GEMMA.metadata)).toMatchObject({ attentionCap: 1.5, logitCap: 3 });
    expect(plan(without)).toMatchObject({ attentionCap: 50, logitCap: 30 });
    for (const key of CAPS)
      expect(refusal(() => plan(new Map([...without, [key, -1] as const]))).message).toContain(
        `${key.replace('gemma2.', '')} must be a number above 0, got -1`,
      );
  });

  test('a cap in a family that has none is refused', () => {
    const { metadata, tensors } = headOf('llama/q4_0.gguf');
    const capped = new Map([...metadata, ['llama.attn_logit_softcapping', 50] as const]);
    expect(refusal(() => ggufPlan('model.gguf', capped, tensors, untouched)).message).toContain(
      'has the setting llama.attn_logit_softcapping = 50',
    );
  });
});

describe('files of one model', () => {
  const folder = join(scratch, 'split');
  mkdirSync(folder);
  const name = (place: number): string => join(folder, `m-0000${place}-of-00002.gguf`);

  test('a part that is missing, or that is the whole of another model, is named', () => {
    writeFileSync(name(1), LLAMA);
    expect(refusal(() => openGguf(name(1))).message).toMatch(
      /one of 2 files of a model, and m-00002-of-00002.gguf is not beside it/,
    );
    writeFileSync(name(2), LLAMA);
    expect(refusal(() => openGguf(name(1))).message).toMatch(/m-00001-of-00002.gguf says that it is file 0 of 1/);
  });

  test('a model that was split opens as the whole one does, by any of its parts, whatever its files are called', () => {
    const head = parseGgufHead(LLAMA, 'model.gguf', LLAMA.length) as GgufHead;
    const half = Math.floor(head.tensors.length / 2);
    const at = join(scratch, 'parts');
    mkdirSync(at);
    const paths = [0, 1].map((no) => {
      const path = join(at, `m-0000${no + 1}-of-00002.gguf`);
      const tensors = no === 0 ? head.tensors.slice(0, half) : head.tensors.slice(half);
      const metadata = no === 0 ? head.metadata : new Map([['general.architecture', 'llama'] as const]);
      const split = { 'split.no': no, 'split.count': 2, 'split.tensors.count': head.tensors.length };
      writeFileSync(path, ggufOf(2, new Map([...metadata, ...Object.entries(split)]), tensors, LLAMA));
      return path;
    });
    const whole = openHead(LLAMA);
    for (const path of paths) {
      const model = checkpointAt(path);
      expect(model?.files).toEqual(paths);
      expect(model?.id).toBe('m');
    }
    const plan = (path: string): unknown => describeDecoder(graphOf(path));
    const file = join(scratch, 'sha256-0123456789abcdef');
    writeFileSync(file, LLAMA);
    expect(plan(paths[1]!)).toEqual(plan(file));
    expect(whole.tensors).toHaveLength(head.tensors.length);
  });

  test('a folder of safetensors is held to its index and its config', () => {
    const at = join(scratch, 'shards');
    mkdirSync(at);
    const write = (file: string, value: unknown): void => writeFileSync(join(at, file), JSON.stringify(value));
    const config = JSON.parse(readFileSync(join(FOLDER, 'llama/config.json'), 'utf8')) as Record<string, unknown>;
    writeFileSync(join(at, 'model.safetensors'), bytesOf('llama/model.safetensors'));
    const says = (): string => refusal(() => openSafetensors(at)).message;
    expect(says()).toMatch(/config.json is not there/);
    for (const [change, expected] of [
      [{ model_type: 'phi' }, /has the model_type "phi"/],
      [{ hidden_act: 'relu' }, /the activation "relu"/],
      [{ rope_parameters: { rope_type: 'yarn', factor: 4 } }, /rotary embedding by "yarn"/],
      [{ quantization_config: {} }, /quantised in safetensors/],
      [{ num_hidden_layers: 2 }, /holds a tensor "model.layers.2/],
      [{ vocab_size: 250 }, /embed_tokens.weight is \[256, 64\], and .* must be \[250, 64\]/],
      [{ partial_rotary_factor: 0.5 }, /partial_rotary_factor/],
    ] as const) {
      write('config.json', { ...config, ...change });
      expect(says()).toMatch(expected);
    }
    write('config.json', config);
    expect(checkpointAt(at)?.files).toEqual([join(at, 'model.safetensors')]);
    write('model.safetensors.index.json', { weight_map: { 'lm_head.weight': '../model.safetensors' } });
    expect(says()).toMatch(/is no name of a shard beside it/);
    write('model.safetensors.index.json', { weight_map: { 'lm_head.weight': 'model.safetensors' } });
    expect(says()).toMatch(/does not look for there: it is of another model/);
  });
});

describe('a folder or file as a repository has it that was fetched without its large files', () => {
  const pointer = `version https://git-lfs.github.com/spec/v1\noid sha256:${'ab'.repeat(32)}\nsize 47669248\n`;
  const WHOLE = {
    'model.safetensors': bytesOf('llama/model.safetensors'),
    'config.json': bytesOf('llama/config.json'),
  };
  test.each([
    ['model.gguf', {}],
    ['model.safetensors', WHOLE],
    ['config.json', WHOLE],
    ['model.safetensors.index.json', WHOLE],
  ] as const)('the pointer of Git LFS in the place of %s is named', (file, others) => {
    const at = mkdtempSync(join(scratch, 'pointer-'));
    for (const [name, bytes] of Object.entries(others)) writeFileSync(join(at, name), bytes);
    const path = join(at, file);
    writeFileSync(path, pointer);
    const { code, message } = refusal(() => checkpointAt(file.endsWith('.gguf') ? path : at));
    expect(message).toMatch(/is a pointer of Git LFS that stands for a file of 47,669,248 bytes/);
    expect(message.split(path)).toHaveLength(2);
    expect(code).toBe('model-fetch-failed');
  });
});

test.each(['model_type', 'hidden_size', 'rms_norm_eps', 'hidden_act', 'final_logit_softcapping', 'no_rope_layers'])(
  'a config whose %s is nested 200,000 deep is refused by name',
  (key) => {
    const at = mkdtempSync(join(scratch, 'deep-'));
    writeFileSync(join(at, 'model.safetensors'), bytesOf('llama/model.safetensors'));
    const config = JSON.parse(readFileSync(join(FOLDER, 'llama/config.json'), 'utf8')) as Record<string, unknown>;
    const deep = `${'['.repeat(200_000)}${']'.repeat(200_000)}`;
    writeFileSync(join(at, 'config.json'), JSON.stringify({ ...config, [key]: 'DEEP' }).replace('"DEEP"', deep));
    const { code, message } = refusal(() => openSafetensors(at));
    expect(message).toContain(key === 'hidden_act' ? 'config.json has the activation' : key);
    expect(message.length).toBeLessThan(400);
    expect(code).toMatch(/^model-checkpoint-(?:unknown|invalid)$/);
  },
);

test.each([{ partial_rotary_factor: 0.5 }, { rope_parameters: { rope_theta: 10_000, partial_rotary_factor: 0.5 } }])(
  'a config that turns a part of each head is refused: %j',
  (more) => {
    const at = mkdtempSync(join(scratch, 'partial-'));
    writeFileSync(join(at, 'model.safetensors'), bytesOf('phi3/model.safetensors'));
    const config = JSON.parse(readFileSync(join(FOLDER, 'phi3/config.json'), 'utf8')) as Record<string, unknown>;
    writeFileSync(join(at, 'config.json'), JSON.stringify({ ...config, ...more }));
    const { code, message } = refusal(() => openSafetensors(at));
    expect(message).toMatch(/turns a part of each head only \(partial_rotary_factor\)/);
    expect(code).toBe('model-checkpoint-unknown');
  },
);

/** The graph that is built of a file. */
function graphOf(path: string): Uint8Array {
  const paths = checkpointAt(path)?.files ?? [];
  const heads = paths.map((each) => {
    const bytes = new Uint8Array(readFileSync(each));
    return parseGgufHead(bytes, 'model.gguf', bytes.length) as GgufHead;
  });
  const tensors = heads.flatMap((head) => head.tensors);
  return buildDecoder(ggufPlan('model.gguf', heads[0]!.metadata, tensors, untouched), untouched).graph;
}

/** A GGUF file of a version, with tensors whose bytes lie in another. */
function ggufOf(
  version: number,
  metadata: ReadonlyMap<string, unknown>,
  tensors: readonly StoredTensor[],
  from: Uint8Array,
): Uint8Array {
  const u32 = (value: number): Buffer => Buffer.from(Uint32Array.of(value).buffer);
  const u64 = (value: number): Buffer => Buffer.from(BigUint64Array.of(BigInt(value)).buffer);
  const text = (value: string): Buffer => Buffer.concat([u64(Buffer.byteLength(value)), Buffer.from(value)]);
  const one = (value: unknown): readonly [type: number, bytes: Buffer] => {
    if (typeof value === 'string') return [8, text(value)];
    if (typeof value === 'boolean') return [7, Buffer.of(value ? 1 : 0)];
    return Number.isInteger(value)
      ? [4, u32(value as number)]
      : [12, Buffer.from(Float64Array.of(value as number).buffer)];
  };
  const value = (given: unknown): Buffer => {
    if (!Array.isArray(given)) return Buffer.concat([u32(one(given)[0]), one(given)[1]]);
    return Buffer.concat([u32(9), u32(one(given[0])[0]), u64(given.length), ...given.map((item) => one(item)[1])]);
  };
  const padded = (bytes: Uint8Array): Buffer => Buffer.concat([bytes, Buffer.alloc((32 - (bytes.length % 32)) % 32)]);
  const types: Readonly<Record<string, number>> = { F32: 0, Q4_0: 2 };
  let at = 0;
  const infos = tensors.map(({ name, dims, type, bytes }) => {
    const info = [text(name), u32(dims.length), ...[...dims].reverse().map(u64), u32(types[type]!), u64(at)];
    at += Math.ceil(bytes / 32) * 32;
    return Buffer.concat(info);
  });
  const keys = [...metadata].map(([key, given]) => Buffer.concat([text(key), value(given)]));
  return Buffer.concat([
    padded(
      Buffer.concat([Buffer.from('GGUF'), u32(version), u64(tensors.length), u64(metadata.size), ...keys, ...infos]),
    ),
    ...tensors.map(({ offset, bytes }) => padded(from.subarray(offset, offset + bytes))),
  ]);
}

/** Ten thousand heads with some bytes changed: each opens or is refused in words, and quickly. */
function mutants(
  head: Uint8Array,
  open: (bytes: Uint8Array) => void,
): { readonly refused: number; readonly opened: number } {
  const counts = { refused: 0, opened: 0 };
  for (const bytes of byteMutations(head, 10_000, createRng(20))) {
    try {
      open(bytes);
      counts.opened += 1;
    } catch (thrown) {
      if (!(thrown instanceof AppError) || thrown.code === 'internal') throw thrown;
      counts.refused += 1;
    }
  }
  return counts;
}

test('ten thousand changed heads of GGUF open or are refused in words', () => {
  const whole = bytesOf('llama/q4_0.gguf');
  const { tensors } = openHead(whole);
  const start = Math.min(...tensors.map(({ offset }) => offset));
  const { refused, opened } = mutants(whole.subarray(0, start), (bytes) => {
    const file = Buffer.concat([bytes, whole.subarray(start)]);
    const head = parseGgufHead(file, 'model.gguf', file.length) as GgufHead;
    ggufPlan('model.gguf', head.metadata, head.tensors, untouched);
  });
  expect(refused).toBeGreaterThan(5000);
  expect(opened).toBeGreaterThan(100);
});

test('ten thousand changed heads of safetensors open or are refused in words', () => {
  const whole = bytesOf('llama/model.safetensors');
  const config = JSON.parse(readFileSync(join(FOLDER, 'llama/config.json'), 'utf8')) as Record<string, unknown>;
  const tensors = parseSafetensorsHead(whole, 'model.safetensors', whole.length) as readonly StoredTensor[];
  const start = Math.min(...tensors.map(({ offset }) => offset));
  const { refused } = mutants(whole.subarray(0, start), (bytes) => {
    const file = Buffer.concat([bytes, whole.subarray(start)]);
    hfPlan(
      'config.json',
      config,
      parseSafetensorsHead(file, 'model.safetensors', file.length) as readonly StoredTensor[],
    );
  });
  expect(refused).toBeGreaterThan(5000);
});
