/** Where the reader is: one of the page's places, named in the address so that it can be linked and gone back to. */

/** The places, in the order of the header. */
export const PLACES = [
  { id: 'read', label: 'Read', title: 'Flipside' },
  { id: 'write', label: 'Write', title: 'Write · Flipside' },
  { id: 'train', label: 'Train', title: 'Train · Flipside' },
  { id: 'experiments', label: 'Experiments', title: 'Experiments · Flipside' },
  { id: 'library', label: 'Library', title: 'Library · Flipside' },
] as const;

/** One of the places. */
export type PlaceId = (typeof PLACES)[number]['id'];

/** The place that the address names; Read where it names none. */
export class Place {
  #current = $state<PlaceId>('read');

  constructor(hash: string) {
    this.follow(hash);
  }

  get current(): PlaceId {
    return this.#current;
  }

  /** Takes the part of the address after `#`, e.g. `#/train`; what follows a further `/` or `?` is for the place itself. */
  follow(hash: string): void {
    const name = hash.replace(/^#\/?/, '').split(/[/?]/)[0];
    this.#current = PLACES.find((place) => place.id === name)?.id ?? 'read';
  }

  /** Goes to a place, and leaves a step in the browser's history. */
  go(place: PlaceId): void {
    this.#current = place;
    location.hash = `#/${place}`;
  }
}
