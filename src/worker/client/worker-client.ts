/** The engine client over a worker: turns messages into promises and sinks, and a worker's death into an error. */
import { AppError } from '../../core/errors.ts';
import type { ModelSource } from '../../core/model-source.ts';
import type { ReadingSink } from '../../core/reading.ts';
import engineScript from '../host/engine.worker.ts?worker&url';
import type { CallEvent, CallName, Calls, EngineMemory, Message, Request } from '../protocol.ts';
import { startWorker } from '../start-worker.ts';
import type { EngineClient } from './engine-client.ts';

interface Pending {
  resolve(value: Calls[CallName]['value']): void;
  reject(error: AppError): void;
  onEvent(event: CallEvent): void;
}

/** Starts the engine worker. Relative model addresses are resolved against the page. */
export function connectEngine(): EngineClient {
  return createWorkerClient(startWorker(new URL(engineScript, import.meta.url).href, { name: 'flipside-engine' }));
}

/** The client over any worker that speaks the protocol. */
export function createWorkerClient(worker: Worker): EngineClient {
  const pending = new Map<number, Pending>();
  let lastId = 0;
  let dead: AppError | null = null;
  /** A worker whose device is gone still has its memory. */
  let ended = false;
  let onLost: (error: AppError) => void = () => undefined;
  let onMemory: (memory: EngineMemory) => void = () => undefined;

  const watch = new AbortController();

  const end = (): void => {
    ended = true;
    watch.abort();
    worker.terminate();
  };
  const failAll = (error: AppError): void => {
    dead = error;
    for (const call of pending.values()) call.reject(error);
    pending.clear();
  };
  const die = (error: AppError): void => {
    if (ended) return;
    const told = dead !== null;
    failAll(dead ?? error);
    end();
    if (!told) onLost(error);
  };
  worker.onerror = (event) => {
    event.preventDefault();
    die(
      new AppError(
        'worker-died',
        `The engine stopped: ${event.message || 'its script could not run'}. Your text is kept: start the model again.`,
        { message: event.message },
      ),
    );
  };
  worker.onmessageerror = () =>
    die(
      new AppError(
        'worker-died',
        'The engine sent something that could not be read. Your text is kept: start the model again.',
      ),
    );
  /** Waits for the lock that the worker holds: it falls free when the worker is gone, and no event tells of that. */
  const watchOver = (lock: string): void => {
    navigator.locks
      .request(lock, { signal: watch.signal }, () =>
        die(new AppError('worker-died', 'The engine ended without a word. Your text is kept: start the model again.')),
      )
      .catch((error: unknown) => {
        if (!watch.signal.aborted) throw error;
      });
  };
  worker.onmessage = (message: MessageEvent<Message>) => {
    const data = message.data;
    if (data.kind === 'lost') {
      if (dead) return;
      const error = AppError.fromRecord(data.error);
      failAll(error);
      onLost(error);
      return;
    }
    if (data.kind === 'alive') {
      watchOver(data.lock);
      return;
    }
    if (data.kind === 'memory') {
      onMemory(data.memory);
      return;
    }
    const call = pending.get(data.id);
    if (!call) return; // the answer to a call that the page no longer waits for
    if (data.kind === 'event') {
      try {
        call.onEvent(data.event);
      } catch (thrown) {
        // Whoever asked cannot take the answer: a reading with a hole in it must not end as if it were whole.
        pending.delete(data.id);
        worker.postMessage({ kind: 'cancel', id: data.id } satisfies Request);
        call.reject(AppError.from(thrown));
      }
      return;
    }
    pending.delete(data.id);
    if (data.kind === 'value') call.resolve(data.value);
    else call.reject(AppError.fromRecord(data.error));
  };

  function call<K extends CallName>(
    name: K,
    args: Calls[K]['args'],
    onEvent: (event: CallEvent) => void,
    signal?: AbortSignal,
    begun?: (id: number) => void,
    transfer: Transferable[] = [],
  ): Promise<Calls[K]['value']> {
    if (dead && (ended || name !== 'takeReadings')) return Promise.reject(dead);
    if (signal?.aborted) return Promise.reject(new AppError('cancelled', 'Stopped.'));
    const id = ++lastId;
    const send = (request: Request, carried: Transferable[] = []): void => worker.postMessage(request, carried);
    const cancel = (): void => send({ kind: 'cancel', id });
    signal?.addEventListener('abort', cancel, { once: true });
    return new Promise<Calls[K]['value']>((resolve, reject) => {
      pending.set(id, { resolve, reject, onEvent });
      // The union of requests is built from `Calls`, which TypeScript cannot see through a generic name.
      send({ kind: 'call', id, call: name, args } as Request, transfer);
      begun?.(id);
    }).finally(() => signal?.removeEventListener('abort', cancel));
  }

  const toSink =
    (sink: ReadingSink) =>
    (event: CallEvent): void => {
      if (event.event === 'tokens') sink.tokens(event.batch);
      else if (event.event === 'tap') sink.tap(event.tap);
    };

  return {
    load: (args, onProgress, signal) =>
      call(
        'load',
        { ...args, model: absolute(args.model) },
        (event) => event.event === 'load-progress' && onProgress(event.progress),
        signal,
      ),
    useProbe: ({ json, tensors, sets }, onProgress, signal) =>
      call(
        'useProbe',
        { json, tensors, sets },
        (event) => event.event === 'check-progress' && onProgress(event.done, event.total),
        signal,
      ),
    carryOver: ({ json, tensors, sets }, onProgress, signal) =>
      call(
        'carryOver',
        { json, tensors, sets },
        (event) => event.event === 'check-progress' && onProgress(event.done, event.total),
        signal,
      ),
    renderChat: (messages, signal) => call('renderChat', { messages }, () => undefined, signal),
    read: (args, sink, signal) => call('read', args, toSink(sink), signal),
    refine: (args, sink, onProgress, signal) =>
      call(
        'refine',
        args,
        (event) => {
          if (event.event === 'refine-progress') onProgress(event.done, event.total);
          else toSink(sink)(event);
        },
        signal,
      ),
    generate: (args, sink, signal) => call('generate', args, toSink(sink), signal),
    writePushed: (args, sink, adjusting, signal) =>
      call('writePushed', args, toSink(sink), signal, (id) =>
        adjusting((strength) => worker.postMessage({ kind: 'adjust', id, strength } satisfies Request)),
      ),
    matchPush: (args, signal) => call('matchPush', args, () => undefined, signal),
    measureDose: (args, onProgress, signal) =>
      call('measureDose', args, (event) => event.event === 'dose-progress' && onProgress(event.progress), signal),
    findWords: (words, firstToken, signal) => call('findWords', { words, firstToken }, () => undefined, signal),
    lens: (args, onProgress, signal) =>
      call('lens', args, (event) => event.event === 'lens-progress' && onProgress(event.done, event.total), signal),
    lensDirection: (args, signal) => call('lensDirection', args, () => undefined, signal),
    diverge: (args, onProgress, signal) =>
      call('diverge', args, (event) => event.event === 'runs-progress' && onProgress(event.done, event.total), signal),
    patch: (args, onProgress, signal) =>
      call('patch', args, (event) => event.event === 'runs-progress' && onProgress(event.done, event.total), signal),
    patchGoOn: (args, signal) => call('patchGoOn', args, () => undefined, signal),
    patchRead: (args, signal) => call('patchRead', args, () => undefined, signal),
    train: (plan, onProgress, signal) =>
      call('train', plan, (event) => event.event === 'train-progress' && onProgress(event.progress), signal),
    takeReadings: () => call('takeReadings', {}, () => undefined),
    giveReadings: async (readings) => {
      await call('giveReadings', readings, () => undefined, undefined, undefined, [readings.values.buffer]);
    },
    judge: (args, onProgress, signal) =>
      call('judge', args, (event) => event.event === 'train-progress' && onProgress(event.progress), signal),
    checkSpec: (source) => call('checkSpec', { source }, () => undefined),
    analyseUnits: (specs, units) => call('analyseUnits', { specs, units }, () => undefined),
    estimateExperiment: (args, signal) => call('estimateExperiment', args, () => undefined, signal),
    runExperiment: (args, onProgress, onPart, signal) =>
      call(
        'runExperiment',
        args,
        (event) => {
          if (event.event === 'experiment-progress') onProgress(event.progress);
          else if (event.event === 'experiment-part') onPart(event.part);
        },
        signal,
      ),
    checkNumbers: (given, onProgress, signal) =>
      call(
        'checkNumbers',
        { given },
        (event) => event.event === 'check-progress' && onProgress(event.done, event.total),
        signal,
      ),
    listKept: () => call('listKept', {}, () => undefined),
    deleteKept: async (key) => {
      await call('deleteKept', { key }, () => undefined);
    },
    listHub: (args, signal) => call('listHub', args, () => undefined, signal),
    listPicked: (args, signal) => call('listPicked', args, () => undefined, signal),
    weighModel: (args, signal) => call('weighModel', args, () => undefined, signal),
    checkModel: async (args, signal) => {
      await call('checkModel', args, () => undefined, signal);
    },
    onLost: (callback) => {
      onLost = callback;
      if (dead) callback(dead);
    },
    onMemory: (callback) => {
      onMemory = callback;
    },
    dispose: () => {
      dead ??= new AppError('cancelled', 'The engine was closed.');
      for (const waiting of pending.values()) waiting.reject(dead);
      pending.clear();
      end();
    },
  };
}

/** A worker's own address is no base for the page's. */
function absolute(model: ModelSource): ModelSource {
  return model.kind === 'site' ? { ...model, manifestUrl: new URL(model.manifestUrl, document.baseURI).href } : model;
}
