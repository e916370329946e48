/**
 * The sets of forced choices that ship with the page, as text. They come when a dose–response is to be measured; the
 * worker validates them.
 */
import { choicesName } from '../../steering/dose-defaults.ts';
import { headerFacts } from '../../probe/sets/set-header.ts';
import type { Axis } from '../../probe/probe-types.ts';
import { once } from './probe-card.ts';
import { rank } from './shipped.ts';
import type { ShippedSet } from './shipped-sets.ts';

const headers = import.meta.glob<string>('/probes/choices/*.set.json', { query: '?raw', import: 'default' });
const rows = import.meta.glob<string>('/probes/choices/*.jsonl', { query: '?raw', import: 'default' });

/** A set of choices by its file's name, with the axis that its header names. */
export interface ChoiceOffer extends ShippedSet {
  readonly axis: Axis | null;
}

/** Every set of choices, in the page's order. */
export const shippedChoices = once(async (): Promise<readonly ChoiceOffer[]> => {
  const found = await Promise.all(
    Object.entries(headers).map(async ([path, load]): Promise<ChoiceOffer> => {
      const name = path.split('/').at(-1)?.replace('.set.json', '') ?? '';
      const header = await load();
      return {
        name,
        header,
        axis: headerFacts(header).axis,
        source: async () => ({ name, header, rows: (await rows[path.replace('.set.json', '.jsonl')]?.()) ?? '' }),
      };
    }),
  );
  return found.sort((a, b) => rank(a.name) - rank(b.name) || a.name.localeCompare(b.name));
});

/** The sets whose poles are those of an axis, the one that is taken by itself first. */
export function choicesFor(
  offers: readonly ChoiceOffer[],
  { positive, negative, neutral }: Axis,
): readonly ChoiceOffer[] {
  const first = choicesName({ positive, negative, neutral });
  return offers
    .filter(({ axis }) => axis?.positive === positive && axis.negative === negative)
    .sort((a, b) => Number(b.name === first) - Number(a.name === first));
}
