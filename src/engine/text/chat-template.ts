/** The chat template of a model, parsed once and run within bounds: it is a program from outside. */
import { Environment, Interpreter, parse, tokenize } from '@huggingface/jinja';
import type { ChatMessage } from '../../text/chat.ts';
import { AppError } from '../../base/errors.ts';

/**
 * The day that a template gets where it asks for today's: what is read must not depend on when. It is the one that
 * Llama 3.2's own template falls back on.
 */
const CHAT_DATE = '2024-07-26';

/** Characters of a template at most. */
const LONGEST_TEMPLATE = 200_000;

/** Steps of a template at most, above one a character of the messages; a conversation of a hundred turns takes some thousands. */
const MOST_STEPS = 1_000_000;

/**
 * Characters of any text in a template at most, above four times what the messages have; a text counts as steps, one
 * for so many characters.
 */
const LONGEST_TEXT = 1_000_000;
const CHARACTERS_A_STEP = 16;

/** Entries of any list in a template at most; each counts as a step wherever the list is used, since a loop goes over all. */
const LONGEST_LIST = 100_000;

/** A template that has been parsed. */
export interface ChatTemplate {
  /** The day that it prints, if it asks for one. */
  readonly date: string | null;
  /**
   * A conversation in the model's form, ending where the assistant begins. Throws `model-text-invalid` with what the
   * template itself says.
   */
  render(messages: readonly ChatMessage[], specialTokens: Readonly<Record<string, string>>): string;
}

/** Parses a template. Throws `model-text-invalid` with what is wrong with it. */
export function parseChatTemplate(source: string): ChatTemplate {
  if (source.length > LONGEST_TEMPLATE)
    throw unusable(
      `it has ${source.length.toLocaleString('en')} characters, and ${LONGEST_TEMPLATE.toLocaleString('en')} are read at most`,
    );
  const program = sayingSo(() => parse(tokenize(source, { lstrip_blocks: true, trim_blocks: true })));
  return {
    date: source.includes('strftime_now') ? CHAT_DATE : null,
    render(messages, specialTokens) {
      const given = messages.reduce((sum, { content }) => sum + content.length, 0);
      const environment = globals();
      for (const [name, token] of Object.entries(specialTokens)) environment.set(name, token);
      environment.set(
        'messages',
        messages.map((message) => ({ ...message })),
      );
      environment.set('add_generation_prompt', true);
      return sayingSo(() => {
        const { value } = new BoundedInterpreter(environment, given).run(program) as { readonly value: unknown };
        if (typeof value !== 'string') throw new Error('it gives no text');
        return value;
      });
    },
  };
}

/** What templates may call, but for the clock. */
function globals(): Environment {
  const environment = new Environment();
  for (const [name, value] of [
    ['true', true],
    ['false', false],
    ['none', null],
  ] as const) {
    environment.set(name, value);
    environment.set(`${name.charAt(0).toUpperCase()}${name.slice(1)}`, value);
  }
  environment.set('raise_exception', (words: unknown) => {
    throw new Error(String(words));
  });
  environment.set('range', boundedRange);
  environment.set('strftime_now', (format: unknown) => dated(String(format)));
  return environment;
}

/** Counts what a template does, and ends it where that is too much. */
class BoundedInterpreter extends Interpreter {
  readonly #longest: number;
  readonly #most: number;
  #steps = 0;

  constructor(environment: Environment, given: number) {
    super(environment);
    this.#longest = LONGEST_TEXT + 4 * given;
    this.#most = MOST_STEPS + given;
  }

  override evaluate(...given: Parameters<Interpreter['evaluate']>): ReturnType<Interpreter['evaluate']> {
    this.#count(1);
    const result = super.evaluate(...given);
    const { value } = result as { readonly value: unknown };
    if (typeof value === 'string') {
      if (value.length > this.#longest)
        throw new Error(`it makes a text of more than ${this.#longest.toLocaleString('en')} characters`);
      this.#count(value.length / CHARACTERS_A_STEP);
    } else if (Array.isArray(value)) {
      if (value.length > LONGEST_LIST) throw tooLongList();
      this.#count(value.length);
    } else if (value instanceof Map) this.#count(value.size);
    return result;
  }

  #count(steps: number): void {
    this.#steps += steps;
    if (this.#steps > this.#most) throw new Error(`it takes more than ${this.#most.toLocaleString('en')} steps`);
  }
}

/** Python's `range`. */
function boundedRange(first: number, end?: number, step = 1): number[] {
  const [from, to] = end === undefined || end === null ? [0, first] : [first, end];
  const count = step === 0 ? Number.NaN : Math.max(0, Math.ceil((to - from) / step));
  if (!Number.isFinite(count)) throw new Error('it asks for a range without an end');
  if (count > LONGEST_LIST) throw tooLongList();
  return Array.from({ length: count }, (_, index) => from + index * step);
}

function tooLongList(): Error {
  return new Error(`it makes a list of more than ${LONGEST_LIST.toLocaleString('en')} entries`);
}

const MONTHS = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
];
const DAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];

/** Python's `strftime` of {@link CHAT_DATE} at midnight, in English wherever this runs. */
function dated(format: string): string {
  const [year = '', month = '', day = ''] = CHAT_DATE.split('-');
  const monthName = MONTHS[Number(month) - 1] ?? '';
  const dayName = DAYS[new Date(`${CHAT_DATE}T00:00:00Z`).getUTCDay()] ?? '';
  const parts: Readonly<Record<string, string>> = {
    Y: year,
    y: year.slice(2),
    m: month,
    d: day,
    e: String(Number(day)),
    B: monthName,
    b: monthName.slice(0, 3),
    A: dayName,
    a: dayName.slice(0, 3),
    H: '00',
    I: '12',
    M: '00',
    S: '00',
    p: 'AM',
    '%': '%',
  };
  return format.replace(/%(-?)([A-Za-z%])/g, (whole, plain: string, letter: string) => {
    const part = parts[letter];
    if (part === undefined) return whole;
    return plain === '-' ? part.replace(/^0(?=\d)/, '') : part;
  });
}

/** What a template throws is the model's own word. */
function sayingSo<T>(run: () => T): T {
  try {
    return run();
  } catch (thrown) {
    throw unusable(
      thrown instanceof RangeError
        ? 'it nests deeper than can be followed'
        : thrown instanceof Error
          ? thrown.message
          : String(thrown),
      thrown,
    );
  }
}

function unusable(why: string, cause?: unknown): AppError {
  const said = why
    .trim()
    .replace(/[.\s]+$/, '')
    .slice(0, 300);
  return new AppError(
    'model-text-invalid',
    `The model’s own chat template cannot put this conversation into the model’s form: ${said}. Give the turns as the template wants them, or plain text instead.`,
    { template: said },
    cause,
  );
}
