/** Where the reader is: one of the page's places, named in the address so that it can be linked and gone back to. */

/** The places, in the order of the header. */
export const PLACES = [
  { id: 'read', label: 'Read', title: 'Flipside' },
  { id: 'write', label: 'Write', title: 'Write · Flipside' },
  { id: 'steer', label: 'Steer', title: 'Steer · Flipside' },
  { id: 'inside', label: 'Look inside', title: 'Look inside · Flipside' },
  { id: 'train', label: 'Train', title: 'Train · Flipside' },
  { id: 'experiments', label: 'Experiments', title: 'Experiments · Flipside' },
  { id: 'library', label: 'Library', title: 'Library · Flipside' },
] as const;

/** One of the places. */
export type PlaceId = (typeof PLACES)[number]['id'];

/** The place that the address names; Read where it names none. */
export class Place {
  #current = $state<PlaceId>('read');
  #path = $state('');
  #query = $state('');
  #file = $state<string | null>(null);

  constructor(hash: string) {
    this.follow(hash);
  }

  get current(): PlaceId {
    return this.#current;
  }

  /** What follows the place's name, e.g. `compare` in `#/library/compare?a=1`; empty where nothing does. */
  get path(): string {
    return this.#path;
  }

  /** The whole hash where it asks to open a file, `#run=…`, `#probe=…` or `#shelf=…`: to be checked before use. */
  get file(): string | null {
    return this.#file;
  }

  /** What follows the `?`. Comes from a link, so it is checked before use. */
  readonly query = $derived.by(() => new URLSearchParams(this.#query));

  /** Takes the part of the address after `#`, e.g. `#/train`; what follows a further `/` or `?` is for the place itself. */
  follow(hash: string): void {
    this.#file = /^#(?:run|probe|shelf)=/.test(hash) ? hash : null;
    const named = this.#file === null ? hash : '';
    const [, name = '', path = '', query = ''] = /^#?\/?([^/?]*)\/?([^?]*)\??(.*)$/s.exec(named) ?? [];
    const bench = name === 'bench';
    this.#current = bench ? 'library' : (PLACES.find((place) => place.id === name)?.id ?? 'read');
    this.#path = bench ? name : path.replace(/\/+$/, '');
    this.#query = query;
  }

  /** Makes the address say what was chosen on the page, without a step in the browser's history. */
  rewrite(hash: string): void {
    if (globalThis.location.hash !== hash) history.replaceState(history.state, '', hash);
    this.follow(hash);
  }

  /** Goes to a place, and leaves a step in the browser's history. */
  go(place: PlaceId): void {
    this.#current = place;
    location.hash = `#/${place}`;
  }
}
