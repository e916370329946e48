/** A set of a message as the two files that are read. */
import type { SetSource } from '../../probe/training-plan.ts';
import { sha256Hex } from '../../engine/store/sha256.ts';

/** A set as its two files, with the hash of its rows. */
export const setFiles = (set: SetSource) => ({
  headerName: `${set.name}.set.json`,
  rowsName: `${set.name}.jsonl`,
  header: set.header,
  rows: set.rows,
  sha256: sha256Hex(new TextEncoder().encode(set.rows)),
});
