/** The engine client over a worker: turns messages into promises and sinks, and a worker's death into an error. */
import { AppError } from '../../base/errors.ts';
import type { ModelSource } from '../../models/model-source.ts';
import {
  CALL_NAMES,
  type CallArgs,
  type CallName,
  type CallRequest,
  type CallValue,
  ENGINE_CALLS,
  type EngineMemory,
  type Message,
  type Request,
} from '../protocol.ts';
import type { CallOptions, EngineCallers, EngineClient } from './engine-client.ts';

interface Pending {
  resolve(value: CallValue<CallName>): void;
  reject(error: AppError): void;
  readonly on: Readonly<Record<string, ((value: unknown) => void) | undefined>>;
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
        call.on[data.event]?.(data.value);
      } catch (thrown) {
        // The caller failed on a part of the answer: a reading with a hole must not end as if it were whole.
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

  function call<Name extends CallName>(
    name: Name,
    args: CallArgs<Name>,
    { on = {}, signal, changing, transfer = [] }: CallOptions<Name>,
  ): Promise<CallValue<Name>> {
    if (dead && (ended || ENGINE_CALLS[name].afterLoss !== true)) return Promise.reject(dead);
    if (signal?.aborted) return Promise.reject(new AppError('cancelled', 'Stopped.'));
    const id = ++lastId;
    const send = (request: Request, handedOver: readonly Transferable[] = []): void =>
      worker.postMessage(request, [...handedOver]);
    const cancel = (): void => send({ kind: 'cancel', id });
    signal?.addEventListener('abort', cancel, { once: true });
    return new Promise<CallValue<Name>>((resolve, reject) => {
      // What belongs together by its name and id is of one type on both sides, which TypeScript cannot see.
      pending.set(id, { resolve, reject, on } as Pending);
      send({ kind: 'call', id, call: name, args } as CallRequest, transfer);
      changing?.((change) => send({ kind: 'change', id, change }));
    }).finally(() => signal?.removeEventListener('abort', cancel));
  }

  const calls = Object.fromEntries(
    CALL_NAMES.map((name) => [
      name,
      (args: CallArgs<typeof name>, options: CallOptions<typeof name> = {}) => call(name, addressed(args), options),
    ]),
  ) as unknown as EngineCallers;

  return {
    ...calls,
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

/** The arguments of a call, with the whole address of a model of this site: a worker's own address is no base for the page's. */
function addressed<Args>(args: Args): Args {
  const { model } = (args ?? {}) as { readonly model?: ModelSource };
  return model?.kind === 'site'
    ? { ...args, model: { ...model, manifestUrl: new URL(model.manifestUrl, document.baseURI).href } }
    : args;
}
