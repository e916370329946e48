/** Bringing another model: what a host or a folder offers, what a variant would take here, and the models that are kept. */
import { AppError } from '../../base/errors.ts';
import type { StoredModel } from '../../models/engine-report.ts';
import { containerOf, keptIn, variantName } from '../../models/checkpoint/checkpoint-offers.ts';
import { KEPT_BITS, type KeptBits } from '../../models/checkpoint/kept-weights.ts';
import { askableHosts } from '../../models/model-hosts.ts';
import { estimateMemory, type MemoryEstimate, runsHere } from '../../models/model-memory.ts';
import type { ModelOffer } from '../../models/model-offer.ts';
import { preferredOffer } from '../../models/model-preference.ts';
import type { ModelListing, WeighedModel } from '../../models/model-source.ts';
import type { EngineClient } from '../../worker/client/engine-client.ts';
import { askEngine } from '../../state/engine/ask-engine.ts';
import type { HostConsent } from '../../state/engine/host-consent.svelte.ts';
import type { ModelChoice, OtherModel } from '../../state/engine/model-choice.svelte.ts';
import type { PickedFolder } from '../../ui/fields/picked-files.ts';
import type { Session } from '../../state/engine/session.svelte.ts';
import { tryModel } from '../../state/engine/try-model.ts';

/** A variant that was looked into. */
export interface WeighedOffer {
  readonly offer: ModelOffer;
  readonly weighed: WeighedModel;
  readonly estimate: MemoryEstimate;
}

/** A variant as it was listed, and in how many bits its weights are kept where they are safetensors. */
export interface KeptOffer {
  readonly offer: ModelOffer;
  readonly bits: KeptBits;
}

/** What the bench works with. */
export interface ModelChoicesParts {
  /** Starts a worker; one for every question. */
  readonly connect: () => EngineClient;
  readonly consent: HostConsent;
  readonly session: Session;
  readonly choice: ModelChoice;
}

/** The state of the place Models. */
export class ModelChoices {
  readonly #parts: ModelChoicesParts;
  /** Hosts that a model can be asked for by its id. */
  readonly hosts: readonly string[];
  #listing = $state.raw<ModelListing | null>(null);
  #chosen = $state.raw<ModelOffer | null>(null);
  #weighed = $state.raw<WeighedOffer | null>(null);
  #instead = $state.raw<KeptOffer | null>(null);
  #bits = $state<KeptBits>(32);
  #doing = $state<'listing' | 'weighing' | 'checking' | null>(null);
  #problem = $state.raw<AppError | null>(null);
  #kept = $state.raw<readonly StoredModel[] | null>(null);
  #stop: AbortController | null = null;
  /** What is typed for the host. */
  repo = $state('');
  host = $state('');

  constructor(parts: ModelChoicesParts) {
    this.#parts = parts;
    this.hosts = askableHosts(parts.consent.named);
    this.host = this.hosts[0] ?? '';
  }

  /** What was listed last. */
  get listing(): ModelListing | null {
    return this.#listing;
  }

  /** The variant that is chosen, as it was listed. */
  get chosen(): ModelOffer | null {
    return this.#chosen;
  }

  /** The same, weighed; null until it has been. */
  get weighed(): WeighedOffer | null {
    return this.#weighed;
  }

  /** A variant that fits where the chosen one does not; null where none was found, or none is needed. */
  get instead(): KeptOffer | null {
    return this.#instead;
  }

  /** In how many bits the weights of a variant in safetensors are kept. */
  get bits(): KeptBits {
    return this.#bits;
  }

  get doing(): 'listing' | 'weighing' | 'checking' | null {
    return this.#doing;
  }

  /** What went wrong last. */
  get problem(): AppError | null {
    return this.#problem;
  }

  /** Models that this browser keeps; null until they have been looked for. */
  get kept(): readonly StoredModel[] | null {
    return this.#kept;
  }

  /** All hosts that the build names, those included that only give files. */
  get named(): readonly string[] {
    return this.#parts.consent.named;
  }

  /** Whether the reader lets the page ask the hosts. Taking that back ends what is being asked. */
  get consent(): boolean {
    return this.#parts.consent.given;
  }

  set consent(yes: boolean) {
    this.#parts.consent.given = yes;
    if (!yes) this.stop();
  }

  /** Asks the host for the model that is typed, and looks into a variant: the one that is named, where it has that, or the usual one. */
  async look(dtype: string | null = null): Promise<void> {
    const { host, repo } = this;
    const { hosts } = this.#parts.consent;
    await this.#list((client, signal) => client.listHub({ host, repo: repo.trim(), hosts }, { signal }), dtype);
  }

  /** The same of files that were picked or dropped. */
  async pick(folder: () => Promise<PickedFolder>): Promise<void> {
    await this.#list(async (client, signal) => client.listPicked(await folder(), { signal }));
  }

