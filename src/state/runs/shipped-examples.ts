/** The texts that places show before any model is loaded; fetched when a place is first opened. */
import { parseExamples } from '../../formats/runs/examples-json.ts';
import type { Examples } from '../../reading/examples.ts';

const FILES = {
  steer: () => import('../../content/examples/steer.json?raw'),
  write: () => import('../../content/examples/write.json?raw'),
} as const;

/** The recorded texts of a place. Throws `recording-invalid` where the file is not what it should be. */
export async function shippedExamples(place: keyof typeof FILES): Promise<Examples> {
  return parseExamples((await FILES[place]()).default);
}
