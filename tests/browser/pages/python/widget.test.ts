/** The widget for notebooks, with a real run file: what it draws, and what it says of a wrong one. */
import { describe, expect, it } from 'vitest';
import widget from '../../../../src/embed/widget.ts';
import { parseRecording } from '../../../../src/formats/runs/recording-json.ts';
import { tracePoints } from '../../../../src/reading/trace.ts';

/** A model as anywidget gives it, with traits that can be set. */
function modelOf(traits: Record<string, unknown>) {
  const heard = new Set<() => void>();
  return {
    get: (name: string) => traits[name],
    on: (_: string, callback: () => void) => void heard.add(callback),
    off: (_: string, callback: () => void) => void heard.delete(callback),
    set(name: string, value: unknown) {
      traits[name] = value;
      for (const callback of heard) callback();
    },
  };
}
const bakery = async () => (await fetch('/recordings/bakery.json')).text();

describe('the widget', () => {
  it('draws text, line and table of a run, changes with its layer, and ends', async () => {
    const run = await bakery();
    const recording = parseRecording(run);
    const model = modelOf({ run, layer: null });
    const el = document.createElement('div');
    const end = widget.render({ model, el });
    const points = tracePoints(recording.taps, recording.tokens.length, null, recording.defaultLayer);
    const options = [...el.querySelectorAll('[role="option"]')];
    expect(options).toHaveLength(points.length);
    expect(el.querySelector('[role="listbox"]')!.textContent).toBe(recording.text);
    expect(el.querySelectorAll('tr')).toHaveLength(points.length + 1);
    expect(el.querySelector('polyline')!.getAttribute('points')!.split(' ')).toHaveLength(points.length);
    const before = options[3]!.getAttribute('aria-label');
    model.set('layer', 9);
    expect(el.querySelectorAll('[role="option"]')[3]!.getAttribute('aria-label')).not.toBe(before);
    model.set('layer', 99);
    expect(el.querySelector('[role="alert"]')!.textContent).toContain('There is no layer 99');
    model.set('layer', null);
    expect(el.querySelectorAll('[role="option"]')[3]!.getAttribute('aria-label')).toBe(before);
    end();
    model.set('run', '{}');
    expect(el.querySelector('[role="alert"]')).toBeNull();
  });

  it('says of a file that is no run what is wrong', () => {
    const el = document.createElement('div');
    widget.render({ model: modelOf({ run: '{"format":"other"}', layer: null }), el });
    expect(el.querySelector('[role="alert"]')!.textContent).toContain('format');
  });
});
