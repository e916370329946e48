/** `verify`: the model's files against their hashes, and the numbers check on this machine. */
import { throwIfStopped } from '../../core/abort.ts';
import { openNodeEngine } from '../../runtime/node/node-engine.ts';
import { checkNumbers } from '../../runtime/numbers-check.ts';
import { Options, type Command } from '../command.ts';
import { showProgress } from '../progress.ts';

/** Holds every listed file to its hash, then compares residuals, logits and greedy tokens with the reference in the model folder, or with a float32 pass of the same weights. */
export const verify: Command = {
  name: 'verify',
  usage: 'verify --model DIR',
  summary: 'Holds every file of DIR to its hash in SHA256SUMS there or DIR.manifest.json beside it, then checks the numbers: residual stream, logits and greedy tokens against the float32 reference in DIR or, where there is none, a float32 pass.',
  async run(args, signal) {
    const options = new Options('verify', args, { model: { type: 'string' } });
    const onHeld = (done: number, total: number): void => {
      showProgress('files', done, total);
      throwIfStopped(signal);
    };
    const engine = await openNodeEngine(options.model(), { everyListedFile: true, onHeld });
    try {
      const report = await checkNumbers({
        decoder: engine.decoder,
        chunkTokens: engine.chunkTokens,
        ...(await engine.numbers()),
        onProgress: (done, total) => showProgress('checking', done, total),
        signal,
      });
      return { result: { model: engine.model, backend: 'onnxruntime-node cpu', files: engine.files(), ...report }, ok: report.passed };
    } finally {
      await engine.dispose();
    }
  },
};
