/** The command's own engine: products as they are exported (`packed`), or as a trial chooses (`chosen`). Every layer is read and scored. */
import { fileURLToPath } from 'node:url';
import { readProbe } from '../../src/cli/files.ts';
import { openNodeDecoder } from '../../src/engine/node/node-decoder.ts';
import { openNodeEngine } from '../../src/engine/node/node-engine.ts';
import type { ReadingSink } from '../../src/reading/reading.ts';
import { createScorer } from '../../src/engine/scorer.ts';
import { TextRun } from '../../src/engine/text-run.ts';
import { report } from './run.ts';

const MODEL = fileURLToPath(new URL('../../public/models/smollm2-135m-instruct-q4', import.meta.url));
const PROBE = fileURLToPath(new URL('../../probes/kind-cruel', import.meta.url));
const never = new AbortController().signal;
const quiet: ReadingSink = { tokens: () => undefined, readout: () => undefined };
const packed = process.argv[2] === 'packed';

await report(async () => {
  const engine = await openNodeEngine(MODEL);
  const decoder = packed ? await openNodeDecoder(MODEL, { hooked: true, products: 'packed' }) : engine.decoder;
  const scorer = createScorer((await readProbe(PROBE)).probe);
  const textRun = (): TextRun => new TextRun({ ...engine, decoder, scorer });
  return {
    async read(text) {
      const run = textRun();
      const { tokens } = await run.read(text, { readouts: false }, quiet, never);
      run.dispose();
      return tokens;
    },
    async write(prompt, count) {
      const run = textRun();
      const ids: number[] = [];
      await run.read(prompt, { readouts: false }, quiet, never);
      await run.generate(
        { temperature: 0.8, topK: 0, topP: 0.95, seed: 7, maxTokens: count },
        { readouts: false },
        { ...quiet, tokens: ({ pieces }) => void ids.push(...pieces.map(({ id }) => id)) },
        never,
      );
      run.dispose();
      return ids;
    },
  };
});
