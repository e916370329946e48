/**
 * Reduces rows of logits where they are: of 49,152 numbers a row the likeliest words, the entropy and the ranks of a few words
 * come back. The rule is that of `lens/lens-rows.ts`, with sums in float32 that are gathered from many threads.
 *
 * One workgroup a row. The likeliest words are found one after the other, each the largest behind the one before it: for the
 * ten or so that are looked at this is less work than sorting, and words that are equally likely come in the order of the vocabulary.
 */
import type { LensAsk, LensRows } from '../../../lens/lens-rows.ts';
import type { GpuMemory } from './gpu-memory.ts';

/** Threads of a row at most. */
const MOST_THREADS = 256;

/** Words that a thread should have at least: waiting for each other costs more than looking at a word. */
const WORDS_A_THREAD = 8;

/** Threads that gather what all have found, before one gathers from them: two steps of waiting where halving takes eight. */
const GATHERERS = 16;

const shader = (threads: number): string => /* wgsl */ `
struct Ask {
  vocabulary: u32,
  top: u32,
  words: u32,
  first_row: u32,
}

@group(0) @binding(0) var<storage, read> logits: array<f32>;
@group(0) @binding(1) var<uniform> ask: Ask;
@group(0) @binding(2) var<storage, read> words: array<i32>;
// By row the word that comes next; -1 for none.
@group(0) @binding(3) var<storage, read> next: array<i32>;
// A row: ids [top], log probabilities [top], entropy, ranks [words + 1], their log probabilities [words + 1].
@group(0) @binding(4) var<storage, read_write> told: array<u32>;

const threads = ${threads}u;
const gatherers = ${Math.min(threads, GATHERERS)}u;
const nowhere = 0xffffffffu;
var<workgroup> sums: array<f32, threads>;
var<workgroup> places: array<u32, threads>;

fn sum_over_threads(thread: u32, own: f32) -> f32 {
  sums[thread] = own;
  workgroupBarrier();
  if (thread < gatherers) {
    for (var other = thread + gatherers; other < threads; other += gatherers) { sums[thread] += sums[other]; }
  }
  workgroupBarrier();
  if (thread == 0u) {
    for (var other = 1u; other < gatherers; other += 1u) { sums[0] += sums[other]; }
  }
  let total = workgroupUniformLoad(&sums[0]);
  return total;
}

fn count_over_threads(thread: u32, own: u32) -> u32 {
  places[thread] = own;
  workgroupBarrier();
  if (thread < gatherers) {
    for (var other = thread + gatherers; other < threads; other += gatherers) { places[thread] += places[other]; }
  }
  workgroupBarrier();
  if (thread == 0u) {
    for (var other = 1u; other < gatherers; other += 1u) { places[0] += places[other]; }
  }
  let total = workgroupUniformLoad(&places[0]);
  return total;
}

// Takes over what another thread has found where it comes first.
fn take_better(mine: u32, other: u32) {
  let place = places[other];
  if (place == nowhere) { return; }
  if (places[mine] == nowhere || sums[other] > sums[mine] || (sums[other] == sums[mine] && place < places[mine])) {
    sums[mine] = sums[other];
    places[mine] = place;
  }
}

// The largest logit behind one that was found before, or of all; the first one among equals.
fn best_behind(thread: u32, start: u32, found: u32) -> u32 {
  var best = nowhere;
  var best_value = 0.0;
  var limit = 0.0;
  if (found != nowhere) { limit = logits[start + found]; }
  for (var i = thread; i < ask.vocabulary; i += threads) {
    let value = logits[start + i];
    let behind = found == nowhere || value < limit || (value == limit && i > found);
    if (behind && (best == nowhere || value > best_value)) { best = i; best_value = value; }
  }
  sums[thread] = best_value;
  places[thread] = best;
  workgroupBarrier();
  if (thread < gatherers) {
    for (var other = thread + gatherers; other < threads; other += gatherers) { take_better(thread, other); }
  }
  workgroupBarrier();
  if (thread == 0u) {
    for (var other = 1u; other < gatherers; other += 1u) { take_better(0u, other); }
  }
  let place = workgroupUniformLoad(&places[0]);
  return place;
}

@compute @workgroup_size(${threads})
fn reduce(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) thread: u32) {
  let start = group.x * ask.vocabulary;
  let row = ask.first_row + group.x;
  let asked = ask.words + 1u;
  let out = row * (2u * ask.top + 1u + 2u * asked);

  let first = best_behind(thread, start, nowhere);
  let top = logits[start + min(first, ask.vocabulary - 1u)];
  var weight = 0.0;
  var weighted = 0.0;
  for (var i = thread; i < ask.vocabulary; i += threads) {
    let below = logits[start + i] - top;
    let own = exp(below);
    weight += own;
    weighted += below * own;
  }
  let sum = sum_over_threads(thread, weight);
  let sum_weighted = sum_over_threads(thread, weighted);
  let log_sum = log(sum);
  if (thread == 0u) { told[out + 2u * ask.top] = bitcast<u32>(log_sum - sum_weighted / sum); }

  var found = first;
  for (var place = 0u; place < ask.top; place += 1u) {
    if (place > 0u) { found = best_behind(thread, start, found); }
    if (thread == 0u) {
      told[out + place] = found;
      told[out + ask.top + place] = bitcast<u32>(logits[start + min(found, ask.vocabulary - 1u)] - top - log_sum);
    }
  }

  for (var word = 0u; word < asked; word += 1u) {
    var id = next[row];
    if (word < ask.words) { id = words[word]; }
    let value = logits[start + u32(max(id, 0))];
    var before = 0u;
    for (var i = thread; i < ask.vocabulary; i += threads) {
      let other = logits[start + i];
      if (other > value || (other == value && i < u32(max(id, 0)))) { before += 1u; }
    }
    let rank = count_over_threads(thread, before) + 1u;
    if (thread == 0u) {
      let at = out + 2u * ask.top + 1u;
      told[at + word] = select(0u, rank, id >= 0);
      told[at + asked + word] = bitcast<u32>(value - top - log_sum);
    }
  }
}
`;

