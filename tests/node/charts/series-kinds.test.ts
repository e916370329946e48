/** A new kind of series, or a new kind of trace, is asked for by the compiler where it must be drawn, and nowhere else. */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { changedPrograms } from '../../fixtures/house/changed-program.ts';

const ROOT = resolve(import.meta.dirname, '../../..');
const WATCHED = [
  'charts/figure.ts',
  'charts/series.ts',
  'charts/panel.ts',
  'charts/attributes.ts',
  'charts/render-svg.ts',
].concat('experiments/report/experiment-figure-parts.ts', 'formats/figures/experiment-figure.ts');
const path = (name: string): string => resolve(ROOT, 'src', name);

const { config } = ts.readConfigFile(resolve(ROOT, 'tsconfig.base.json'), (file) => ts.sys.readFile(file)) as {
  config: { compilerOptions: object };
};
const { options } = ts.convertCompilerOptionsFromJson(
  { ...config.compilerOptions, lib: ['ES2024'], types: [], noEmit: true, composite: false, incremental: false },
  ROOT,
);
const programOf = changedPrograms([...WATCHED.map(path), resolve(ROOT, 'types/core-globals.d.ts')], options);

/** Errors of the type check by file, with some files as they would read after a change. */
function faults(changed: Readonly<Record<string, (source: string) => string>>): Record<string, string[]> {
  const program = programOf(
    new Map(Object.entries(changed).map(([name, edit]) => [path(name), edit(readFileSync(path(name), 'utf8'))])),
  );
  const found: Record<string, string[]> = {};
  for (const name of WATCHED) {
    const file = program.getSourceFile(path(name));
    const messages = program
      .getSemanticDiagnostics(file)
      .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, ' '));
    if (messages.length > 0) found[name] = messages;
  }
  return found;
}

/** Replaces what must be there. */
const edit =
  (from: string, to: string) =>
  (source: string): string => {
    expect(source).toContain(from);
    return source.replace(from, to);
  };
const NEW_KIND = {
  'charts/figure.ts': edit("['line', 'dots', 'intervals']", "['line', 'dots', 'intervals', 'steps']"),
};

describe('the compiler', () => {
  it('finds nothing to ask for as the figures are', () => {
    expect(faults({})).toEqual({});
  });

  it('asks for the look of a new kind of series', () => {
    expect(faults(NEW_KIND)['charts/series.ts']?.join(' ')).toContain('steps');
  });

  it('is content once that file has it: two files in all', () => {
    const look = edit('  dots: {', '  steps: { beside: false, traces: () => [] },\n  dots: {');
    expect(faults({ ...NEW_KIND, 'charts/series.ts': look })).toEqual({});
  });

  it('asks the renderer for a new kind of trace, and for an attribute that nobody draws', () => {
    const found = faults({
      'charts/plotly-figure.ts': (source) =>
        edit(
          'export type Trace = ScatterTrace | HeatmapTrace;',
          "export type Trace = ScatterTrace | HeatmapTrace | { readonly type: 'bar' };",
        )(source),
    });
    expect(found['charts/render-svg.ts']?.join(' ')).toContain('bar');
    expect(found['charts/attributes.ts']?.join(' ')).toContain('bar');
    const attribute = faults({
      'charts/plotly-figure.ts': edit(
        '  readonly opacity?: number;\n',
        '  readonly opacity?: number;\n  readonly angle?: number;\n',
      ),
    });
    expect(attribute['charts/attributes.ts']?.join(' ')).toContain('angle');
  });
});
