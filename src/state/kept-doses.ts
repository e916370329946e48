/** Dose–responses that were measured in this browser, one a probe: kept as the file that they could be saved as. */
import type { DoseReport } from '../core/dose-types.ts';
import { parseDose, serialiseDose } from '../format/dose.ts';
import { Kept } from './kept.ts';
import { keptKeys } from './kept-keys.ts';

const PREFIX = 'flipside.dose.';

/** What was measured here. */
export class KeptDoses {
  readonly #storage: Storage | null;
  readonly #kept: Kept;
  readonly #inPage = new Map<string, DoseReport>();

  constructor(storage: Storage | null) {
    this.#storage = storage;
    this.#kept = new Kept(storage);
  }

  /** Whether there is none of any probe: then nobody need know a probe's hash, for which its files must be had. */
  get empty(): boolean {
    return this.#inPage.size === 0 && !keptKeys(this.#storage).some(({ key }) => key.startsWith(PREFIX));
  }

  /** The last one of a probe by the hash of its files; null where there is none that can be read. */
  find(probeSha256: string): DoseReport | null {
    const here = this.#inPage.get(probeSha256);
    if (here !== undefined) return here;
    const stored = this.#kept.read(PREFIX + probeSha256);
    if (stored === null) return null;
    try {
      return parseDose(stored);
    } catch {
      // Of an older version, or altered: it is measured again.
      return null;
    }
  }

  /** Keeps one; false where the browser does not, and it lives as long as the page. */
  keep(report: DoseReport): boolean {
    this.#inPage.set(report.probe.sha256, report);
    return this.#kept.write(PREFIX + report.probe.sha256, serialiseDose(report));
  }
}
