/** The sets that ship with the page, as text. They come when the Train place is opened, and nothing validates them before they are used. */
import { STORIES_SET } from '../../probe/training-defaults.ts';
import type { SetSource } from '../../probe/training-plan.ts';
import { once } from './probe-card.ts';
import { rank } from './shipped.ts';

const headers = import.meta.glob<string>('/probes/sets/*/*.set.json', { query: '?raw', import: 'default' });
const rows = import.meta.glob<string>('/probes/sets/*/*.jsonl', { query: '?raw', import: 'default' });

/** A shipped set: its header at once, its rows when they are wanted. */
export interface ShippedSet {
  readonly name: string;
  readonly header: string;
  source(): Promise<SetSource>;
}

/** Sets that are no axis to train on. */
export const NO_AXIS: readonly string[] = ['luck', STORIES_SET];
const CONTROLS_FOLDER = 'controls';

/** Every shipped set by its folder; prompt sets and stories in `sets`, the rest in `controls`. */
export const shippedSets = once(
  async (): Promise<{ readonly sets: readonly ShippedSet[]; readonly controls: readonly ShippedSet[] }> => {
    const found = await Promise.all(
      Object.entries(headers).map(async ([path, load]) => {
        const name = path.split('/').at(-1)?.replace('.set.json', '') ?? '';
        const header = await load();
        const source = async (): Promise<SetSource> => ({
          name,
          header,
          rows: (await rows[path.replace('.set.json', '.jsonl')]?.()) ?? '',
        });
        return { folder: path.split('/').at(-2), set: { name, header, source } };
      }),
    );
    const within = (controls: boolean): ShippedSet[] =>
      found
        .filter(({ folder }) => (folder === CONTROLS_FOLDER) === controls)
        .map(({ set }) => set)
        .sort((a, b) => rank(a.name) - rank(b.name) || a.name.localeCompare(b.name));
    return { sets: within(false), controls: within(true) };
  },
);
