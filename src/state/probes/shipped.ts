/** The probes that ship with the page: which there are, and where their files lie. */
import { AppError } from '../../base/errors.ts';
import { once, type ProbeOffer } from './probe-card.ts';
import { readOffer } from './read-offer.ts';

// Globs instead of imports: the page then builds, and offers what is there, while a probe is being trained.
const jsonUrls = import.meta.glob<string>('/probes/*/probe.json', { query: '?url', import: 'default', eager: true });
const tensorUrls = import.meta.glob<string>('/probes/*/directions.safetensors', {
  query: '?url',
  import: 'default',
  eager: true,
});
const reportUrls = import.meta.glob<string>('/probes/*/report.json', { query: '?url', import: 'default', eager: true });

/** Ids of probes and their sets in the order in which the page offers them; others follow by name. */
const ORDER: readonly string[] = [
  'kind-cruel',
  'honest-deceptive',
  'loyal-treacherous',
  'formal-casual',
  'cheerful-gloomy',
  'terse-wordy',
];

/** The key of the probe that a first visit reads with. */
export const FIRST_PROBE = 'shipped:kind-cruel';

/** Where an id, or the name of a set that begins with one, stands in the order. */
export function rank(name: string): number {
  const at = ORDER.findIndex((id) => name.startsWith(id));
  return at < 0 ? ORDER.length : at;
}

/** Every shipped probe; nothing is fetched before it is asked for. */
export function shippedProbes(): readonly ProbeOffer[] {
  const ids = Object.keys(jsonUrls).map((path) => path.split('/').at(-2) ?? '');
  return ids.sort((a, b) => rank(a) - rank(b) || a.localeCompare(b)).map(offer);
}

function offer(id: string): ProbeOffer {
  const at = (name: string): string => `/probes/${id}/${name}`;
  return readOffer({
    key: `shipped:${id}`,
    title: titleOf(id),
    origin: 'shipped',
    json: once(async () => (await fetchOne(jsonUrls[at('probe.json')], id)).text()),
    tensors: async () => (await fetchOne(tensorUrls[at('directions.safetensors')], id)).arrayBuffer(),
    reportJson: once(async () => {
      const url = reportUrls[at('report.json')];
      return url === undefined ? null : (await fetchOne(url, id)).text();
    }),
  });
}

/** `kind-cruel` as `Kind–cruel`. */
function titleOf(id: string): string {
  return `${id.slice(0, 1).toUpperCase()}${id.slice(1).replaceAll('-', '–')}`;
}

async function fetchOne(url: string | undefined, id: string): Promise<Response> {
  const response =
    url === undefined
      ? null
      : await fetch(url).catch((cause: unknown) => {
          throw new AppError(
            'probe-invalid',
            `The files of the probe "${id}" could not be fetched. Once there is a network, choose it again; from then on they are kept.`,
            { probe: id },
            cause,
          );
        });
  if (!response?.ok)
    throw new AppError(
      'probe-invalid',
      `A file of the probe "${id}" is not beside the page. Train it with the command "flipside train", then build again.`,
      { probe: id },
    );
  return response;
}
