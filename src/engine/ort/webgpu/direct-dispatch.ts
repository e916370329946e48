/**
 * Dispatches directly what a captured graph dispatches indirectly.
 *
 * In a captured pass the attention kernels read their workgroup counts from a buffer (`dispatchWorkgroupsIndirect`), because
 * the number of tokens grows from replay to replay. Browsers check such a buffer before each dispatch, at a cost of about
 * 0.6 ms each in Chromium 156: with one or two a layer that is most of a token's time. The counts follow a rule,
 * though: so many workgroups along x for every stretch of tokens, and the same along y and z always. The rule is learned from
 * the buffers themselves, and belongs to the runtime's version; its users must check that the numbers stay the same.
 *
 * Only encoders of this one device are wrapped, and a dispatch is changed only while a number of tokens is set.
 */

/** Workgroups along x for so many tokens: one for every `tokens`, rounded up. */
export interface DispatchRule {
  readonly tokens: number;
  readonly y: number;
  readonly z: number;
}

/** One look at the counts that a pass dispatched with. */
export interface SeenDispatch {
  /** Tokens in the cache after the pass. */
  readonly tokens: number;
  readonly counts: readonly [x: number, y: number, z: number];
}

/** Powers of two that a stretch may be. */
const STRETCHES = [16, 32, 64, 128, 256, 512];

/** The rule that fits all that was seen, and no other: null where none does, or where several would. */
export function learnRule(seen: readonly SeenDispatch[]): DispatchRule | null {
  const [first] = seen;
  if (!first) return null;
  const [, y, z] = first.counts;
  const fitting = STRETCHES.filter((stretch) =>
    seen.every(({ tokens, counts }) => counts[0] === Math.ceil(tokens / stretch) && counts[1] === y && counts[2] === z),
  );
  const [tokens] = fitting;
  return fitting.length === 1 && tokens !== undefined ? { tokens, y, z } : null;
}

/** The wrapper of one device's encoders. */
export interface DirectDispatch {
  /** What indirect dispatches of the passes since the last call read from, each once. */
  takeSeen(): readonly { readonly buffer: GPUBuffer; readonly offset: number }[];
  /** From now on dispatches directly by this rule for so many tokens; null leaves everything as it is. */
  use(dispatch: { readonly rule: DispatchRule; readonly tokens: number } | null): void;
  /** Takes the wrapper off. */
  remove(): void;
}

/** Wraps a device's compute passes. */
export function wrapDispatches(device: GPUDevice): DirectDispatch {
  const seen = new Map<GPUBuffer, Set<number>>();
  let active: { readonly rule: DispatchRule; readonly tokens: number } | null = null;

  const createCommandEncoder = device.createCommandEncoder.bind(device);
  device.createCommandEncoder = (descriptor) => {
    const encoder = createCommandEncoder(descriptor);
    const beginComputePass = encoder.beginComputePass.bind(encoder);
    encoder.beginComputePass = (passDescriptor) => {
      const pass = beginComputePass(passDescriptor);
      const indirectly = pass.dispatchWorkgroupsIndirect.bind(pass);
      pass.dispatchWorkgroupsIndirect = (buffer, offset) => {
        seen.set(buffer, (seen.get(buffer) ?? new Set()).add(offset));
        if (active === null) indirectly(buffer, offset);
        else pass.dispatchWorkgroups(Math.ceil(active.tokens / active.rule.tokens), active.rule.y, active.rule.z);
      };
      return pass;
    };
    return encoder;
  };

  return {
    takeSeen() {
      const sources = [...seen].flatMap(([buffer, offsets]) => [...offsets].map((offset) => ({ buffer, offset })));
      seen.clear();
      return sources;
    },
    use: (dispatch) => {
      active = dispatch;
    },
    remove: () => {
      device.createCommandEncoder = createCommandEncoder;
    },
  };
}
