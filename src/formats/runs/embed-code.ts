/** The HTML that shows a linked reading on another page. Pure. */

/** An iframe from a link's address and a title for screen readers. The reading is in the address: nothing is fetched but its page. */
export function embedCode(address: string, title: string): string {
  const [page = '', code = ''] = address.split('#');
  const source = `${page.replace(/[^/]*$/, '')}embed.html#${code}`;
  return `<iframe src="${attribute(source)}" title="${attribute(title)}" width="100%" height="480" loading="lazy" style="border: 1px solid #8888"></iframe>`;
}

const attribute = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
