/** Runs the store in a worker for its tests: sync access handles exist nowhere else. Never returns the bytes, only their hashes. */
import { AppError, type ErrorRecord } from '../../../src/base/errors.ts';
import type { StoredModel } from '../../../src/models/engine-report.ts';
import { deleteStored, listStored } from '../../../src/engine/store/stored-models.ts';
import { type LoadedFiles, loadModelFiles } from '../../../src/engine/store/load.ts';
import type { FileRole } from '../../../src/engine/store/manifest.ts';
import { sha256HexFast } from '../../../src/engine/store/sha256.ts';
import { openVault } from '../../../src/engine/store/vault.ts';

/** What a test can ask. */
export type StoreRequest =
  | { readonly do: 'load'; readonly url: string; readonly roles: readonly FileRole[] }
  | { readonly do: 'abort' }
  | { readonly do: 'list' }
  | { readonly do: 'delete' }
  | { readonly do: 'names' }
  /** Changes one byte of a stored file, as a failing disk would. */
  | { readonly do: 'spoil'; readonly sha256: string }
  /** Takes the file's exclusive handle, as another tab does while it stores it. */
  | { readonly do: 'hold'; readonly sha256: string };

/** What it gets. */
export type StoreReply =
  | { readonly is: 'progress'; readonly loadedBytes: number; readonly totalBytes: number; readonly source: string }
  | {
      readonly is: 'loaded';
      readonly result: Omit<LoadedFiles, 'files' | 'model' | 'streams'>;
      readonly hashes: Readonly<Record<string, string>>;
    }
  | { readonly is: 'error'; readonly error: ErrorRecord }
  | { readonly is: 'list'; readonly models: readonly StoredModel[] }
  | { readonly is: 'names'; readonly names: readonly string[] }
  | { readonly is: 'done' };

let controller = new AbortController();
const reply = (message: StoreReply): void => {
  postMessage(message);
};

const handlers = {
  load: async ({ url, roles }: { url: string; roles: readonly FileRole[] }) => {
    controller = new AbortController();
    const {
      files,
      model: _,
      streams: __,
      ...result
    } = await loadModelFiles(
      { kind: 'site', manifestUrl: url },
      {
        roles,
        signal: controller.signal,
        onProgress: (progress) => {
          if (progress.phase === 'bytes')
            reply({
              is: 'progress',
              loadedBytes: progress.loadedBytes,
              totalBytes: progress.totalBytes,
              source: progress.source,
            });
        },
      },
    );
    const hashes: Record<string, string> = {};
    for (const [path, bytes] of files) hashes[path] = await sha256HexFast(bytes);
    reply({ is: 'loaded', result, hashes });
  },
  list: async () => {
    reply({ is: 'list', models: await listStored() });
  },
  delete: async () => {
    await deleteStored();
    reply({ is: 'done' });
  },
  names: async () => {
    const { vault } = await openVault();
    reply({ is: 'names', names: ((await vault?.list()) ?? []).map((entry) => entry.name) });
  },
  spoil: async ({ sha256 }: { sha256: string }) => {
    const folder = await (await navigator.storage.getDirectory()).getDirectoryHandle('flipside-models');
    const writable = await (await folder.getFileHandle(`${sha256}.bin`)).createWritable({ keepExistingData: true });
    await writable.write({ type: 'write', position: 7, data: new Uint8Array([1, 2, 3, 4, 5, 6, 7, 8]) });
    await writable.close();
    reply({ is: 'done' });
  },
  hold: async ({ sha256 }: { sha256: string }) => {
    await (await openVault()).vault?.part(sha256);
    reply({ is: 'done' });
  },
};

self.addEventListener('message', (event: MessageEvent<StoreRequest>) => {
  const request = event.data;
  if (request.do === 'abort') {
    controller.abort();
    return;
  }
  const run = handlers[request.do] as (request: StoreRequest) => Promise<void>;
  run(request).catch((error: unknown) => {
    reply({ is: 'error', error: AppError.from(error).toRecord() });
  });
});
