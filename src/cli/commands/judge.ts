/** `judge`: an existing probe, or a control vector made elsewhere, on a prompt set. */
import { basename } from 'node:path';
import type { ModelIdentity } from '../../core/probe-types.ts';
import { directionsFrom } from '../../format/control-vector.ts';
import { type ControlVector, readControlVector } from '../../format/gguf.ts';
import type { PromptSet } from '../../format/prompt-set.ts';
import { openNodeReader } from '../../runtime/node/node-engine.ts';
import { type Judged, judgeProbe } from '../../training/judge.ts';
import { Options, type Command } from '../command.ts';
import { readInput, readProbe, readPromptSet } from '../files.ts';
import { showProgress } from '../progress.ts';

/** Scores a set with a probe that was trained elsewhere. `open` brings the model of a folder in. */
export const judgeWith = (open: typeof openNodeReader): Command => ({
  name: 'judge',
  usage: 'judge --model DIR (--probe DIR | --vector FILE.gguf) --set FILE.set.json',
  summary: 'AUROC and paired accuracy per layer of an existing probe, or of a control vector, on a prompt set (neutral rows may be missing).',
  async run(args, signal) {
    const options = new Options('judge', args, { model: { type: 'string' }, probe: { type: 'string' }, vector: { type: 'string' }, set: { type: 'string' } });
    const path = options.text('vector');
    const vector = path === undefined ? undefined : readControlVector(await readInput(path), basename(path));
    const known = vector === undefined ? await readProbe(options.needed('probe')) : undefined;
    const set = await readPromptSet(options.needed('set'), { requireNeutral: false });
    const reader = await open(options.needed('model'));
    try {
      const judgement = await judgeProbe(reader, known?.probe ?? unscaled(vector, set, reader.model), set, { onProgress: ({ stage, done, total }) => showProgress(stage, done, total), signal });
      const what = known === undefined ? { vector: { name: vector?.name, madeFor: vector?.model, means: 'projections, not scores: a control vector has no unit' } } : { probe: { id: known.probe.id, sha256: known.sha256, defaultLayer: known.probe.defaultLayer } };
      return { result: { model: reader.model, ...what, ...judgement }, ok: true };
    } finally {
      await reader.dispose();
    }
  },
});

/** The same on onnxruntime-node. */
export const judge = judgeWith(openNodeReader);

/** A control vector as something to judge: read at the first two taps of the set, as training does, in no unit. */
function unscaled(vector: ControlVector | undefined, set: PromptSet, model: ModelIdentity): Judged {
  const directions = vector === undefined ? new Float32Array(0) : directionsFrom(vector, model);
  const unit = { tapMean: 0, scale: 1, tokenMean: 0, tokenSd: 1, smoothSd: 1 };
  return { id: vector?.name ?? '', model, taps: set.taps.slice(0, 2), directions, calibration: Array.from({ length: model.layerCount + 1 }, () => unit) };
}
