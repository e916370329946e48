/**
 * Dose–responses that were measured in this browser, one for each probe and the weights that were steered: kept as the
 * file that they could be saved as.
 */
import type { DoseReport } from '../../steering/dose-types.ts';
import { parseDose, serialiseDose } from '../../formats/probe/dose.ts';
import { TextStorage } from '../../state/storage/text-storage.ts';
import { storedKeys } from '../../state/storage/stored-keys.ts';

const PREFIX = 'flipside.dose.';

/** What was measured here. */
export class StoredDoses {
  readonly #storage: Storage | null;
  readonly #kept: TextStorage;
  readonly #inPage = new Map<string, DoseReport>();

  constructor(storage: Storage | null) {
    this.#storage = storage;
    this.#kept = new TextStorage(storage);
  }

  /** Whether there is none of any probe: then nobody need know a probe's hash, for which its files must be had. */
  get empty(): boolean {
    return this.#inPage.size === 0 && !storedKeys(this.#storage).some(({ key }) => key.startsWith(PREFIX));
  }

  /** The one of a probe, by the hash of its files, on these weights; null where there is none that can be read. */
  find(probeSha256: string, weightsSha256: string): DoseReport | null {
    const here = this.#inPage.get(keyOf(probeSha256, weightsSha256));
    if (here !== undefined) return here;
    // Before there were other variants, one of a probe was kept whatever the weights.
    for (const key of [keyOf(probeSha256, weightsSha256), PREFIX + probeSha256]) {
      const stored = read(this.#kept.read(key));
      if (stored?.model.weightsSha256 === weightsSha256) return stored;
    }
    return null;
  }

  /** Keeps one; false where the browser does not, and it lives as long as the page. */
  keep(report: DoseReport): boolean {
    const key = keyOf(report.probe.sha256, report.model.weightsSha256);
    this.#inPage.set(key, report);
    return this.#kept.write(key, serialiseDose(report));
  }
}

function keyOf(probeSha256: string, weightsSha256: string): string {
  return `${PREFIX}${probeSha256}.${weightsSha256}`;
}

function read(stored: string | null): DoseReport | null {
  try {
    return stored === null ? null : parseDose(stored);
  } catch {
    // Of an older version, or altered: it is measured again.
    return null;
  }
}
