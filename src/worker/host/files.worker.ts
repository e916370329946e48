/** Parses one file from the reader, away from the page, and sends the result. */
import { type ParseRequest, parseFile } from '../../formats/runs/parse-request.ts';

addEventListener('message', ({ data }: MessageEvent<ParseRequest>) => postMessage(parseFile(data)));
