/**
 * Products of the residual streams with a probe's directions on the GPU: of 31 × 576 numbers a token one for each layer and
 * direction comes back. One dispatch for all of them; a workgroup sums one product.
 */
import type { Tensor } from 'onnxruntime-common';
import { AppError } from '../../../base/errors.ts';
import type { DecoderSizes, Projection } from '../../decoder.ts';
import type { GpuMemory } from './gpu-memory.ts';
import { tensorOn, type GpuTensorClass } from './gpu-tensor.ts';

const THREADS = 64;

const SHADER = /* wgsl */ `
struct Shape {
  hidden: u32,
  tokens: u32,
  kept: u32,
  layers: u32,
}

// [layers, tokens, hidden], [directions, layers, hidden] and [directions, layers, kept]
@group(0) @binding(0) var<storage, read> streams: array<f32>;
@group(0) @binding(1) var<storage, read> directions: array<f32>;
@group(0) @binding(2) var<storage, read_write> products: array<f32>;
@group(0) @binding(3) var<uniform> shape: Shape;

var<workgroup> sums: array<f32, ${THREADS}>;

@compute @workgroup_size(${THREADS})
fn project(@builtin(workgroup_id) place: vec3<u32>, @builtin(local_invocation_index) thread: u32) {
  let stream = (place.y * shape.tokens + place.x) * shape.hidden;
  let direction = (place.z * shape.layers + place.y) * shape.hidden;
  var own = 0.0;
  for (var i = thread; i < shape.hidden; i += ${THREADS}u) { own += streams[stream + i] * directions[direction + i]; }
  sums[thread] = own;
  workgroupBarrier();
  for (var step = ${THREADS / 2}u; step > 0u; step = step / 2u) {
    if (thread < step) { sums[thread] += sums[thread + step]; }
    workgroupBarrier();
  }
  if (thread == 0u) { products[(place.z * shape.layers + place.y) * shape.kept + place.x] = sums[0]; }
}
`;

/** Directions on one device. */
class GpuProjection implements Projection {
  readonly count: number;
  readonly buffer: GPUBuffer;

  constructor(count: number, buffer: GPUBuffer) {
    this.count = count;
    this.buffer = buffer;
  }

  dispose(): void {
    this.buffer.destroy();
  }
}

/** Projects streams of one device. */
export interface Projector {
  /** Directions `[layers + 1, hidden]` each, brought to the device. Throws `gpu-memory-refused`. */
  load(directions: readonly Float32Array[]): Promise<Projection>;
  /** Makes room for passes of so many tokens. Throws `gpu-memory-refused`. */
  reserve(projection: Projection, tokens: number): Promise<void>;
  /**
   * Adds to what the encoder does; the products `[directions, layers + 1, kept]` lie in the tensor, which stays the
   * projector's. `streams` are `[tokens, hidden]` each.
   */
  encode(
    encoder: GPUCommandEncoder,
    projection: Projection,
    streams: readonly GPUBuffer[],
    tokens: number,
    kept: number,
  ): Tensor;
  dispose(): void;
}

/** Makes a projector. */
export async function createProjector(
  memory: GpuMemory,
  TensorClass: GpuTensorClass,
  sizes: DecoderSizes,
): Promise<Projector> {
  const { device } = memory;
  const layers = sizes.layerCount + 1;
  const rowBytes = sizes.hidden * Float32Array.BYTES_PER_ELEMENT;
  const pipeline = await device.createComputePipelineAsync({
    label: 'flipside projector',
    layout: 'auto',
    compute: {
      module: device.createShaderModule({ label: 'flipside projector', code: SHADER }),
      entryPoint: 'project',
    },
  });
  const [shape] = await memory.allocate('scores', [16], GPUBufferUsage.UNIFORM | GPUBufferUsage.COPY_DST);
  let packed: GPUBuffer | null = null;
  let products: GPUBuffer | null = null;

  const own = (projection: Projection): GpuProjection => {
    if (!(projection instanceof GpuProjection))
      throw new AppError('internal', 'The directions belong to another engine.');
    return projection;
  };

  async function grown(buffer: GPUBuffer | null, bytes: number): Promise<GPUBuffer> {
    if (buffer && buffer.size >= bytes) return buffer;
    const [larger] = await memory.allocate(
      'scores',
      [bytes],
      GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST,
    );
    buffer?.destroy();
    return larger;
  }

  return {
    async load(directions) {
      const wrong = directions.find(({ length }) => length !== layers * sizes.hidden);
      if (wrong)
        throw new AppError(
          'internal',
          `A direction of ${wrong.length} numbers does not fit ${layers} layers of ${sizes.hidden}.`,
        );
      const [buffer] = await memory.allocate(
        'scores',
        [directions.length * layers * rowBytes],
        GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_DST,
      );
      for (const [index, direction] of directions.entries())
        device.queue.writeBuffer(buffer, index * layers * rowBytes, new Float32Array(direction));
      return new GpuProjection(directions.length, buffer);
    },
    async reserve(projection, tokens) {
      packed = await grown(packed, layers * tokens * rowBytes);
      products = await grown(products, own(projection).count * layers * tokens * Float32Array.BYTES_PER_ELEMENT);
    },
    encode(encoder, projection, streams, tokens, kept) {
      const { buffer: directions, count } = own(projection);
      if (!packed || !products) throw new AppError('internal', 'There is no room for products: reserve it first.');
      for (const [layer, stream] of streams.entries())
        encoder.copyBufferToBuffer(stream, 0, packed, layer * tokens * rowBytes, tokens * rowBytes);
      // Ordered before the encoder's commands, and after those of the pass before.
      device.queue.writeBuffer(shape, 0, Uint32Array.of(sizes.hidden, tokens, kept, layers));
      const pass = encoder.beginComputePass({ label: 'flipside projector' });
      pass.setPipeline(pipeline);
      pass.setBindGroup(
        0,
        device.createBindGroup({
          layout: pipeline.getBindGroupLayout(0),
          entries: [packed, directions, products, shape].map((buffer, binding) => ({ binding, resource: { buffer } })),
        }),
      );
      pass.dispatchWorkgroups(kept, layers, count);
      pass.end();
      return tensorOn(TensorClass, products, 'float32', [count, layers, kept]);
    },
    dispose() {
      for (const buffer of [packed, products, shape]) buffer?.destroy();
    },
  };
}
