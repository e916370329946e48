/** Parses one file that somebody brought, away from the page, and says what came of it. */
import { type ParseRequest, parseFile } from '../../formats/runs/parse-file.ts';

addEventListener('message', ({ data }: MessageEvent<ParseRequest>) => postMessage(parseFile(data)));
