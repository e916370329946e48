/** The reading that one looks at as a Python program. */
import { AppError } from '../../base/errors.ts';
import { parseProbe } from '../../formats/probe/probe.ts';
import { type ReadPlace, readingOf } from '../../formats/python/from-probe.ts';
import { fourDigits, type PythonLibrary } from '../../formats/python/program-types.ts';
import type { ModelIdentity } from '../../probe/probe-types.ts';
import { probeHash } from '../runs/run-record.ts';
import type { ReadingState } from '../runs/reading.svelte.ts';
import { copyPython, type MakeProgram, type PythonApp } from './copy-python.ts';
import { pythonWeights } from './python-weights.ts';

/** Recordings hold hundredths, so a number of one may be off by half of one. */
const ROUNDED = 0.005;

/**
 * The reading of the token that is pointed at or held, or else of the last: over the probe's layers, at the one layer that is
 * shown, or the token's own score where tokens are coloured by it. Before smoothing. Throws `usage` where nothing can be read again.
 */
const readingProgram: MakeProgram = async (app) => {
  const { readingController } = app;
  const { reading, view, instrument } = readingController;
  if (reading === null || reading.tokens.length === 0)
    throw new AppError('usage', 'No text is shown, so there is no number to find again. Read a text first.');
  if (reading.push !== null)
    throw new AppError(
      'usage',
      'This text was read while the model was steered, and a program reads it without. Choose Copy as Python in Steer.',
    );
  const probe = await probeOf(app, reading);
  const wanted = view.current ?? reading.tokens.length - 1;
  const readout =
    instrument.grain === 'reading'
      ? (reading.readouts.find(({ afterToken }) => afterToken >= wanted) ?? reading.readouts.at(-1))
      : undefined;
  const token = readout?.afterToken ?? wanted;
  const layer = readout !== undefined && !view.single ? null : view.layer;
  const expected =
    readout === undefined
      ? (reading.scores[token * reading.frame.layers + view.layer] ?? Number.NaN)
      : ((layer === null ? readout.shown?.score : undefined) ??
        readout.score[layer ?? reading.frame.defaultLayer] ??
        Number.NaN);
  const written = reading.givenTokens < reading.tokens.length;
  const place: ReadPlace = {
    text: reading.text,
    ids: written ? reading.tokens.slice(0, token + 1).map(({ id }) => id) : null,
    token,
    id: reading.tokens[token]?.id ?? -1,
    stand: readout?.stand ?? null,
    own: readout?.stand === 'sentence' && probe.trace !== null && (reading.maker?.engine.branching ?? true),
    layer,
    expected,
    tolerance: fourDigits(expected) + (reading.recording === null ? 0 : ROUNDED),
    weights: pythonWeights(modelOf(app, reading)),
  };
  return readingOf(probe, place);
};

/** Puts that program on the clipboard; whether it is there. Throws as the above. */
export const copyReading = (app: PythonApp, library: PythonLibrary): Promise<boolean> =>
  copyPython(app, library, readingProgram);

/** The model that read it: as it was loaded then, as it is loaded now, or by its id. */
function modelOf({ session }: PythonApp, { maker, recording }: ReadingState): Pick<ModelIdentity, 'id'> {
  if (maker !== null) return maker.engine.model;
  const { model: id = '', weightsSha256 } = recording?.provenance ?? {};
  const loaded = session.status?.model;
  return loaded !== undefined && loaded.weightsSha256 === weightsSha256 ? loaded : { id };
}

/** The probe that read the text. Throws `usage` where it is not here any more, or is another by now. */
async function probeOf({ probes }: PythonApp, reading: ReadingState): Promise<ReturnType<typeof parseProbe>> {
  const offer = reading.probeKey === null ? null : probes.offer(reading.probeKey);
  if (offer === null)
    throw new AppError('usage', 'The probe that read this text is not here. Choose a probe, and read the text again.');
  const read = await (reading.maker?.probeSha256() ?? reading.recording?.provenance.probeSha256);
  if (read !== (await probeHash(offer)))
    throw new AppError(
      'usage',
      `The probe ${offer.title} is not the one that read this text: its files have changed. Read the text again.`,
    );
  const { json, tensors } = await offer.files();
  return parseProbe(json, new Uint8Array(tensors));
}
