/** The gallery: `npm run dev`, then /tests/gallery/index.html. Not part of the page that is built. */
import { mount } from 'svelte';
import '../../src/styles/tokens.css';
import '../../src/styles/base.css';
import Gallery from './Gallery.svelte';

const target = document.getElementById('app');
if (target === null) throw new Error('no #app');
mount(Gallery, { target });
