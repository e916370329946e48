/**
 * The API report: every name that the package exports, with its declaration, and every type that these name.
 *
 *   node scripts/api-report.mjs        writes docs/api/*.api.md from the sources
 *
 * `tests/node/library/surface.test.ts` fails where these files and the sources differ.
 */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import ts from 'typescript';
import { TYPED, writeTypes } from './build-library.mjs';
import { ROOT, say } from './packages.mjs';

/** Entries that have another address than their name. */
const ADDRESS = { 'engine-node': 'engine' };

/** Folder of the reports. */
export const REPORTS = join(ROOT, 'docs', 'api');

/** The name of an entry's report. */
export const reportName = (entry) => `${ADDRESS[entry] ?? entry}.api.md`;

/** Reports by entry, from the declarations that `writeTypes` left in `folder`/types. */
export function apiReports(folder) {
  const paths = TYPED.map((entry) => join(folder, 'types', 'library', `${entry}.d.ts`));
  const program = ts.createProgram(paths, {
    module: ts.ModuleKind.ESNext,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
    target: ts.ScriptTarget.ES2023,
    skipLibCheck: true,
    types: [],
  });
  const checker = program.getTypeChecker();
  const printer = ts.createPrinter({ removeComments: true });
  const own = (node) => !relative(folder, node.getSourceFile().fileName).startsWith('..');
  const real = (symbol) => (symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol);
  const written = (symbol) =>
    (symbol.declarations ?? []).filter(own).map((declaration) => {
      const node = ts.isVariableDeclaration(declaration) ? declaration.parent.parent : declaration;
      return printer
        .printNode(ts.EmitHint.Unspecified, node, node.getSourceFile())
        .replace(/^export (?:declare )?|^declare /, '');
    });

  return new Map(
    TYPED.map((entry, at) => {
      const source = program.getSourceFile(paths[at]);
      const exported = checker.getExportsOfModule(checker.getSymbolAtLocation(source)).map((symbol) => ({
        name: symbol.name,
        symbol: real(symbol),
      }));
      const seen = new Set(exported.map(({ symbol }) => symbol));
      const named = [];
      const look = (symbol) => {
        for (const declaration of (symbol.declarations ?? []).filter(own)) visit(declaration);
      };
      const visit = (node) => {
        if (ts.isIdentifier(node)) {
          const found = checker.getSymbolAtLocation(node);
          const target = found && real(found);
          if (target?.declarations?.some((one) => own(one) && isType(one)) && !seen.has(target)) {
            seen.add(target);
            named.push(target);
            look(target);
          }
        }
        ts.forEachChild(node, visit);
      };
      for (const { symbol } of exported) look(symbol);
      const block = (lines) => ['```ts', ...lines, '```', ''];
      const byName = (a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0);
      return [
        entry,
        [
          `# flipside/${ADDRESS[entry] ?? entry}`,
          '',
          'Made by `node scripts/api-report.mjs`. A change here is a change for everybody who uses the package.',
          '',
          '## Exports',
          '',
          ...exported
            .sort(byName)
            .flatMap(({ name, symbol }) => [
              `### ${name}`,
              '',
              ...block([...(symbol.name === name ? [] : [`// inside: ${symbol.name}`]), ...written(symbol)]),
            ]),
          ...(named.length === 0 ? [] : ['## Types that these name', '']),
          ...(named.length === 0 ? [] : block(named.sort(byName).flatMap(written))),
        ].join('\n'),
      ];
    }),
  );
}

function isType(node) {
  return (
    ts.isInterfaceDeclaration(node) ||
    ts.isTypeAliasDeclaration(node) ||
    ts.isClassDeclaration(node) ||
    (ts.isVariableDeclaration(node) && ts.isSourceFile(node.parent.parent.parent))
  );
}

if (process.argv[1] === import.meta.filename) {
  const folder = mkdtempSync(join(ROOT, 'node_modules', '.api-'));
  try {
    await writeTypes(folder);
    mkdirSync(REPORTS, { recursive: true });
    for (const [entry, text] of apiReports(folder)) {
      const path = join(REPORTS, reportName(entry));
      writeFileSync(path, text);
      say(`${relative(ROOT, path)}: ${readFileSync(path, 'utf8').split('\n').length} lines`);
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
