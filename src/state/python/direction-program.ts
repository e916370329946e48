/** A direction through the lens as a Python program: how far it moves the word that it moves most. */
import { AppError } from '../../base/errors.ts';
import { parseProbe } from '../../formats/probe/probe.ts';
import { directionFrom } from '../../formats/python/from-probe.ts';
import type { DirectionKind, DirectionWords } from '../../lens/lens.ts';
import type { MakeProgram } from './copy-python.ts';
import { pythonWeights } from './python-weights.ts';

/** Of the probe in use. Throws `usage` for a layer without a direction. */
export const directionProgram =
  (kind: DirectionKind, { layer, promoted: [word] }: DirectionWords): MakeProgram =>
  async ({ session, probes }) => {
    const model = session.status?.model;
    if (word === undefined || model === undefined)
      throw new AppError('usage', `There is no direction at layer ${layer} that moves a word. Choose another layer.`);
    const { json, tensors } = await probes.needChosen().files();
    return directionFrom(parseProbe(json, new Uint8Array(tensors)), { kind, layer }, word, pythonWeights(model));
  };
