/**
 * What the program can be extended by is closed by the compiler: with a new name in a union, or a new engine call, it
 * asks for exactly the entries that make it whole, and with those nothing else has to change.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import ts from 'typescript';
import { expect, test } from 'vitest';
import { changedPrograms } from '../../fixtures/house/changed-program.ts';

const ROOT = process.cwd();

/** A change of a source: `after` the first place where `mark` stands, `text` is put in. */
interface Insertion {
  readonly mark: string;
  readonly text: string;
}

/** New names, each where its union or its table of calls is declared. */
const NAMES: readonly Insertion[] = [
  { mark: 'export type SteeringMode =', text: " 'scale' |" },
  { mark: 'export type Grain =', text: " 'page' |" },
  { mark: 'export type ErrorCode =', text: "\n  | 'sky-fell'" },
  { mark: 'export const DESIGN_NAMES = [', text: "'moods', " },
  { mark: 'export const ENGINE_CALLS = {', text: 'countWords: call<{ readonly text: string }, number>(),' },
];

/** The entries that make them whole. */
const ENTRIES: readonly Insertion[] = [
  {
    mark: 'export const STEERING_MODES = {',
    text: `scale: {
      hasPole: false,
      strength: { name: 'factor', bounds: [0, 2], slider: [0, 2], first: 1, search: 'length' },
      together: 'one',
      description: 'the product with the direction is scaled',
      done: (_, axis) => axis + ' scaled',
    },`,
  },
  { mark: 'const EDITS = {', text: 'scale: () => ({ add: null }),' },
  { mark: 'const MODE_CHOICES = {', text: "scale: { label: 'Scale', says: 'Scaled.', strength: () => 'Times.' }," },
  {
    mark: 'const GRAINS = {',
    text: "page: { noun: () => 'pages', single: false, spread: null, lines: null, trailing: null, starts: () => [0] },",
  },
  {
    mark: 'const GRAIN_WORDS = {',
    text: "page: { option: () => '', label: () => '', tip: () => '', scale: () => '', colour: () => '' },",
  },
  {
    mark: 'export const MESSAGES: Readonly<Record<ErrorCode, MessageWords>> = {',
    text: "'sky-fell': { title: 'The sky fell', remedy: 'Wait.' },",
  },
  { mark: 'export const DESIGNS: Readonly<Record<DesignName, Design>> = {', text: 'moods: opposites,' },
  { mark: 'export const DESIGN_WORDS = {', text: "moods: { says: 'moods', earlierSpec: null }," },
  { mark: 'export const MEANS = {', text: "moods: { CONFIRM: 'Yes.', DENY: 'No.', PARTIAL: 'Partly.' }," },
  { mark: 'export const SURE = {', text: 'moods: [],' },
  { mark: 'const HANDLERS: Handlers = {', text: 'countWords: ({ text }) => text.length,' },
];

const config = ts.getParsedCommandLineOfConfigFile(
  join(ROOT, 'tsconfig.worker.json'),
  { composite: false, incremental: false, noEmit: true },
  { ...ts.sys, onUnRecoverableConfigFileDiagnostic: () => undefined },
)!;
const programOf = changedPrograms(config.fileNames, config.options);
const sources = new Map(config.fileNames.map((path) => [path, readFileSync(path, 'utf8')]));

/** The only file that declares it. */
function fileOf({ mark }: Insertion): string {
  const found = [...sources].filter(([, text]) => text.includes(mark)).map(([path]) => path);
  expect(found, mark).toHaveLength(1);
  return found[0]!;
}

const named = (paths: readonly string[]): string[] => [...new Set(paths.map((path) => relative(ROOT, path)))].sort();

/** The program with these insertions, of which nothing is written. */
function programWith(insertions: readonly Insertion[]): ts.Program {
  const changed = new Map<string, string>();
  for (const insertion of insertions) {
    const path = fileOf(insertion);
    const text = changed.get(path) ?? sources.get(path)!;
    const at = text.indexOf(insertion.mark) + insertion.mark.length;
    changed.set(path, text.slice(0, at) + insertion.text + text.slice(at));
  }
  return programOf(changed);
}

/** Files that name any of the unions and tables, to spare the check of all others. */
const concerned = config.fileNames.filter((path) =>
  /\b(?:STEERING_MODES|SteeringMode|ScaledMode|GRAINS|RawGrain|Grain|ErrorCode|DESIGN_NAMES|DesignName|ENGINE_CALLS|EngineCalls|Call[A-Z]\w+)\b/.test(
    sources.get(path)!,
  ),
);

/** What the compiler refuses: the files, and what it says. */
function refusals(program: ts.Program): { readonly files: string[]; readonly says: string } {
  const found = concerned.flatMap((path) => program.getSemanticDiagnostics(program.getSourceFile(path)));
  return {
    files: named(found.map(({ file }) => file!.fileName)),
    says: found.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n')).join('\n'),
  };
}

test('the compiler asks for what each new name lacks, and for nothing else', () => {
  const { files, says } = refusals(programWith(NAMES));
  expect(files).toEqual(named(ENTRIES.map(fileOf)));
  for (const name of ['scale', 'page', 'sky-fell', 'moods', 'countWords']) expect(says).toContain(name);
  expect(refusals(programWith([...NAMES, ...ENTRIES]))).toEqual({ files: [], says: '' });
});

test('a steering mode takes three files, a design four, and an engine call two', () => {
  const filesOf = (...marks: readonly string[]): string[] => {
    const some = [...NAMES, ...ENTRIES].filter(({ mark }) => marks.some((part) => mark.includes(part)));
    expect(some.length).toBeGreaterThanOrEqual(marks.length);
    return named(some.map(fileOf));
  };
  expect(filesOf('SteeringMode', 'STEERING_MODES', 'EDITS', 'MODE_CHOICES')).toHaveLength(3);
  expect(filesOf('DESIGN_NAMES', 'DESIGNS', 'DESIGN_WORDS', 'MEANS', 'SURE')).toHaveLength(4);
  expect(filesOf('ENGINE_CALLS', 'HANDLERS')).toHaveLength(2);
});

test('no other file names a steering mode', () => {
  const modes = ENTRIES.filter(({ mark }) => /STEERING_MODES|EDITS|MODE_CHOICES/.test(mark)).map(fileOf);
  const naming = readdirSync(join(ROOT, 'src'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.(ts|svelte)$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => /'(?:cap|ablate)'|\b(?:cap|ablate):/.test(readFileSync(path, 'utf8')));
  expect(named(naming)).toEqual(named(modes));
});
