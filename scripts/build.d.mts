/** Types of build.mjs. */
export function sourceStamp(root?: string): string;
export function ensureBuild(): Promise<void>;
