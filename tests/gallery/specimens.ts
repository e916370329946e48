/** Everything that the gallery shows and the visual tests photograph. */
import { PANELS } from './panels.ts';
import { PIECES } from './pieces.ts';
import type { Specimen } from './specimen.ts';

/** In the order of the index. */
export const SPECIMENS: readonly Specimen[] = [...PIECES, ...PANELS];
