/**
 * Which addresses the worker may ask. The page's own policy stops what it does not allow, but a worker's requests are its
 * script's: so they are held to the same list here.
 */
import { AppError } from '../../base/errors.ts';
import { HOSTS_VARIABLE, isModelHost } from '../../models/model-hosts.ts';

/** Throws `model-host-off` for an address of none of the hosts. */
export function checkHost(url: string, hosts: readonly string[]): void {
  const { origin } = new URL(url);
  if (isModelHost(origin, hosts)) return;
  throw new AppError(
    'model-host-off',
    `This page may not fetch from ${origin}: ${hosts.length === 0 ? 'no model host is allowed' : `only ${hosts.join(', ')} may be asked`}. Allow it in Library → Models where this copy names it, build it with ${HOSTS_VARIABLE}, or pick the model's files from your disk.`,
    { host: origin },
  );
}

/** The same for where redirects led; nothing of such an answer is read. */
export async function checkLanding(response: Response, hosts: readonly string[]): Promise<void> {
  if (response.url === '') return;
  try {
    checkHost(response.url, hosts);
  } catch (error) {
    await response.body?.cancel();
    throw error;
  }
}

/** What a host's 401 or 403 means: a file, or a whole model, behind consent or an account. */
export function gated(host: string, what: string, status: number): AppError {
  return new AppError(
    'model-gated',
    `${host} does not give ${what} without an account: it answered ${String(status)}. Agree to the model's terms on its page there, download the files, and pick the folder here.`,
    { host, what, status },
  );
}
