/** Entry of the engine worker: answers requests one at a time and lets a running one be stopped. */
import './threads.ts';
import { throwIfStopped } from '../../base/abort.ts';
import { AppError } from '../../base/errors.ts';
import type { TokenBatch } from '../../reading/reading.ts';
import { measureSpeed } from '../../engine/speed/measure-speed.ts';
import { checkModel } from '../../engine/store/check-model.ts';
import { deleteStored, listStored } from '../../engine/store/stored-models.ts';
import { listHub } from '../../engine/store/hub.ts';
import { listPicked } from '../../engine/store/picked.ts';
import { weighHere } from '../../engine/store/weigh.ts';
import { WebEngine } from '../../engine/web-engine.ts';
import type {
  CallArgs,
  CallListeners,
  CallName,
  CallRequest,
  CallValue,
  Message,
  Request,
  Steps,
} from '../protocol.ts';
import { createCarriedProbes } from './carried-probes.ts';
import { createExperimentCalls } from './experiment-calls.ts';
import { holdLife } from './hold-life.ts';
import { createRunCalls } from './run-calls.ts';
import { createSteeringCalls } from './steering-calls.ts';
import { createTrainingCalls } from './training-calls.ts';

declare const self: DedicatedWorkerGlobalScope;

const engine = new WebEngine((error) => post({ kind: 'lost', error: error.toRecord() }));
const probes = createCarriedProbes(engine);
const training = createTrainingCalls(
  () => engine.segmentReader(),
  (files) => probes.take(files).probe,
);
const steering = createSteeringCalls(engine, probes);
const runs = createRunCalls(engine, probes);
const experiments = createExperimentCalls((neutral) => engine.subject(neutral));
const running = new Map<number, AbortController>();
/** Calls wait for the one before: the engine has one text and one cache. */
let queue: Promise<void> = Promise.resolve();

/** What answers each call. */
type Handlers = {
  readonly [Name in CallName]: (
    args: CallArgs<Name>,
    call: { readonly on: CallListeners<Name>; readonly signal: AbortSignal },
  ) => Promise<CallValue<Name>> | CallValue<Name>;
};

const HANDLERS: Handlers = {
  load: (args, { on, signal }) => engine.load(args, on, signal),
  planModel: (args, { signal }) => engine.plan(args, signal),
  useProbe: async (args, { on, signal }) => {
    const { probe, agreement } = await probes.measure(args, counted(on.progress), signal);
    engine.useProbe(probe);
    return agreement;
  },
  carryOver: async (args, { on, signal }) => (await probes.measure(args, counted(on.progress), signal)).agreement,
  renderChat: ({ messages }) => engine.renderChat(messages),
  read: (args, { on, signal }) => engine.read(args, on, signal),
  refine: ({ every }, { on, signal }) => engine.refine(every, on, counted(on.progress), signal),
  readAxes: (args, { on, signal }) => runs.readAxes(args, counted(on.progress), signal),
  generate: (args, { on, signal }) => engine.generate(args, on, signal),
  writeSteered: (args, { on, signal }) => steering.write(args, on, signal),
  futures: (args, { on, signal }) => steering.futures(args, on, signal),
  matchSteering: (args, { signal }) => steering.match(args, signal),
  steeredWords: (args, { signal }) => steering.words(args, signal),
  measureDose: (args, { on, signal }) => steering.measure(args, on.progress, signal),
  findWords: ({ words, firstToken }) => engine.findWords(words, firstToken),
  lens: (args, { on, signal }) => engine.lens(args, counted(on.progress), signal),
  lensDirection: (args, { signal }) => engine.lensDirection(args, signal),
  diverge: (args, { on, signal }) => runs.diverge(args, counted(on.progress), signal),
  patch: (args, { on, signal }) => runs.patch(args, counted(on.progress), signal),
  patchGoOn: (args, { signal }) => runs.patchGoOn(args, signal),
  patchRead: (args, { signal }) => runs.patchRead(args, signal),
  train: (args, { on, signal }) => training.train(args, on.progress, signal),
  takeReadings: () => training.takeReadings(),
  giveReadings: (args) => {
    training.giveReadings(args);
    return null;
  },
  judge: (args, { on, signal }) => training.judge(args, on.progress, signal),
  judgeMasked: (args, { on, signal }) => training.judgeMasked(args, on.progress, signal),
  checkSpec: ({ source }) => experiments.check(source),
  analyseUnits: ({ specs, units }) => experiments.analyse(specs, units),
  estimateExperiment: (args, { signal }) => experiments.estimate(args, signal),
  runExperiment: (args, { on, signal }) => experiments.run(args, on.progress, on.part, signal),
  measureSpeed: (args, { on, signal }) =>
    measureSpeed({ ...engine.reader, scorer: engine.scorerIfAny }, args, on, signal),
  listStored: () => listStored(),
  deleteStored: async ({ key }) => {
    await deleteStored(key);
    return null;
  },
  listHub: (args, { signal }) => listHub(args, signal),
  listPicked: (args, { signal }) => listPicked(args, signal),
  weighModel: (args, { signal }) => weighHere(args, signal),
  checkModel: async (args, { signal }) => {
    await checkModel(args, signal);
    return null;
  },
  checkNumbers: ({ given }, { on, signal }) => engine.checkNumbers(given, counted(on.progress), signal),
};

