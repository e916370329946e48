/** What ships with the page, wherever the command is run from. */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { STORIES_SET } from '../probe/training-defaults.ts';
import { readStorySet } from './files.ts';

/** Folder of the shipped probes, sets and choices. */
export const SHIPPED = fileURLToPath(new URL('../../probes', import.meta.url));

/** Folder of the shipped experiments. */
export const SHIPPED_EXPERIMENTS = fileURLToPath(new URL('../../experiments', import.meta.url));

/** The neutral texts that ship, or those of another set of stories. Throws what reading a set throws. */
export async function neutralTexts(
  path = join(SHIPPED, 'sets', STORIES_SET, `${STORIES_SET}.set.json`),
): Promise<readonly string[]> {
  return (await readStorySet(path)).stories.map(({ beats }) => beats.join(' '));
}
