/**
 * The numbers check in the browser: against a reference that is given, the one that lies beside the model or, where
 * there is neither, a float32 pass on the processor where that is another computation.
 */
import { throwIfStopped } from '../../base/abort.ts';
import type { NumbersReport, ReferenceFile } from '../../models/engine-report.ts';
import { AppError } from '../../base/errors.ts';
import { describeDecoder } from '../../graph/decoder-shape.ts';
import type { Decoder } from '../decoder.ts';
import { DECODER_ROLES, decoderFilesOf, fileAt } from '../model/model-files.ts';
import { givenReference } from './given-reference.ts';
import { checkNumbers, limitsOf } from './numbers-check.ts';
import { ownReference, ownTexts, shippedReference } from './numbers-reference.ts';
import type { DecoderFiles, WebBackend } from '../ort/opening.ts';
import { openWebDecoder } from '../ort/web-decoder.ts';
import { loadModelFiles } from '../store/load.ts';
import type { ResolvedModel } from '../store/model-source.ts';
import type { TextTokenizer } from '../text/tokenizer.ts';

/** The loaded model. */
interface CheckedModel {
  readonly source: ResolvedModel;
  readonly decoder: Decoder;
  readonly tokenizer: TextTokenizer;
  readonly backend: WebBackend;
  readonly chunkTokens: number;
  /** Its files where storage does not keep them. */
  readonly files: DecoderFiles | null;
}

/**
 * Checks the model where it runs; fetches what it needs and has not. Throws `cancelled`, `tensor-file-invalid` where `given`
 * does not fit, and what opening a decoder throws: the second one needs room for the weights again.
 */
export async function checkHere(
  { source, decoder, tokenizer, backend, chunkTokens, files }: CheckedModel,
  given: ReferenceFile | null,
  onProgress: (done: number, total: number) => void,
  signal: AbortSignal,
): Promise<NumbersReport> {
  const start = (text: string): readonly number[] => tokenizer.start(text);
  // Before anything large is fetched.
  const own = given && givenReference(new Uint8Array(given.bytes), given.name, decoder.sizes, start);
  const ships = given === null && source.manifest.files.some(({ role }) => role === 'reference');
  const roles = [...(files ? [] : DECODER_ROLES), ...(ships ? (['reference'] as const) : [])];
  const loaded = roles.length === 0 ? null : await loadModelFiles(source, { roles, signal });
  const modelFiles = files ?? (loaded && decoderFilesOf(loaded));
  if (modelFiles === null) throw new AppError('internal', 'The model is loaded, and its files are nowhere.');
  const untouched = async (): Promise<Decoder> =>
    (await openWebDecoder(modelFiles, backend, { hooked: false })).decoder;
  const parts = {
    decoder,
    chunkTokens,
    limits: limitsOf(decoder.activations),
    untouched,
    rounds: describeDecoder(modelFiles.graph).rounds,
    texts: ownTexts(start),
    onProgress,
    signal,
  };
  if (own !== null) return checkNumbers({ ...parts, reference: own, against: 'given' });
  if (loaded !== null && ships) {
    const reference = shippedReference(
      new TextDecoder().decode(fileAt(loaded, 'reference.json')),
      fileAt(loaded, 'reference.safetensors'),
      decoder.sizes,
    );
    return checkNumbers({ ...parts, reference, against: 'shipped' });
  }
  // In float32 on the processor that pass would be this one again.
  if (backend === 'wasm' && decoder.activations === 'float32')
    return checkNumbers({ ...parts, reference: [], against: 'none' });
  const { decoder: float32 } = await openWebDecoder(modelFiles, 'wasm', { hooked: true, float32: true });
  try {
    const reference = await ownReference(float32, start, parts.limits.logits, () => throwIfStopped(signal));
    return await checkNumbers({ ...parts, reference, against: 'processor' });
  } finally {
    await float32.dispose();
  }
}
