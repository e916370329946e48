/** What the model loses without the directions of the probes that ship; each file is fetched and validated when it is first asked for. */
import type { AblationReport } from '../../steering/ablation-types.ts';
import { parseAblation } from '../../formats/probe/ablation.ts';
import { fetchShipped } from './fetch-shipped.ts';

const urls = import.meta.glob<string>('/probes/*/ablation.json', { query: '?url', import: 'default', eager: true });

/** Of a shipped probe by the key of its offer; null where it has none. Throws `dose-invalid`. */
export async function shippedAblation(key: string): Promise<AblationReport | null> {
  const url = key.startsWith('shipped:') ? urls[`/probes/${key.slice('shipped:'.length)}/ablation.json`] : undefined;
  if (url === undefined) return null;
  const says =
    'What the model loses without the probe could not be fetched. Once there is a network, choose the probe again.';
  return parseAblation(await fetchShipped(url, 'dose-invalid', says));
}
