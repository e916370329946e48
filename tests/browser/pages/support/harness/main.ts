/** The whole page on a made-up engine, for looking at it: `npx vite`, then /tests/browser/pages/support/harness/index.html. */
import { mount } from 'svelte';
import App from '../../../../../src/shell/App.svelte';
import '../../../../../src/styles/tokens.css';
import '../../../../../src/styles/base.css';
import '../../../../../src/styles/print.css';
import { FakeEngine } from '../fake-engine.ts';
import { browserDatabase } from '../../../../../src/state/storage/database.ts';
import { browserTabs } from '../../../../../src/state/storage/tabs.ts';
import { fakeParts } from '../parts.ts';

const target = document.getElementById('app');
if (target === null) throw new Error('no #app');
const text = new URLSearchParams(location.search).get('long') === null ? undefined : ' and then he rode on'.repeat(500);
mount(App, {
  target,
  props: {
    parts: fakeParts(() => new FakeEngine({ pace: 40, ...(text === undefined ? {} : { text }) }), {
      storage: localStorage,
      database: () => browserDatabase('flipside-harness'),
      tabs: browserTabs('flipside-harness'),
    }),
  },
});
