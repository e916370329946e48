/** The dose–responses that ship with the probes; each is fetched and validated when it is first asked for. */
import type { DoseReport } from '../../steering/dose-types.ts';
import { parseDose } from '../../formats/probe/dose.ts';
import { fetchShipped } from './fetch-shipped.ts';

/** Texts of the files by the id of their probe. */
export type DoseFiles = Readonly<Record<string, () => Promise<string>>>;

const urls = import.meta.glob<string>('/probes/*/dose.json', { query: '?url', import: 'default', eager: true });

const UNFETCHED =
  'The recorded dose–response could not be fetched. Once there is a network, come back to this place; it can also be measured here.';

/** What lies beside the probes of this page. */
export const SHIPPED_DOSES: DoseFiles = Object.fromEntries(
  Object.entries(urls).map(([path, url]) => [
    path.split('/').at(-2) ?? '',
    () => fetchShipped(url, 'dose-invalid', UNFETCHED),
  ]),
);

/** The dose–response of a shipped probe by the key of its offer; null where it has none. Throws `dose-invalid`. */
export async function shippedDose(files: DoseFiles, key: string): Promise<DoseReport | null> {
  const file = key.startsWith('shipped:') ? files[key.slice('shipped:'.length)] : undefined;
  return file === undefined ? null : parseDose(await file());
}
