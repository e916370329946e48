/** Puts a file where the reader wants it. */

/** What a file holds. */
export type FileContent = string | ArrayBuffer | Uint8Array<ArrayBuffer>;

/** Saves a file: a download, or what a test wants. */
export type SaveFile = (name: string, content: FileContent, type: string) => void;

/** Saves as a download of this page. */
export const download: SaveFile = (name, content, type) => {
  const url = URL.createObjectURL(new Blob([content], { type }));
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  // The download has begun once the click has been dealt with; the address may then go.
  setTimeout(() => URL.revokeObjectURL(url), 1000);
};
