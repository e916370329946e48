/**
 * Changes to a graph, gathered step by step and written in one go: several rewrites touch the same nodes, and none of
 * them needs to know of the others.
 */
import {
  encodeInput,
  encodeNode,
  encodeNodeWith,
  encodeOutput,
  writeModel,
  type GraphNode,
  type ModelGraph,
  type NewNode,
} from './graph.ts';
import type { Field } from './wire.ts';

/** The changes to one graph. */
export class GraphEdits {
  readonly #model: ModelGraph;
  readonly #inputs = new Map<GraphNode, string[]>();
  readonly #outputs = new Map<GraphNode, readonly string[]>();
  readonly #dropped = new Map<GraphNode, ReadonlySet<string>>();
  readonly #added: Uint8Array[] = [];
  /** Tensors that what is added depends on. */
  readonly #wanted: string[] = [];

  constructor(model: ModelGraph) {
    this.#model = model;
  }

  /** Gives a node another input at a place; places in between that it does not have stay empty. */
  setInput(node: GraphNode, place: number, name: string): void {
    const inputs = this.#inputs.get(node) ?? [...node.inputs];
    while (inputs.length <= place) inputs.push('');
    inputs[place] = name;
    this.#inputs.set(node, inputs);
  }

  /** Gives a node other outputs. */
  setOutputs(node: GraphNode, outputs: readonly string[]): void {
    this.#outputs.set(node, outputs);
  }

  /** Takes an attribute from a node, which then has its default. */
  dropAttribute(node: GraphNode, name: string): void {
    this.#dropped.set(node, new Set([...(this.#dropped.get(node) ?? []), name]));
  }

  /** Adds a node. */
  addNode(node: NewNode): void {
    this.#added.push(encodeNode(node));
    this.#wanted.push(...node.inputs);
  }

  /** Adds a graph input; `type` is an encoded TypeProto. */
  addInput(name: string, type: Uint8Array): void {
    this.#added.push(encodeInput(name, type));
  }

  /** Makes tensors graph outputs. */
  addOutputs(names: readonly string[]): void {
    this.#added.push(...names.map(encodeOutput));
    this.#wanted.push(...names);
  }

  /**
   * The model with all changes. `prune` names graph inputs that may go with every node that only they needed: what no
   * output depends on any more is left out.
   */
  write(options: { readonly prune: readonly string[] } = { prune: [] }): Uint8Array {
    const touched = new Set([...this.#inputs.keys(), ...this.#outputs.keys(), ...this.#dropped.keys()]);
    const replaceNodes = new Map(
      [...touched].map((node) => [
        node,
        encodeNodeWith(node, {
          inputs: this.#inputs.get(node) ?? node.inputs,
          outputs: this.#outputs.get(node) ?? node.outputs,
          without: this.#dropped.get(node) ?? new Set(),
        }),
      ]),
    );
    return writeModel(this.#model, {
      replaceNodes,
      append: this.#added,
      drop: options.prune.length === 0 ? new Set() : this.#dead(options.prune),
    });
  }

  /** Nodes that depend on pruned inputs, or feed only such nodes, and that nothing else uses; and those inputs. */
  #dead(prune: readonly string[]): ReadonlySet<Field> {
    const { nodes, inputs, outputs } = this.#model;
    const inputsOf = (node: GraphNode): readonly string[] => this.#inputs.get(node) ?? node.inputs;
    const wanted = new Set([...outputs.map(({ name }) => name), ...this.#wanted]);
    // What a branch or a loop uses stands inside it, where nobody looks here.
    if (nodes.some(({ opType }) => ['If', 'Loop', 'Scan'].includes(opType))) return new Set();
    // A node once, so that a graph of a hundred thousand nodes in any order takes no longer than reading it.
    const makers = new Map(nodes.flatMap((node) => node.outputs.map((name) => [name, node] as const)));
    const alive = new Set<GraphNode>();
    for (const name of wanted) {
      const maker = makers.get(name);
      if (maker === undefined || alive.has(maker)) continue;
      alive.add(maker);
      // A set goes on to what is added to it while it is gone through.
      for (const input of inputsOf(maker)) wanted.add(input);
    }
    return new Set([
      ...nodes.filter((node) => !alive.has(node)).map(({ field }) => field),
      ...inputs.filter(({ name }) => prune.includes(name) && !wanted.has(name)).map(({ field }) => field),
    ]);
  }
}
