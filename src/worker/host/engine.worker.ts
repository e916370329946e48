/** Entry of the engine worker: answers requests one at a time and lets a running one be stopped. */
import './threads.ts';
import { throwIfStopped } from '../../core/abort.ts';
import { AppError } from '../../core/errors.ts';
import type { ReadingSink, TokenBatch } from '../../core/reading.ts';
import { checkModel } from '../../runtime/store/check-model.ts';
import { deleteKept, listKept } from '../../runtime/store/kept.ts';
import { listHub } from '../../runtime/store/hub.ts';
import { listPicked } from '../../runtime/store/picked.ts';
import { weighHere } from '../../runtime/store/weigh.ts';
import { WebEngine } from '../../runtime/web-engine.ts';
import type { CallEvent, CallName, Calls, Message, Request } from '../protocol.ts';
import { createCarriedProbes } from './carried-probes.ts';
import { createExperimentRoom } from './experiment-room.ts';
import { holdLife } from './hold-life.ts';
import { createRunsRoom } from './runs-room.ts';
import { createSteeringRoom } from './steering-room.ts';
import { createTrainingRoom } from './training-room.ts';

declare const self: DedicatedWorkerGlobalScope;

type CallRequest = Extract<Request, { kind: 'call' }>;

const engine = new WebEngine((error) => post({ kind: 'lost', error: error.toRecord() }));
const probes = createCarriedProbes(engine);
const training = createTrainingRoom(
  () => engine.segmentReader(),
  (files) => probes.take(files).probe,
);
const steering = createSteeringRoom(engine, probes);
const runs = createRunsRoom(engine, probes);
const experiments = createExperimentRoom((neutral) => engine.subject(neutral));
const running = new Map<number, AbortController>();
/** Calls wait for the one before: the engine has one text and one cache. */
let queue: Promise<void> = Promise.resolve();

holdLife((lock) => post({ kind: 'alive', lock }));

self.onmessage = (message: MessageEvent<Request>) => {
  const request = message.data;
  if (request.kind === 'cancel') {
    running.get(request.id)?.abort();
    return;
  }
  if (request.kind === 'adjust') {
    // At once, not in the queue: the call that it is for is the one that runs.
    if (running.has(request.id)) steering.adjust(request.strength);
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
    post({ kind: 'value', id: request.id, value }, carriedBy(value));
  } catch (thrown) {
    post({ kind: 'error', id: request.id, error: AppError.from(thrown).toRecord() });
  } finally {
    post({ kind: 'memory', memory: engine.memory() });
    running.delete(request.id);
  }
}

function perform(request: CallRequest, signal: AbortSignal): Promise<Calls[CallName]['value']> {
  const emit = (event: CallEvent): void => post({ kind: 'event', id: request.id, event });
  const sink: ReadingSink = {
    tokens: (batch) => post({ kind: 'event', id: request.id, event: { event: 'tokens', batch } }, buffersOf(batch)),
    tap: (tap) => emit({ event: 'tap', tap }),
  };
  switch (request.call) {
    case 'load':
      return engine.load(request.args, (progress) => emit({ event: 'load-progress', progress }), signal);
    case 'useProbe':
      return probes
        .measure(request.args, (done, total) => emit({ event: 'check-progress', done, total }), signal)
        .then(({ probe, agreement }) => {
          engine.useProbe(probe);
          return agreement;
        });
    case 'carryOver':
      return probes
        .measure(request.args, (done, total) => emit({ event: 'check-progress', done, total }), signal)
        .then(({ agreement }) => agreement);
    case 'renderChat':
      return Promise.resolve(engine.renderChat(request.args.messages));
    case 'read':
      return engine.read(request.args, sink, signal);
    case 'refine':
      return engine.refine(
        request.args.every,
        sink,
        (done, total) => emit({ event: 'refine-progress', done, total }),
        signal,
      );
    case 'generate':
      return engine.generate(request.args, sink, signal);
    case 'writePushed':
      return steering.write(request.args, sink, signal);
    case 'matchPush':
      return steering.match(request.args, signal);
    case 'measureDose':
      return steering.measure(request.args, (progress) => emit({ event: 'dose-progress', progress }), signal);
    case 'findWords':
      return Promise.resolve(engine.findWords(request.args.words, request.args.firstToken));
    case 'lens':
      return engine.lens(request.args, (done, total) => emit({ event: 'lens-progress', done, total }), signal);
    case 'lensDirection':
      return engine.lensDirection(request.args, signal);
    case 'diverge':
      return runs.diverge(request.args, (done, total) => emit({ event: 'runs-progress', done, total }), signal);
    case 'patch':
      return runs.patch(request.args, (done, total) => emit({ event: 'runs-progress', done, total }), signal);
    case 'patchGoOn':
      return runs.patchGoOn(request.args, signal);
    case 'patchRead':
      return runs.patchRead(request.args, signal);
    case 'train':
      return training.train(request.args, (progress) => emit({ event: 'train-progress', progress }), signal);
    case 'takeReadings':
      return Promise.resolve(training.takeReadings());
    case 'giveReadings':
      training.giveReadings(request.args);
      return Promise.resolve(null);
    case 'judge':
      return training.judge(request.args, (progress) => emit({ event: 'train-progress', progress }), signal);
    case 'checkSpec':
      return Promise.resolve(experiments.check(request.args.source));
    case 'analyseUnits':
      return Promise.resolve(experiments.analyse(request.args.specs, request.args.units));
    case 'estimateExperiment':
      return experiments.estimate(request.args, signal);
    case 'runExperiment':
      return experiments.run(
        request.args,
        (progress) => emit({ event: 'experiment-progress', progress }),
        (part) => emit({ event: 'experiment-part', part }),
        signal,
      );
    case 'listKept':
      return listKept();
    case 'deleteKept':
      return deleteKept(request.args.key).then(() => null);
    case 'listHub':
      return listHub(request.args, signal);
    case 'listPicked':
      return listPicked(request.args, signal);
    case 'weighModel':
      return weighHere(request.args, signal);
    case 'checkModel':
      return checkModel(request.args, signal).then(() => null);
    case 'checkNumbers':
      return engine.checkNumbers(
        request.args.given,
        (done, total) => emit({ event: 'check-progress', done, total }),
        signal,
      );
  }
}

/** What a batch is carried in: handed over, not copied. */
function buffersOf({ scores, words, poles }: TokenBatch): ArrayBufferLike[] {
  return [{ scores, words }, ...(poles === null ? [] : [poles.positive, poles.negative])].flatMap((each) => [
    each.scores.buffer,
    each.words.buffer,
  ]);
}

/** The same of a value: a long text through the lens is some megabytes. */
function carriedBy(value: Calls[CallName]['value']): ArrayBufferLike[] {
  if (value !== null && typeof value === 'object' && 'lengths' in value) return [value.values.buffer];
  return value !== null && typeof value === 'object' && 'texts' in value
    ? Object.values(value.rows).map((numbers: Uint32Array | Float32Array) => numbers.buffer)
    : [];
}

function post(message: Message, transfer: Transferable[] = []): void {
  self.postMessage(message, transfer);
}
