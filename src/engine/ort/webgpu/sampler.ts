/**
 * Chooses the next token on the GPU, where the logits are, and puts it where the next pass looks for it. The rule is that
 * of `reading/sampling.ts`, in float32.
 *
 * One workgroup does it all. What is kept (top-k, then top-p) is everything above some logit, and that logit is found by
 * halving the range of float32 numbers, read as whole numbers in the same order, 32 times: no sorting, no second kernel.
 */
import type { TokenChoice } from '../../../reading/reading.ts';
import type { GpuMemory } from './gpu-memory.ts';

const THREADS = 256;

const SHADER = /* wgsl */ `
struct Choice {
  vocabulary: u32,
  top_k: u32,
  greedy: u32,
  inverse_temperature: f32,
  top_p: f32,
}

@group(0) @binding(0) var<storage, read> logits: array<f32>;
@group(0) @binding(1) var<uniform> choice: Choice;
@group(0) @binding(2) var<storage, read> uniforms: array<f32>;
// The chosen token as a 64-bit whole number, low half first, and how many have been chosen.
@group(0) @binding(3) var<storage, read_write> chosen: array<u32>;
@group(0) @binding(4) var<storage, read_write> drawn: array<u32>;

const threads = ${THREADS}u;
var<workgroup> sums: array<f32, threads>;
var<workgroup> places: array<u32, threads>;

// Whole numbers in the order of the float32 numbers.
fn key_of(value: f32) -> u32 {
  let bits = bitcast<u32>(value);
  return select(bits | 0x80000000u, ~bits, (bits & 0x80000000u) != 0u);
}

fn weight_of(value: f32, top: f32) -> f32 {
  return exp((value - top) * choice.inverse_temperature);
}

// Sum over the threads, the same for all of them.
fn sum_over_threads(thread: u32, own: f32) -> f32 {
  sums[thread] = own;
  workgroupBarrier();
  for (var step = threads / 2u; step > 0u; step = step / 2u) {
    if (thread < step) { sums[thread] += sums[thread + step]; }
    workgroupBarrier();
  }
  let total = workgroupUniformLoad(&sums[0]);
  return total;
}

// How many logits have at least this key, or their weight.
fn mass_above(thread: u32, least: u32, top: f32, counting: bool) -> f32 {
  var own = 0.0;
  for (var i = thread; i < choice.vocabulary; i += threads) {
    let value = logits[i];
    if (key_of(value) >= least) { own += select(weight_of(value, top), 1.0, counting); }
  }
  return sum_over_threads(thread, own);
}

// The largest key from 'low' on above which there still is the wanted mass; all of it lies above 'low'.
fn least_key(thread: u32, from_key: u32, to_key: u32, wanted: f32, top: f32, counting: bool) -> u32 {
  var low = from_key;
  var high = to_key;
  for (var halving = 0u; halving < 32u && high - low > 1u; halving += 1u) {
    let middle = low + (high - low) / 2u;
    if (mass_above(thread, middle, top, counting) >= wanted) { low = middle; } else { high = middle; }
  }
  return low;
}

@compute @workgroup_size(${THREADS})
fn choose(@builtin(local_invocation_index) thread: u32) {
  // The largest logit; the first one among equals.
  var best = 0xffffffffu;
  var best_value = -3.4e38;
  for (var i = thread; i < choice.vocabulary; i += threads) {
    let value = logits[i];
    if (value > best_value) { best = i; best_value = value; }
  }
  sums[thread] = best_value;
  places[thread] = best;
  workgroupBarrier();
  for (var step = threads / 2u; step > 0u; step = step / 2u) {
    if (thread < step) {
      let other = sums[thread + step];
      if (other > sums[thread] || (other == sums[thread] && places[thread + step] < places[thread])) {
        sums[thread] = other;
        places[thread] = places[thread + step];
      }
    }
    workgroupBarrier();
  }
  let top = workgroupUniformLoad(&sums[0]);
  var id = workgroupUniformLoad(&places[0]);

  if (choice.greedy == 0u) {
    let above_all = key_of(top) + 1u;
    var least = 0u;
    if (choice.top_k > 0u && choice.top_k < choice.vocabulary) { least = least_key(thread, 0u, above_all, f32(choice.top_k), top, true); }
    if (choice.top_p < 1.0) { least = least_key(thread, least, above_all, choice.top_p * mass_above(thread, least, top, false), top, false); }

    // The draw goes through what is kept in the order of the vocabulary: each thread has a stretch of it.
    let stretch = (choice.vocabulary + threads - 1u) / threads;
    let begin = thread * stretch;
    let end = min(begin + stretch, choice.vocabulary);
    var own = 0.0;
    var last = 0xffffffffu;
    for (var i = begin; i < end; i += 1u) {
      if (key_of(logits[i]) < least) { continue; }
      let weight = weight_of(logits[i], top);
      own += weight;
      if (weight > 0.0) { last = i; }
    }
    sums[thread] = own;
    places[thread] = last;
    workgroupBarrier();
    if (thread == 0u) {
      var kept = 0.0;
      for (var i = 0u; i < threads; i += 1u) { kept += sums[i]; }
      var rest = uniforms[drawn[0]] * kept;
      var fallback = id;
      var found = false;
      for (var i = 0u; i < threads && !found; i += 1u) {
        if (places[i] == 0xffffffffu) { continue; }
        fallback = places[i];
        if (rest >= sums[i]) { rest -= sums[i]; continue; }
        for (var at = i * stretch; at < min((i + 1u) * stretch, choice.vocabulary); at += 1u) {
          if (key_of(logits[at]) < least) { continue; }
          rest -= weight_of(logits[at], top);
          if (rest < 0.0) { fallback = at; break; }
        }
        found = true;
      }
      id = fallback;
    }
  }
  if (thread == 0u) {
    chosen[0] = id;
    chosen[1] = 0u;
    drawn[0] += 1u;
  }
}
`;

