/** When a graphics device goes away, and what that makes of other errors. */
import { AppError } from '../../../base/errors.ts';

/** How long a failed call waits for the browser to say that the device is gone: the two arrive in either order. */
const LOSS_GRACE_MS = 500;

/** Devices that we have closed ourselves. */
const closed = new WeakSet<GPUDevice>();

/** Closes a device on purpose: that is no loss. */
export function closeDevice(device: GPUDevice): void {
  closed.add(device);
  device.destroy();
}

/** Resolves with what to tell once the device is gone, unless it was closed by {@link closeDevice}. */
export function lossOf(device: GPUDevice): Promise<AppError> {
  return new Promise((resolve) => {
    void device.lost.then((info) => {
      if (!closed.has(device)) resolve(lostError(info.message || 'no reason given'));
    });
  });
}

/** Why a call on the GPU failed: most often because the device went away, which other errors only hint at. */
export async function explainGpu(thrown: unknown, lost: Promise<AppError>): Promise<AppError> {
  const waited = new Promise<null>((resolve) => setTimeout(() => resolve(null), LOSS_GRACE_MS));
  const loss = await Promise.race([lost, waited]);
  if (loss) return loss;
  // Mapping a buffer is aborted only when the buffer or its device is gone; nobody has stopped anything.
  return thrown instanceof DOMException && thrown.name === 'AbortError'
    ? lostError(thrown.message)
    : AppError.from(thrown);
}

function lostError(reason: string): AppError {
  return new AppError(
    'gpu-device-lost',
    `The graphics processor went away (${reason}). Your text is kept: start the model again, on the CPU if it happens twice.`,
    { reason },
  );
}
