/** Probes on a shelf that a link names: which fit the model in use, and their files, held to the hashes of the index. */
import { AppError } from '../../base/errors.ts';
import { assertProbeFits } from '../../formats/probe/probe.ts';
import { parseShelf, SHELVED_FILES, type ShelvedProbe } from '../../formats/probe/shelf.ts';
import type { ModelIdentity } from '../../probe/probe-types.ts';
import type { PickedFile } from '../../state/probes/library.svelte.ts';
import { fetchLinked, type LinkedFile } from '../../state/runs/linked-file.ts';
import { sha256Hex } from '../../state/storage/sha256.ts';

/** A probe, and whether the model in use can be read with it; null where no model is in use. */
export interface OfferedProbe {
  readonly probe: ShelvedProbe;
  readonly fits: boolean | null;
}

/** The probes of a shelf, those that fit first. Throws `link-invalid`, `probe-invalid` and `cancelled`. */
export async function openShelf(
  shelf: LinkedFile,
  hosts: readonly string[],
  model: ModelIdentity | null,
  signal: AbortSignal,
): Promise<readonly OfferedProbe[]> {
  const [index] = await fetchLinked(shelf, hosts, signal);
  const probes = parseShelf((await index?.text()) ?? '');
  const offered = probes.map((probe) => ({ probe, fits: model === null ? null : fits(probe, model) }));
  return offered.sort((a, b) => Number(b.fits ?? 0) - Number(a.fits ?? 0));
}

/** The files of one. Throws as {@link openShelf}, and `link-invalid` where one is another than the index says. */
export async function takeFromShelf(
  { url, host }: LinkedFile,
  { folder, files }: ShelvedProbe,
  hosts: readonly string[],
  signal: AbortSignal,
): Promise<readonly PickedFile[]> {
  const found = await fetchLinked({ kind: 'probe', url: new URL(`${folder}/`, url), host }, hosts, signal);
  for (const name of SHELVED_FILES) {
    const file = found.find((one) => one.name === name);
    const { bytes, sha256 } = files[name];
    const hash = file === undefined ? null : await sha256Hex([new Uint8Array(await file.arrayBuffer())]);
    if (hash !== sha256)
      throw new AppError(
        'link-invalid',
        `${folder}/${name} is not the file that the shelf names: ${file === undefined ? 'it is not there' : `it has ${file.size} bytes and the SHA-256 ${hash?.slice(0, 12)}…`}, where the index has ${bytes} bytes and ${sha256.slice(0, 12)}…. Ask its maker to publish it again.`,
        { folder, name },
      );
  }
  return found;
}

function fits(probe: ShelvedProbe, model: ModelIdentity): boolean {
  try {
    assertProbeFits({ id: probe.folder, model: probe.model }, model);
    return true;
  } catch {
    return false;
  }
}