/** Reduces logits `[rows, vocabulary]` of one buffer. */
export interface LensReducer {
  /** Begins so many rows. Throws `gpu-memory-refused`. */
  begin(rows: number, ask: LensAsk): Promise<void>;
  /** Reduces the rows that lie in the logits now; `firstRow` counts from {@link begin} on. */
  run(firstRow: number, rows: number): void;
  /** Where the answers lie, and how many numbers; the reducer's own. */
  answers(): { readonly buffer: GPUBuffer; readonly count: number };
  /** The answers as they came from there. */
  split(values: Float32Array): LensRows;
  dispose(): void;
}

/** Makes a reducer of what lies in `logits`. */
export async function createLensReducer(
  memory: GpuMemory,
  vocabulary: number,
  logits: GPUBuffer,
): Promise<LensReducer> {
  const { device } = memory;
  let threads = GATHERERS;
  while (threads < MOST_THREADS && threads * WORDS_A_THREAD < vocabulary) threads *= 2;
  const pipeline = await device.createComputePipelineAsync({
    label: 'flipside lens',
    layout: 'auto',
    compute: {
      module: device.createShaderModule({ label: 'flipside lens', code: shader(threads) }),
      entryPoint: 'reduce',
    },
  });
  const [parameters] = await memory.allocate('lens', [16], GPUBufferUsage.UNIFORM | GPUBufferUsage.COPY_DST);
  const buffers: { words: GPUBuffer | null; next: GPUBuffer | null; told: GPUBuffer | null } = {
    words: null,
    next: null,
    told: null,
  };
  let bindings: GPUBindGroup | null = null;
  let asked = { rows: 0, top: 0, words: 0 };
  const stride = (): number => 2 * asked.top + 1 + 2 * (asked.words + 1);

  async function grow(name: keyof typeof buffers, numbers: number): Promise<GPUBuffer> {
    const there = buffers[name];
    const bytes = numbers * Float32Array.BYTES_PER_ELEMENT;
    if (there && there.size >= bytes) return there;
    there?.destroy();
    buffers[name] = null;
    const [made] = await memory.allocate(
      'lens',
      [bytes],
      GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST,
    );
    buffers[name] = made;
    return made;
  }

  return {
    async begin(rows, { top, words, next }) {
      asked = { rows, top, words: words.length };
      const wordBuffer = await grow('words', Math.max(1, words.length));
      const nextBuffer = await grow('next', rows);
      const told = await grow('told', rows * stride());
      device.queue.writeBuffer(wordBuffer, 0, Int32Array.from(words));
      device.queue.writeBuffer(nextBuffer, 0, next === null ? new Int32Array(rows).fill(-1) : Int32Array.from(next));
      bindings = device.createBindGroup({
        layout: pipeline.getBindGroupLayout(0),
        entries: [logits, parameters, wordBuffer, nextBuffer, told].map((buffer, binding) => ({
          binding,
          resource: { buffer },
        })),
      });
    },
    run(firstRow, rows) {
      device.queue.writeBuffer(parameters, 0, Uint32Array.of(vocabulary, asked.top, asked.words, firstRow));
      const encoder = device.createCommandEncoder({ label: 'flipside lens' });
      const pass = encoder.beginComputePass({ label: 'flipside lens' });
      pass.setPipeline(pipeline);
      pass.setBindGroup(0, bindings);
      pass.dispatchWorkgroups(rows);
      pass.end();
      device.queue.submit([encoder.finish()]);
    },
    answers() {
      if (!buffers.told) throw new Error('Nothing has been asked.');
      return { buffer: buffers.told, count: asked.rows * stride() };
    },
    split(values) {
      const { rows, top, words } = asked;
      const whole = new Uint32Array(values.buffer, values.byteOffset, values.length);
      const part = <T extends Uint32Array | Float32Array>(
        from: T,
        start: number,
        count: number,
        make: (length: number) => T,
      ): T => {
        const out = make(rows * count);
        for (let row = 0; row < rows; row += 1)
          out.set(from.subarray(row * stride() + start, row * stride() + start + count), row * count);
        return out;
      };
      const floats = (start: number, count: number): Float32Array =>
        part(values, start, count, (length) => new Float32Array(length));
      const counts = (start: number, count: number): Uint32Array =>
        part(whole, start, count, (length) => new Uint32Array(length));
      const ranks = counts(2 * top + 1, words + 1);
      const askedLogProbabilities = floats(2 * top + 1 + words + 1, words + 1);
      for (const [at, rank] of ranks.entries()) if (rank === 0) askedLogProbabilities[at] = NaN;
      return {
        ids: counts(0, top),
        logProbabilities: floats(top, top),
        entropy: floats(2 * top, 1),
        ranks,
        askedLogProbabilities,
      };
    },
    dispose() {
      for (const buffer of [parameters, ...Object.values(buffers)]) buffer?.destroy();
    },
  };
}
