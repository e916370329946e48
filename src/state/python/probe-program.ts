/** A probe as a Python program: what it reads at the end of one short text. */
import { AppError } from '../../base/errors.ts';
import { parseProbe } from '../../formats/probe/probe.ts';
import { readingOf } from '../../formats/python/from-probe.ts';
import { fourDigits } from '../../formats/python/program-types.ts';
import { carriedFiles } from '../probes/probe-to-use.ts';
import type { ProbeOffer } from '../probes/probe-card.ts';
import type { MakeProgram } from './copy-python.ts';
import { pythonWeights } from './python-weights.ts';

/** A text in which somebody does something to somebody; any would do. */
const TEXT = 'She fed the old dog, and gave it water. Then she kicked it.';

/** Reads the text with the probe, beside what the engine holds. Throws `usage` without a model or a reading. */
export const probeProgram =
  (offer: ProbeOffer): MakeProgram =>
  async ({ session }) => {
    session.needReady();
    const { status } = session;
    const carried = await carriedFiles(offer, session);
    if (status === null || carried === null) return null;
    const { json, tensors } = carried.files;
    const probe = parseProbe(json, new Uint8Array(tensors));
    const read = await session.readAxes({ text: TEXT, probes: [carried.files], every: 'clause' }, () => undefined);
    if (read === null) return null;
    const last = read.readings.findLast(({ axes }) => axes[0] !== null && axes[0] !== undefined);
    const expected = last?.axes[0]?.score;
    if (last === undefined || expected === undefined)
      throw new AppError('usage', `The probe ${offer.title} reads nothing of "${TEXT}". Choose another probe.`);
    const { afterToken: token, stand } = last;
    return readingOf(probe, {
      text: TEXT,
      ids: null,
      token,
      id: read.pieces[token]?.id ?? -1,
      stand,
      own: stand === 'sentence' && probe.trace !== null && status.branching,
      layer: read.axes[0]?.layer ?? null,
      expected,
      tolerance: fourDigits(expected),
      weights: pythonWeights(status.model),
    });
  };
