/** How a session is asked to capture and still rebinds what it is given. */
import type { InferenceSession } from 'onnxruntime-common';

/**
 * Session options that capture in the provider and rebind in JavaScript: onnxruntime-web 1.30 reads `enableGraphCapture` first
 * when it makes the provider, and then again to decide that inputs and outputs are bound once and for all, which would
 * forbid the passes that read more than one token. It is true for the first of these readers only.
 */
export function capturing(options: InferenceSession.SessionOptions): InferenceSession.SessionOptions {
  let reads = 0;
  return Object.defineProperty({ ...options }, 'enableGraphCapture', {
    enumerable: true,
    get: () => {
      reads += 1;
      return reads === 1;
    },
  });
}
