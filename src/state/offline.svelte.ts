/** The page without a network: the service worker that keeps its files, as the page lives with it. */
import type { FileKind, OfflineRequest, ServeAnswer } from '../models/offline-files.ts';

/** What the page needs to have itself kept. */
export interface OfflineParts {
  /** `navigator.serviceWorker`; null where the browser has none, or where there is nothing to keep (development). */
  readonly container: ServiceWorkerContainer | null;
  /** Address of the service worker. */
  readonly worker: string;
  /** Address of the page's own program, by which a worker knows whether the page is of its build. */
  readonly script: string;
}

/** A page that stays open looks for a newer build when it is come back to, this often at most. */
const LOOK_EVERY_MS = 3_600_000;

/** Keeping the page. Without a service worker everything works, as long as there is a network. */
export class Offline {
  readonly #parts: OfflineParts;
  readonly #kinds = new Set<FileKind>(['first', 'chart']);
  #newer = $state(false);

  constructor(parts: OfflineParts) {
    this.#parts = parts;
  }

  /** Whether a newer build than the page's is there, and waits until the page is loaded again. */
  get newer(): boolean {
    return this.#newer;
  }

  /** The reader has seen that there is a newer build. */
  dismiss(): void {
    this.#newer = false;
  }

  /** Registers the service worker; called when the first view stands, so that nothing of it waits for what is only kept. */
  async open(): Promise<void> {
    const { container, worker } = this.#parts;
    if (container === null) return;
    container.addEventListener('controllerchange', () => this.#ask());
    try {
      const registration = await container.register(worker, { updateViaCache: 'none' });
      registration.addEventListener('updatefound', () => this.#follow(registration.installing));
      this.#follow(registration.installing);
      this.#offer(registration.waiting);
      this.#lookAgain(registration);
    } catch {
      // Refused by the browser's settings, or the network went away meanwhile: the page is there and works, and asks again next time.
    }
    this.#ask();
  }

  /** Has files of these kinds kept, now and by later builds. */
  keep(...kinds: readonly FileKind[]): void {
    for (const kind of kinds) this.#kinds.add(kind);
    this.#ask();
  }

  #ask(): void {
    this.#parts.container?.controller?.postMessage({ ask: 'keep', kinds: [...this.#kinds] } satisfies OfflineRequest);
  }

  #follow(worker: ServiceWorker | null): void {
    worker?.addEventListener('statechange', () => {
      if (worker.state === 'installed') this.#offer(worker);
    });
  }

  /** A worker has everything that it keeps and waits for the one before to go. */
  #offer(worker: ServiceWorker | null): void {
    if (worker === null || this.#parts.container?.controller === null) return;
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = (message: MessageEvent<ServeAnswer>) => {
      if (!message.data.sameBuild) this.#newer = true;
      port1.close();
    };
    worker.postMessage({ ask: 'serve', script: this.#parts.script } satisfies OfflineRequest, [port2]);
  }

  #lookAgain(registration: ServiceWorkerRegistration): void {
    let looked = performance.now();
    document.addEventListener('visibilitychange', () => {
      if (document.visibilityState !== 'visible' || performance.now() - looked < LOOK_EVERY_MS) return;
      looked = performance.now();
      // Without a network there is nothing newer to be had.
      registration.update().catch(() => undefined);
    });
  }
}
