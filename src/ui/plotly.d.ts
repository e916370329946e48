/** The few calls that we use of Plotly's cartesian bundle, which ships without types. */
declare module 'plotly.js-cartesian-dist-min' {
  /** A point by its trace and its place in it. */
  export interface At {
    readonly curveNumber: number;
    readonly pointNumber: number;
  }
  /** An element that holds a drawn figure. */
  export interface Drawn extends HTMLElement {
    on(event: 'plotly_hover', listener: (event: { readonly points: readonly At[] }) => void): void;
    on(event: 'plotly_unhover', listener: () => void): void;
    on(event: 'plotly_relayout', listener: (change: Readonly<Record<string, unknown>>) => void): void;
    removeAllListeners(event: string): void;
  }
  export interface Plotly {
    react(node: HTMLElement, data: readonly object[], layout: object, config: object): Promise<unknown>;
    relayout(node: HTMLElement, change: object): Promise<unknown>;
    purge(node: HTMLElement): void;
    /** What a figure has that the schema lacks; undefined where nothing is wrong. */
    validate(
      data: readonly object[],
      layout: object,
    ): readonly { readonly code: string; readonly msg: string }[] | undefined;
    readonly Fx: {
      hover(node: HTMLElement, at: readonly At[], subplot: string, silent: boolean): void;
      unhover(node: HTMLElement): void;
    };
  }
  const plotly: Plotly;
  export default plotly;
}
