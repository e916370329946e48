/** Words for links that ask to open a file, and for shelves of probes. */
import type { ShelvedProbe } from '../../formats/probe/shelf.ts';

/** What is said of them. */
export const LINKED = {
  run: {
    title: 'This link opens a reading',
    what: 'Its text and scores are checked and shown. It is stored in this browser like one of yours.',
    button: 'Open the reading',
    opened: 'The reading is open.',
  },
  probe: {
    title: 'This link brings a probe',
    what: 'It is checked and stored in this browser. What you read next is scored with it.',
    button: 'Open the probe',
    opened: 'The probe is here.',
  },
  shelf: {
    title: 'This link shows a shelf of probes',
    what: 'You see what lies there, and open what you want.',
    button: 'Look at the shelf',
  },
  empty: 'The shelf is empty.',
  /** The poles of a probe, and what its report measured on topics that no fit saw. */
  measured: (
    { positive, negative }: ShelvedProbe['axis'],
    { value, low, high, topics }: ShelvedProbe['auroc'],
  ): string =>
    `${positive} against ${negative}. AUROC ${value.toFixed(2)} [${low.toFixed(2)}, ${high.toFixed(2)}], ${topics} topics.`,
  /** The fold with the card of a probe. */
  card: (title: string): string => `Card of ${title}`,
  reading: 'Reading…',
  /** Whether a probe can be read with the model in use; null where none is. */
  fits: (fits: boolean | null, model: string): string =>
    fits === null
      ? `For ${model}.`
      : fits
        ? 'It fits the model in use.'
        : `It is for ${model}, not for the model in use.`,
  own: 'It lies on the host of this page.',
  other: (host: string): string => `${host} will learn your address.`,
};
