/** What a worker under test is given before the engine's own script: the toy to load, and a way to lose its device. */
import { serveToy } from '../../fixtures/toy/toy-site.ts';
import { devices, watchDevices } from '../../fixtures/watched-device.ts';

serveToy();
watchDevices();
new BroadcastChannel('take-away').onmessage = () => {
  for (const device of devices) device.destroy();
};
