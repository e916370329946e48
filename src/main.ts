/** Mounts the page. The only place that knows both the page and the worker behind it. */
import { mount } from 'svelte';
import App from './App.svelte';
import './styles/tokens.css';
import './styles/base.css';
import { connectEngine } from './worker/client/worker-client.ts';

const target = document.getElementById('app');
if (target === null) throw new Error('index.html must hold an element with the id "app".');

mount(App, { target, props: { parts: { connect: () => connectEngine() } } });