/** Buffers of answers that are handed over, not copied: a long text through the lens is some megabytes. */
const HANDED_OVER: { readonly [Name in CallName]?: (value: CallValue<Name>) => ArrayBufferLike[] } = {
  lens: ({ rows }) => Object.values(rows).map((numbers: Uint32Array | Float32Array) => numbers.buffer),
  takeReadings: ({ values }) => [values.buffer],
};

holdLife((lock) => post({ kind: 'alive', lock }));

self.onmessage = (message: MessageEvent<Request>) => {
  const request = message.data;
  if (request.kind === 'cancel') {
    running.get(request.id)?.abort();
    return;
  }
  if (request.kind === 'change') {
    // At once, not in the queue: the call that it is for is the one that runs.
    if (running.has(request.id)) steering.adjust(request.change);
    return;
  }
  const controller = new AbortController();
  running.set(request.id, controller);
  queue = queue.then(() => answer(request, controller.signal));
};

async function answer(request: CallRequest, signal: AbortSignal): Promise<void> {
  try {
    throwIfStopped(signal);
    const value = await perform(request, signal);
    post({ kind: 'value', id: request.id, value }, HANDED_OVER[request.call]?.(value as never));
  } catch (thrown) {
    post({ kind: 'error', id: request.id, error: AppError.from(thrown).toRecord() });
  } finally {
    post({ kind: 'memory', memory: engine.memory() });
    running.delete(request.id);
  }
}

function perform<Name extends CallName>(
  { id, call, args }: CallRequest<Name>,
  signal: AbortSignal,
): Promise<CallValue<Name>> | CallValue<Name> {
  // Each event has a listener that posts it; which events a call has is known to the type only.
  const on = new Proxy({} as CallListeners<Name>, {
    get: (_, event) => (value: unknown) =>
      post({ kind: 'event', id, event, value } as Message, event === 'tokens' ? buffersOf(value as TokenBatch) : []),
  });
  return HANDLERS[call](args, { on, signal });
}

/** Steps as a listener of two numbers. */
function counted(progress: (steps: Steps) => void): (done: number, total: number) => void {
  return (done, total) => progress({ done, total });
}

/** What a batch is carried in: handed over, not copied. */
function buffersOf({ scores, words, poles }: TokenBatch): ArrayBufferLike[] {
  return [{ scores, words }, ...(poles === null ? [] : [poles.positive, poles.negative])].flatMap((each) => [
    each.scores.buffer,
    each.words.buffer,
  ]);
}

function post(message: Message, transfer: Transferable[] = []): void {
  self.postMessage(message, transfer);
}
