/** What the pure core may use beyond the language itself: text codecs and base64, which browsers, workers and Node share. */
declare class TextEncoder {
  encode(text?: string): Uint8Array<ArrayBuffer>;
}
declare class TextDecoder {
  constructor(label?: string, options?: { fatal?: boolean; ignoreBOM?: boolean });
  decode(bytes?: Uint8Array, options?: { stream?: boolean }): string;
}
interface AbortSignal {
  readonly aborted: boolean;
}

declare function atob(base64: string): string;
declare function btoa(binary: string): string;
