/** The experiments that ship with the page, and what runs of them found; each file is fetched when it is first asked for. */
import { EMBEDDED_MODEL } from '../../experiments/experiment-files.ts';
import { fetchShipped } from './fetch-shipped.ts';

/** A run whose report ships. */
export interface ShippedRun {
  /** Name of its folder: the model that it ran on; of an earlier design, that as well. */
  readonly model: string;
  report(): Promise<string>;
  /** Where its units can be had from; null where they do not ship. */
  readonly unitsUrl: string | null;
}

/** A spec and where it is fetched from. */
export interface ShippedSpec {
  readonly url: string | null;
  text(): Promise<string>;
}

/** An experiment that ships. */
export interface ShippedExperiment {
  /** Name of its folder. */
  readonly id: string;
  /** Null where there are runs but no spec; without an address where the reader brought it. */
  readonly spec: ShippedSpec | null;
  /** Of an earlier design, so that its units can still be opened; left out where there was none. */
  readonly earlier?: ShippedSpec | undefined;
  readonly runs: readonly ShippedRun[];
}

const specs = import.meta.glob<string>('/experiments/*/spec.json', { query: '?url', import: 'default', eager: true });
const earlier = import.meta.glob<string>('/experiments/*/earlier/spec.json', {
  query: '?url',
  import: 'default',
  eager: true,
});
const reports = import.meta.glob<string>(
  ['/experiments/*/results/*/report.json', '/experiments/*/earlier/results/*/report.json'],
  { query: '?url', import: 'default', eager: true },
);
const units = import.meta.glob<string>(
  ['/experiments/*/results/*/units.jsonl', '/experiments/*/earlier/results/*/units.jsonl'],
  { query: '?url', import: 'default', eager: true },
);

/** Runs of the design in use come before those of an earlier one. */
const isEarlier = (path: string): boolean => path.split('/')[3] === 'earlier';

/** The embedded model comes before others. */
const isOther = (path: string): boolean => path.split('/').at(-2) !== EMBEDDED_MODEL;

/** What lies in `experiments/` of this page. */
export const SHIPPED_EXPERIMENTS: readonly ShippedExperiment[] = [
  ...new Set([...Object.keys(specs), ...Object.keys(reports)].map((path) => path.split('/')[2] ?? '')),
]
  .sort()
  .map((id) => {
    return {
      id,
      spec: specAt(specs[`/experiments/${id}/spec.json`]) ?? null,
      earlier: specAt(earlier[`/experiments/${id}/earlier/spec.json`]),
      runs: Object.entries(reports)
        .filter(([path]) => path.split('/')[2] === id)
        .sort(([a], [b]) => Number(isEarlier(a)) - Number(isEarlier(b)) || Number(isOther(a)) - Number(isOther(b)))
        .map(([path, url]) => ({
          model: `${path.split('/').at(-2) ?? ''}${isEarlier(path) ? ', earlier design' : ''}`,
          report: () => fetched(url),
          unitsUrl: units[path.replace(/report\.json$/, 'units.jsonl')] ?? null,
        })),
    };
  });

function specAt(url: string | undefined): ShippedSpec | undefined {
  return url === undefined ? undefined : { url, text: () => fetched(url) };
}

function fetched(url: string): Promise<string> {
  const says = 'A file of the experiment could not be fetched. Once there is a network, come back to this place.';
  return fetchShipped(url, 'unit-invalid', says);
}
