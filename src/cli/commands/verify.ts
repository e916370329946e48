/** `verify`: the model's files against their hashes, and the numbers check on this machine. */
import { throwIfStopped } from '../../base/abort.ts';
import { openNodeEngine } from '../../engine/node/node-engine.ts';
import { checkNumbers } from '../../engine/numbers/numbers-check.ts';
import { quantisingCost, readFirst, type FirstReading } from '../../engine/numbers/quantising-cost.ts';
import { Options, type Command } from '../command.ts';
import { openModel } from '../open-model.ts';
import { readInput } from '../files.ts';
import { showProgress } from '../progress.ts';

/** The first texts as a model reads them with its weights as they are. */
async function firstReadings(model: string): Promise<readonly FirstReading[]> {
  const engine = await openNodeEngine(model);
  try {
    return await readFirst(engine.decoder, (text) => engine.tokenizer.start(text));
  } finally {
    await engine.dispose();
  }
}

/**
 * Holds every listed file to its hash, then the numbers to the graph as it was exported and to a reference: the one
 * that is given, or that lies in the folder.
 */
export const verify: Command = {
  name: 'verify',
  usage: 'verify --model DIR [--reference FILE]',
  summary:
    'Holds every file of DIR to its hash in SHA256SUMS there or DIR.manifest.json beside it, then checks the numbers. The rewritten graph is held to the graph as it was exported, the stream that is read after each layer to where it must be, and stream, logits and greedy tokens to a reference: FILE (safetensors; docs/models.md has the recipe) or the one in DIR. "compared" says what was compared with what. With --bits 8 or 4 the model is read once more with its weights as they are, and "quantised" says by how much streams and next words of two short texts differ.',
  async run(args, signal) {
    const options = new Options('verify', args, { model: { type: 'string' }, reference: { type: 'string' } });
    const file = options.text('reference');
    const given = file === undefined ? undefined : { file, bytes: await readInput(file) };
    const onHeld = (done: number, total: number): void => {
      showProgress('files', done, total);
      throwIfStopped(signal);
    };
    const bits = options.bits() ?? 32;
    // First, and gone before the other is opened: a machine need not hold both.
    const asTheyAre = bits === 32 ? null : await firstReadings(options.model());
    const engine = await openModel(options, { everyListedFile: true, onHeld });
    try {
      const start = (text: string): readonly number[] => engine.tokenizer.start(text);
      const cost = asTheyAre && quantisingCost(asTheyAre, await readFirst(engine.decoder, start), engine.decoder.sizes);
      const report = await checkNumbers({
        decoder: engine.decoder,
        chunkTokens: engine.chunkTokens,
        ...(await engine.numbers(given)),
        onProgress: (done, total) => showProgress('checking', done, total),
        signal,
      });
      const { passed, compared, ...numbers } = report;
      return {
        result: {
          model: engine.model,
          backend: 'onnxruntime-node cpu',
          files: engine.files(),
          ...(cost && { quantised: { ...engine.rounding, onFirstTokens: cost } }),
          passed,
          compared,
          ...numbers,
        },
        ok: passed,
      };
    } finally {
      await engine.dispose();
    }
  },
};