  /**
   * Looks into a variant: its graph and its config are fetched, and nothing else. Where it is too large for this
   * machine, into the same in fewer bits and into smaller ones too, until one fits. `bits` says how safetensors are kept.
   */
  async choose(offer: ModelOffer, bits: KeptBits = this.#bits): Promise<void> {
    const listing = this.#listing;
    if (listing === null) return;
    this.#weighed = this.#instead = null;
    this.#chosen = offer;
    this.#bits = bits;
    await this.#do('weighing', async (client, signal) => {
      const chosen = await this.#weigh(client, listing, { offer, bits }, signal);
      this.#weighed = chosen;
      if (chosen.estimate.fits !== false) return;
      const others = listing.offers.filter((one) => one !== offer && one.missing.length === 0);
      for (const other of [...inFewerBits(offer, bits), ...others.map((one) => ({ offer: one, bits: 32 as const }))]) {
        const found = await this.#weigh(client, listing, other, signal).catch(throwIfCancelled);
        if (found === null || !runsHere(found.estimate) || found.weighed.needs.missing.length > 0) continue;
        this.#instead = other;
        return;
      }
    });
  }

  /** Loads the chosen variant in place of the model that is loaded, once its small files have been read. */
  async load(): Promise<void> {
    const [listing, weighed] = [this.#listing, this.#weighed];
    if (listing === null || weighed === null) return;
    const { offer } = weighed;
    const title = `${listing.title} (${variantName(offer)})`;
    await this.#take({
      title,
      bytes: offer.bytes,
      host: listing.from.kind === 'hub' ? listing.from.host : null,
      source: {
        kind: 'offer',
        chosen: { listing: { ...listing, licence: listing.licence ?? weighed.weighed.about?.licence ?? null }, offer },
      },
    });
  }

  /** Loads a model that is kept. */
  async use(model: StoredModel): Promise<void> {
    const { key, title, from, files } = model;
    if (from.kind !== 'site')
      return this.#take({
        title,
        bytes: files.reduce((sum, { bytes }) => sum + bytes, 0),
        host: from.kind === 'hub' ? new URL(from.address).origin : null,
        source: { kind: 'kept', key },
      });
    this.#parts.choice.embed();
    await this.#parts.session.load();
    await this.lookAtStored();
  }

  /** Goes back to the embedded model; loads it where another is loaded. */
  async embed(): Promise<void> {
    this.#parts.choice.embed();
    if (this.#parts.session.status !== null) await this.#parts.session.load();
  }

  /** Looks at the kept models anew. */
  async lookAtStored(): Promise<void> {
    await this.#ask(async (client) => (this.#kept = await client.listStored({})));
  }

  /** Deletes the files of a kept model. One that is loaded works on until the page is closed. */
  async remove({ key }: Pick<StoredModel, 'key'>): Promise<void> {
    await this.#ask((client) => client.deleteStored({ key }));
    this.#parts.choice.deleted(key, this.#parts.session.status?.key ?? null);
    await this.lookAtStored();
  }

  /** Ends what is being asked. */
  stop(): void {
    this.#stop?.abort();
  }

  /** The model that is loaded is given up for another only once that one's small files have been read. */
  async #take(other: OtherModel): Promise<void> {
    let read = false;
    await this.#do('checking', async (client, signal) => {
      await client.checkModel({ model: other.source, hosts: this.#parts.consent.hosts }, { signal });
      read = true;
    });
    if (!read) return;
    await tryModel(this.#parts.session, this.#parts.choice, other);
    await this.lookAtStored();
  }

  async #weigh(
    client: EngineClient,
    listing: ModelListing,
    { offer, bits }: KeptOffer,
    signal: AbortSignal,
  ): Promise<WeighedOffer> {
    const kept = containerOf(offer) === 'safetensors' ? keptIn(offer, bits) : offer;
    const weighed = await client.weighModel(
      { chosen: { listing, offer: kept }, hosts: this.#parts.consent.hosts },
      { signal },
    );
    return { offer: weighed.offer, weighed, estimate: estimateMemory(weighed.needs, weighed.limits) };
  }

  async #list(
    question: (client: EngineClient, signal: AbortSignal) => Promise<ModelListing>,
    dtype: string | null = null,
  ): Promise<void> {
    this.#listing = this.#chosen = this.#weighed = this.#instead = null;
    this.#bits = 32;
    await this.#do('listing', async (client, signal) => {
      const listing = await question(client, signal);
      if (listing.offers.length === 0)
        throw new AppError(
          'model-variant-missing',
          `${listing.title} has no graph by the name of model.onnx, model_q4.onnx and the like, no GGUF file and no model.safetensors. Look for the same model under onnx-community, or export it.`,
          { title: listing.title },
        );
      if (!signal.aborted) this.#listing = listing;
    });
    const offers = this.listing?.offers ?? [];
    const named = offers.find((one) => one.dtype === dtype && one.missing.length === 0);
    const offer = named ?? preferredOffer(offers);
    if (offer !== null && this.#doing === null) await this.choose(offer);
  }

  /** One question at a time: a newer one ends the one before. */
  async #do(
    doing: 'listing' | 'weighing' | 'checking',
    what: (client: EngineClient, signal: AbortSignal) => Promise<void>,
  ): Promise<void> {
    this.stop();
    const stop = (this.#stop = new AbortController());
    this.#problem = null;
    this.#doing = doing;
    try {
      await this.#ask((client) => what(client, stop.signal));
    } catch (error) {
      const problem = AppError.from(error);
      if (stop === this.#stop && problem.code !== 'cancelled') this.#problem = problem;
    } finally {
      if (stop === this.#stop) {
        this.#stop = null;
        this.#doing = null;
      }
    }
  }

  #ask<T>(question: (client: EngineClient) => Promise<T>): Promise<T> {
    return askEngine(this.#parts.connect, question);
  }
}

/** The same variant with its weights in fewer bits, where these may be chosen. */
function inFewerBits(offer: ModelOffer, bits: KeptBits): readonly KeptOffer[] {
  if (containerOf(offer) !== 'safetensors') return [];
  return KEPT_BITS.filter((fewer) => fewer < bits).map((fewer) => ({ offer, bits: fewer }));
}

/** A smaller variant that cannot be read is no reason to stop looking. */
function throwIfCancelled(error: unknown): null {
  if (AppError.from(error).code === 'cancelled') throw error;
  return null;
}
