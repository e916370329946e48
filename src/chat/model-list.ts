/**
 * The chat models that a reader has configured: a list in the form of web-llm's `AppConfig` (`model_list` with `model`,
 * `model_id` and `model_lib`), from a file or from fields. It comes from outside, so every value is checked.
 */
import { AppError } from '../base/errors.ts';
import { shown } from '../base/shown.ts';

/** One chat model. */
export interface ChatModelRecord {
  readonly id: string;
  /** Folder of the weights: `./models/x/` beside the page, or an absolute address. */
  readonly model: string;
  /** The compiled library (.wasm), likewise. */
  readonly library: string;
  /** Settings that go before those of the model's own `mlc-chat-config.json`, e.g. a shorter context. */
  readonly overrides: Readonly<Record<string, number>>;
}

/** Settings that may be overridden: whole numbers that decide how much memory a model takes. */
const OVERRIDES = ['context_window_size', 'sliding_window_size', 'attention_sink_size'];
const MOST_MODELS = 200;
const MOST_BYTES = 1_000_000;

/** Reads a list. Throws `second-engine-list-invalid`, with the path of what is wrong. */
export function parseModelList(source: string, name: string): ChatModelRecord[] {
  if (source.length > MOST_BYTES)
    refuse(`${name} has ${source.length} characters, at most ${MOST_BYTES} are read.`, name);
  let root: unknown;
  try {
    root = JSON.parse(source);
  } catch (error) {
    refuse(`${name} is not JSON: ${error instanceof Error ? error.message : String(error)}.`, name);
  }
  const list = isRecord(root) ? root['model_list'] : root;
  const path = Array.isArray(root) ? name : `${name}.model_list`;
  if (!Array.isArray(list)) return refuse(`${path} must be a list of models.`, path);
  if (list.length === 0 || list.length > MOST_MODELS)
    refuse(`${path} must have 1 to ${MOST_MODELS} models, got ${list.length}.`, path);
  const records = list.map((entry: unknown, index) => readRecord(entry, `${path}[${index}]`));
  records.forEach(({ id }, index) => {
    const first = records.findIndex((record) => record.id === id);
    if (first !== index)
      refuse(
        `${path}[${index}].model_id repeats that of ${path}[${first}], ${JSON.stringify(id)}.`,
        `${path}[${index}].model_id`,
      );
  });
  return records;
}

/** The list as a file that {@link parseModelList} reads and web-llm takes. */
export function modelListText(records: readonly ChatModelRecord[]): string {
  return `${JSON.stringify({ model_list: records.map(({ id, model, library, overrides }) => ({ model_id: id, model, model_lib: library, ...(Object.keys(overrides).length === 0 ? {} : { overrides }) })) }, null, 1)}\n`;
}

/** Whether an address is one beside the page. */
export function isBesidePage(address: string): boolean {
  return !/^[a-z][a-z\d+.-]*:/i.test(address);
}

function readRecord(entry: unknown, path: string): ChatModelRecord {
  if (!isRecord(entry)) return refuse(`${path} must be an object with model, model_id and model_lib.`, path);
  return {
    id: plain(entry['model_id'], `${path}.model_id`),
    model: address(entry['model'], `${path}.model`),
    library: address(entry['model_lib'], `${path}.model_lib`),
    overrides: entry['overrides'] === undefined ? {} : readOverrides(entry['overrides'], `${path}.overrides`),
  };
}

/** A name of 1 to 200 characters that can be seen. */
function plain(value: unknown, path: string): string {
  if (typeof value !== 'string' || value.trim() === '') return refuse(`${path} is missing or empty.`, path);
  if (value.length > 200 || value !== value.trim() || !/^[\p{L}\p{N}\p{P}\p{S} ]+$/u.test(value))
    return refuse(`${path} must be 1 to 200 plain characters, got ${shown(value)}.`, path);
  return value;
}

/** An address of this site or an http(s) one: nothing that runs, and nothing from the reader's own disk. */
function address(value: unknown, path: string): string {
  if (typeof value !== 'string' || value === '') return refuse(`${path} is missing or empty.`, path);
  const fits = value.length <= 2000 && /^[\x21-\x7e]+$/.test(value) && !value.startsWith('//') && !value.includes('\\');
  if (!fits || (!isBesidePage(value) && !/^https?:\/\/[^/?#]/i.test(value)))
    refuse(
      `${path} must be an address beside the page, as ./models/x/, or one that begins with http:// or https://, got ${shown(value)}.`,
      path,
    );
  return value;
}

function readOverrides(value: unknown, path: string): Record<string, number> {
  if (!isRecord(value)) return refuse(`${path} must be an object.`, path);
  const out: Record<string, number> = {};
  for (const [key, own] of Object.entries(value)) {
    // A list made for web-llm may hold more; what is not about memory is the model's own business.
    if (!OVERRIDES.includes(key)) continue;
    if (typeof own !== 'number' || !Number.isInteger(own) || own < -1 || own > 1_000_000)
      return refuse(`${path}.${key} must be a whole number from -1 to 1000000, got ${shown(own)}.`, `${path}.${key}`);
    out[key] = own;
  }
  return out;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function refuse(message: string, path: string): never {
  throw new AppError('second-engine-list-invalid', message, { path });
}
