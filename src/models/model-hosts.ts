/**
 * The hosts that this build may fetch models from: none unless the build names them. A host is an https origin
 * (`https://huggingface.co`), all names under one (`https://*.hf.co`), or a server on this machine (`http://localhost:8080`,
 * `http://localhost:*`), written as a content security policy writes it.
 */

/** The environment variable that a build takes its hosts from. */
export const HOSTS_VARIABLE = 'FLIPSIDE_MODEL_HOSTS';

/** Words that stand for hosts, so that a build needs one: where the Hub is asked, and where its files lie. */
const SHORT: ReadonlyMap<string, readonly string[]> = new Map([
  ['huggingface', ['https://huggingface.co', 'https://*.hf.co']],
]);

const NAME = '[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?';
const SECURE = new RegExp(`^https://(?:\\*\\.)?${NAME}(?:\\.${NAME})+(?::[1-9]\\d{0,4})?$`);
const LOCAL = /^http:\/\/localhost(?::(?:[1-9]\d{0,4}|\*))?$/;
const MOST_HOSTS = 16;

/** Hosts between spaces, `huggingface` for the Hub's, and the first word that is none (null where all are); more than 16 are too many. */
export function parseModelHosts(text: string): { readonly hosts: readonly string[]; readonly wrong: string | null } {
  const given = text.split(/\s+/).filter((word) => word !== '');
  const words = [...new Set(given.flatMap((word) => SHORT.get(word) ?? [word]))];
  const wrong = words.find((word) => !SECURE.test(word) && !LOCAL.test(word)) ?? words[MOST_HOSTS] ?? null;
  return wrong === null ? { hosts: words, wrong } : { hosts: [], wrong };
}

/** Whether an origin, as `URL.origin` writes it, is one of the hosts. */
export function isModelHost(origin: string, hosts: readonly string[]): boolean {
  return hosts.some((host) => {
    if (host.endsWith(':*')) return origin === host.slice(0, -2) || /^http:\/\/localhost:\d+$/.test(origin);
    if (!host.startsWith('https://*.')) return origin === host;
    return (
      origin.startsWith('https://') &&
      origin.slice('https://'.length).endsWith(host.slice('https://*'.length)) &&
      SECURE.test(origin)
    );
  });
}

/** Hosts that can be asked for a model by its id: those that are one origin. */
export function askableHosts(hosts: readonly string[]): readonly string[] {
  return hosts.filter((host) => !host.includes('*'));
}