/** Chooses from one logits buffer into one token buffer. */
export interface Sampler {
  /** Begins a text: how tokens are chosen, and a number in [0, 1) for each. Throws `gpu-memory-refused`. */
  begin(choice: TokenChoice, uniforms: Float32Array): Promise<void>;
  /** Adds the choice of the next token to what the encoder does. */
  encode(encoder: GPUCommandEncoder): void;
  dispose(): void;
}

/** Makes a sampler. `logits` are float32 `[vocabulary]`; the token is written to `token` as int64. */
export async function createSampler(
  memory: GpuMemory,
  vocabulary: number,
  logits: GPUBuffer,
  token: GPUBuffer,
): Promise<Sampler> {
  const { device } = memory;
  const pipeline = await device.createComputePipelineAsync({
    label: 'flipside sampler',
    layout: 'auto',
    compute: { module: device.createShaderModule({ label: 'flipside sampler', code: SHADER }), entryPoint: 'choose' },
  });
  const [parameters, drawn] = await memory.allocate(
    'writing',
    [32, 16],
    GPUBufferUsage.UNIFORM | GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_DST,
  );
  let uniformBuffer: GPUBuffer | null = null;
  let bindings: GPUBindGroup | null = null;
  return {
    async begin({ temperature, topK, topP }, uniforms) {
      if (!uniformBuffer || uniformBuffer.size < uniforms.byteLength) {
        uniformBuffer?.destroy();
        uniformBuffer = null;
        [uniformBuffer] = await memory.allocate(
          'writing',
          [uniforms.byteLength],
          GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_DST,
        );
        bindings = device.createBindGroup({
          layout: pipeline.getBindGroupLayout(0),
          entries: [logits, parameters, uniformBuffer, token, drawn].map((buffer, binding) => ({
            binding,
            resource: { buffer },
          })),
        });
      }
      const words = new ArrayBuffer(20);
      new Uint32Array(words, 0, 3).set([vocabulary, topK, temperature === 0 ? 1 : 0]);
      new Float32Array(words, 12, 2).set([temperature === 0 ? 1 : 1 / temperature, topP]);
      device.queue.writeBuffer(parameters, 0, words);
      device.queue.writeBuffer(uniformBuffer, 0, new Float32Array(uniforms));
      device.queue.writeBuffer(drawn, 0, Uint32Array.of(0));
    },
    encode(encoder) {
      const pass = encoder.beginComputePass({ label: 'flipside sampler' });
      pass.setPipeline(pipeline);
      pass.setBindGroup(0, bindings);
      pass.dispatchWorkgroups(1);
      pass.end();
    },
    dispose() {
      for (const buffer of [parameters, drawn, uniformBuffer]) buffer?.destroy();
    },
  };
}
