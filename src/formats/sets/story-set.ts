/**
 * Neutral stories: `NAME.set.json` beside `NAME.jsonl`, one story a line: `{"story": id, "beats": [setting, beat 1, ...]}`.
 * They pin zero as a text grows longer, and show on stories held out how far it drifts.
 */
import { list, words } from '../../json/json-path.ts';
import { headerText, rowRefusal, setHeader, setLines, type SetFiles } from './set-lines.ts';

const FORMAT = 'flipside-stories';
const VERSION = 1;

/** One story. */
export interface Story {
  readonly id: string;
  /** Sentences in order; the first is the setting. */
  readonly beats: readonly string[];
}

/** A validated set of stories. */
export interface StorySet {
  readonly name: string;
  readonly licence: string;
  readonly about: string;
  readonly stories: readonly Story[];
  readonly sha256: string;
}

/** Reads a set of stories. Throws `set-invalid` (header; names the path) or `set-row-invalid` (file, line and field). */
export function parseStorySet(files: SetFiles): StorySet {
  const root = setHeader(files, FORMAT, VERSION, false);
  const lineOf = new Map<string, number>();
  const stories = setLines(files).map(({ line, row }) => {
    const id = words(row.required('story'), 200);
    const earlier = lineOf.get(id);
    if (earlier !== undefined)
      rowRefusal(
        files.rowsName,
        line,
        'story',
      )(`${files.rowsName} line ${line}.story repeats the id "${id}" of line ${earlier}.`);
    lineOf.set(id, line);
    return { id, beats: list(row.required('beats'), 2, 64).map((beat) => words(beat, 2000)) };
  });
  return { ...headerText(root), stories, sha256: files.sha256 };
}
