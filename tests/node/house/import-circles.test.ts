/** No file of src/ needs itself by way of others, not even for a type: lint sees circles of values only. */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { expect, test } from 'vitest';

/** What a source imports or passes on of other files, types included; what is loaded later, by `import(…)`, is no need. */
function needsOf(source: string): string[] {
  const found = source.matchAll(/^\s*(?:import|export)\b(?:[^'"`;]*?\bfrom\s*)?\s*['"](\.[^'"?]*)['"]/gm);
  return [...found].map(([, path]) => path!);
}

/** Circles of a graph, each as the names along it; the strongly connected parts of more than one node. */
function circlesOf(graph: ReadonlyMap<string, readonly string[]>): string[][] {
  const [order, low, stack] = [new Map<string, number>(), new Map<string, number>(), [] as string[]];
  const circles: string[][] = [];
  const visit = (node: string): void => {
    order.set(node, order.size);
    low.set(node, order.get(node)!);
    stack.push(node);
    for (const next of graph.get(node) ?? []) {
      if (!order.has(next)) visit(next);
      if (stack.includes(next)) low.set(node, Math.min(low.get(node)!, low.get(next)!));
    }
    if (low.get(node) !== order.get(node)) return;
    const part = stack.splice(stack.indexOf(node));
    if (part.length > 1) circles.push(part.sort());
  };
  for (const node of graph.keys()) if (!order.has(node)) visit(node);
  return circles;
}

test('circles are found, of types and of values, and what is loaded later is none', () => {
  const sources = {
    a: "import type { B } from './b';\nimport './e';",
    b: "export { type C } from './c';",
    c: "import {\n  type A,\n  other,\n} from './a';",
    d: "const lazy = () => import('./d2');",
    d2: "import type { D } from './d';\n// import { x } from './d2'",
    e: 'const text = "import { a } from \'./a\'";',
  };
  const graph = new Map(
    Object.entries(sources).map(([name, source]) => [name, needsOf(source).map((path) => path.slice(2))]),
  );
  expect(circlesOf(graph)).toEqual([['a', 'b', 'c']]);
});

test('no file of src/ needs itself', () => {
  const root = join(process.cwd(), 'src');
  const files = readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.(ts|svelte)$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name));
  const graph = new Map(
    files.map((path) => [
      relative(root, path),
      needsOf(readFileSync(path, 'utf8')).map((need) => relative(root, join(dirname(path), need))),
    ]),
  );
  expect([...graph.values()].flat().length).toBeGreaterThan(3 * files.length);
  expect(circlesOf(graph)).toEqual([]);
});
