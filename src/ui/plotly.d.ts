/** The few calls that we use of Plotly's cartesian bundle, which ships without types. */
declare module 'plotly.js-cartesian-dist-min' {
  interface Plotly {
    react(node: HTMLElement, data: readonly object[], layout: object, config: object): Promise<unknown>;
    purge(node: HTMLElement): void;
  }
  const plotly: Plotly;
  export default plotly;
}
