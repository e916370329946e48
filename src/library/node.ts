/** `flipside/node`: a model as training and experiments take it. Node only. */
import { readFile } from 'node:fs/promises';
import { createSubject } from '../engine/engine-subject.ts';
import type { Decoder } from '../engine/decoder.ts';
import { openNodeDecoder } from '../engine/node/node-decoder.ts';
import { openNodeEngine, openNodeReader } from '../engine/node/node-engine.ts';
import type { Subject } from '../experiments/subject.ts';
import { sha256Of } from '../base/sha256.ts';
import type { SetFiles } from '../formats/sets/set-lines.ts';
import type { SegmentReader } from '../training/reader.ts';

export type { SegmentReader } from '../training/reader.ts';
export type { Subject } from '../experiments/subject.ts';

/** Opens a model to train and judge probes on: what `trainProbe` and `judgeProbe` of `flipside/probe` read with. */
export async function openReader(model: string): Promise<SegmentReader & { dispose(): Promise<void> }> {
  return openNodeReader(model);
}

/**
 * Opens a model as the subject of an experiment: what `runUnits` of `flipside/experiments` takes. `neutral` are texts of 40 tokens
 * or more, which give a steering strength its unit.
 */
export async function openSubject(
  model: string,
  neutral: readonly string[],
): Promise<Subject & { dispose(): Promise<void> }> {
  const engine = await openNodeEngine(model);
  let editor: Decoder | null = null;
  return {
    ...createSubject({
      ...engine,
      neutral,
      editor: async () => (editor ??= await openNodeDecoder(model, { hooked: true, editing: true })),
    }),
    async dispose() {
      await editor?.dispose();
      await engine.dispose();
    },
  };
}

/** The two files of a set by the path of its header, `NAME.set.json` beside `NAME.jsonl`, for the parsers of `flipside/formats`. */
export async function readSetFiles(headerPath: string): Promise<SetFiles> {
  const rowsPath = headerPath.replace(/\.set\.json$/, '.jsonl');
  const [header, rows] = [await readFile(headerPath, 'utf8'), await readFile(rowsPath)];
  const name = (path: string): string => path.slice(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1);
  return {
    headerName: name(headerPath),
    rowsName: name(rowsPath),
    header,
    rows: rows.toString('utf8'),
    sha256: sha256Of(rows),
  };
}
