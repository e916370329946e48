/**
 * Writes a Llama with random weights as a folder of safetensors, as a control for experiments:
 *
 *     node scripts/random-model.mjs public/models/smollm2-135m-instruct-q4 OUT [SEED]
 *
 * Shapes, tokenizer and `initializer_range` are those of the model named first. Every weight is drawn from a normal distribution of that
 * width (Marsaglia's polar method on mulberry32, a stream a tensor), norms are 1, and all are kept as BF16, rounded to the nearest.
 */
import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const [like, out, seedText = '1'] = process.argv.slice(2);
const seed = Number(seedText);
if (like === undefined || out === undefined || !Number.isSafeInteger(seed)) {
  process.stderr.write('random-model: name the folder of a Llama, the folder to write, and a whole number as seed.\n');
  process.exit(2);
}
const config = JSON.parse(readFileSync(join(like, 'config.json'), 'utf8'));
if (config.model_type !== 'llama' || config.tie_word_embeddings !== true)
  throw new Error(`${like} is no Llama with one table for embedding and head: random weights are made of no other.`);

/** Numbers in [0, 1), by Tommy Ettinger's mulberry32. */
function uniforms(start) {
  let state = start | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

function normals(start) {
  const uniform = uniforms(start);
  let spare = null;
  return () => {
    if (spare !== null) {
      const kept = spare;
      spare = null;
      return kept;
    }
    for (;;) {
      const [x, y] = [2 * uniform() - 1, 2 * uniform() - 1];
      const square = x * x + y * y;
      if (square === 0 || square >= 1) continue;
      const scale = Math.sqrt((-2 * Math.log(square)) / square);
      spare = y * scale;
      return x * scale;
    }
  };
}

const { hidden_size: hidden, intermediate_size: inner, num_hidden_layers: layers, vocab_size: vocabulary } = config;
const head = config.head_dim ?? hidden / config.num_attention_heads;
const [queries, keys] = [config.num_attention_heads * head, config.num_key_value_heads * head];
const shapes = { 'model.embed_tokens.weight': [vocabulary, hidden], 'model.norm.weight': [hidden] };
for (let layer = 0; layer < layers; layer += 1) {
  const at = `model.layers.${layer}`;
  Object.assign(shapes, {
    [`${at}.input_layernorm.weight`]: [hidden],
    [`${at}.self_attn.q_proj.weight`]: [queries, hidden],
    [`${at}.self_attn.k_proj.weight`]: [keys, hidden],
    [`${at}.self_attn.v_proj.weight`]: [keys, hidden],
    [`${at}.self_attn.o_proj.weight`]: [hidden, queries],
    [`${at}.post_attention_layernorm.weight`]: [hidden],
    [`${at}.mlp.gate_proj.weight`]: [inner, hidden],
    [`${at}.mlp.up_proj.weight`]: [inner, hidden],
    [`${at}.mlp.down_proj.weight`]: [hidden, inner],
  });
}

const one = new Float32Array(1);
const bits = new Uint32Array(one.buffer);
const header = { __metadata__: { format: 'pt' } };
const parts = [];
let offset = 0;
for (const [index, [name, shape]] of Object.entries(shapes).entries()) {
  const values = new Uint16Array(shape.reduce((product, size) => product * size, 1));
  const normal = normals(Math.imul(seed, 0x9e3779b9) ^ Math.imul(index + 1, 0x85ebca6b));
  for (let i = 0; i < values.length; i += 1) {
    one[0] = shape.length === 1 ? 1 : normal() * config.initializer_range;
    values[i] = (bits[0] + 0x7fff + ((bits[0] >>> 16) & 1)) >>> 16;
  }
  header[name] = { dtype: 'BF16', shape, data_offsets: [offset, offset + values.byteLength] };
  offset += values.byteLength;
  parts.push(Buffer.from(values.buffer));
}
const text = JSON.stringify(header);
const padded = Buffer.from(text.padEnd(Math.ceil(text.length / 8) * 8));
const length = Buffer.alloc(8);
length.writeBigUInt64LE(BigInt(padded.length));
mkdirSync(out, { recursive: true });
writeFileSync(join(out, 'model.safetensors'), Buffer.concat([length, padded, ...parts]));
const { transformers: _, 'transformers.js_config': __, ...kept } = config;
writeFileSync(
  join(out, 'config.json'),
  `${JSON.stringify({ ...kept, torch_dtype: 'bfloat16', dtype: 'bfloat16' }, null, 2)}\n`,
);
for (const name of ['tokenizer.json', 'tokenizer_config.json', 'generation_config.json'])
  if (existsSync(join(like, name))) copyFileSync(join(like, name), join(out, name));
