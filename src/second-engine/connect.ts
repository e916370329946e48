/** Loads web-llm, which is a chunk of its own and comes only when somebody asks for a chat model, and a model with it. */
import type { AppConfig } from '@mlc-ai/web-llm';
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex } from '@noble/hashes/utils.js';
import { throwIfStopped } from '../base/abort.ts';
import { AppError } from '../base/errors.ts';
import type { ConnectChatModel } from '../chat/chat-model.ts';
import type { ChatModelRecord } from '../chat/model-list.ts';
import { missingFile, modelFolder, weightsList } from './addresses.ts';
import { chatModelOf } from './chat-model.ts';
import type { Engine } from './web-llm-parts.ts';

/** A model as web-llm is given it. */
function appConfigOf(record: ChatModelRecord, page: string): AppConfig {
  return {
    model_list: [
      {
        model_id: record.id,
        model: modelFolder(record, page).told,
        model_lib: new URL(record.library, page).href,
        overrides: record.overrides,
      },
    ],
  };
}

/** {@link ConnectChatModel} by web-llm. */
export const connectWebLlm: ConnectChatModel = async (record, onProgress, signal) => {
  throwIfStopped(signal);
  const page = document.baseURI;
  const { MLCEngine } = await import('@mlc-ai/web-llm').catch((error: unknown) => {
    throw new AppError(
      'second-engine-unavailable',
      'web-llm itself did not arrive. Check that the page is still being served, then load again.',
      {},
      error,
    );
  });
  throwIfStopped(signal);
  const engine = new MLCEngine({
    appConfig: appConfigOf(record, page),
    logLevel: 'SILENT',
    initProgressCallback: ({ progress, text }) => onProgress({ share: progress, words: text }),
  });
  const stop = (): void => void engine.unload();
  signal.addEventListener('abort', stop, { once: true });
  try {
    await engine.reload(record.id);
    // A load that was stopped ends without an error.
    throwIfStopped(signal);
    return chatModelOf(engine as unknown as Engine, record.id, await weightsHash(record, page));
  } catch (error) {
    throwIfStopped(signal);
    throw await refusalOf(error, record, page);
  } finally {
    signal.removeEventListener('abort', stop);
  }
};

/** Deletes what the browser keeps of a model's files, so that they are fetched anew. */
export async function forgetWebLlmFiles(record: ChatModelRecord): Promise<void> {
  const { deleteModelAllInfoInCache } = await import('@mlc-ai/web-llm');
  await deleteModelAllInfoInCache(record.id, appConfigOf(record, document.baseURI));
}

/** SHA-256 of a model's list of weights: the copy that web-llm has just read, which its cache keeps under the same address. */
async function weightsHash(record: ChatModelRecord, page: string): Promise<string> {
  const url = weightsList(record, page);
  const list = (await caches.match(url)) ?? (await fetch(url));
  return bytesToHex(sha256(new Uint8Array(await list.arrayBuffer())));
}

/** Why a load failed, in words that name the file or what the browser lacks: web-llm's own seldom do. */
async function refusalOf(error: unknown, record: ChatModelRecord, page: string): Promise<AppError> {
  if (error instanceof AppError) return error;
  const message = error instanceof Error ? error.message : String(error);
  const missing = await missingFile(record, page, (url, init) => fetch(url, init));
  const library = new URL(record.library, page).href;
  // A page that came in place of the library fails as one that was never compiled.
  if (error instanceof WebAssembly.CompileError && missing?.url !== library)
    return new AppError(
      'second-engine-unavailable',
      `${record.id} would not start: ${library} is no WebAssembly. Put the library there that was compiled for this model, or correct its address in the list of chat models.`,
      { model: record.id, url: library },
      error,
    );
  if (missing === null)
    return new AppError(
      'second-engine-unavailable',
      `${record.id} would not start: ${message.replace(/\.$/, '')}. All its files are there; see that its library was compiled for this model and for web-llm 0.2.86, or delete its files here and load again.`,
      { model: record.id },
      error,
    );
  const elsewhere = new URL(missing.url).origin !== new URL(page).origin;
  const advice = elsewhere
    ? 'This page may fetch from its own address only, unless it was built to allow others; put the files beside the page.'
    : 'Put it there, or correct the address in the list of chat models.';
  return new AppError(
    'second-engine-unavailable',
    `${record.id} lacks ${missing.url} (${missing.why}). ${advice}`,
    { model: record.id, url: missing.url },
    error,
  );
}
