/** Mounts the page. The only place that knows both the page and the workers behind it. */
import { mount } from 'svelte';
import App from './shell/App.svelte';
import { parseModelHosts } from './models/model-hosts.ts';
import { Offline } from './state/offline.svelte.ts';
import './styles/tokens.css';
import './styles/base.css';
import './styles/print.css';
import { connectEngine } from './worker/client/connect-engine.ts';

const target = document.getElementById('app');
if (target === null) throw new Error('index.html must hold an element with the id "app".');

// Not with the development server, whose files change under their names. An insecure page has no container.
const container = import.meta.env.PROD && 'serviceWorker' in navigator ? navigator.serviceWorker : null;
const offline = new Offline({ container, worker: './sw.js', script: import.meta.url });

// Written by the build (vite.config.ts) beside the policy that lets them through.
const { hosts: modelHosts } = parseModelHosts(
  document.querySelector<HTMLMetaElement>('meta[name="flipside-model-hosts"]')?.content ?? '',
);

mount(App, { target, props: { parts: { connect: () => connectEngine(), offline, modelHosts } } });

// What is kept for later comes after what is shown now.
if (document.readyState === 'complete') void offline.open();
else addEventListener('load', () => void offline.open(), { once: true });
