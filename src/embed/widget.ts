/**
 * A run in a notebook, drawn by the page's own code: a module for anywidget. The Python side gives the text of a run file as the
 * trait `run`, and a layer or null. Nothing is fetched, stored or computed by a model.
 */
import { AppError } from '../base/errors.ts';
import { parseRecording } from '../formats/runs/recording-json.ts';
import { tracePoints } from '../reading/trace.ts';
import { GREY, readingView } from './embed-view.ts';

/** The part of anywidget's model that is used. */
interface WidgetModel {
  get(name: string): unknown;
  on(event: string, callback: () => void): void;
  off(event: string, callback: () => void): void;
}

/** Draws the run into `el`, and again when it changes; gives what ends that. A wrong file is one sentence. */
function render({ model, el }: { readonly model: WidgetModel; readonly el: HTMLElement }): () => void {
  const draw = (): void => {
    try {
      el.replaceChildren(...view(String(model.get('run')), model.get('layer')));
    } catch (thrown) {
      const problem = document.createElement('p');
      problem.setAttribute('role', 'alert');
      problem.textContent = AppError.from(thrown).message;
      el.replaceChildren(problem);
    }
  };
  el.classList.add('flipside');
  model.on('change', draw);
  draw();
  return () => model.off('change', draw);
}

function view(source: string, asked: unknown): readonly HTMLElement[] {
  const { title, axis, tokens, taps: readouts, defaultLayer, layers } = parseRecording(source);
  const layer = typeof asked === 'number' ? asked : null;
  if (layer !== null && !(Number.isInteger(layer) && layer >= 0 && layer < layers))
    throw new AppError('usage', `There is no layer ${layer}: the run has 0 to ${layers - 1}.`, { layer });
  const points = tracePoints(readouts, tokens.length, layer, defaultLayer);
  if (points.length === 0)
    throw new AppError('usage', 'The run has no readings, so there is no line. Read the text again with readings.');
  const foot = document.createElement('p');
  foot.textContent = `${tokens.length} tokens, ${points.length} readings. ${GREY}`;
  return [...readingView({ title, axis, tokens, points }), foot];
}

// eslint-disable-next-line import-x/no-default-export -- anywidget asks for it
export default { render };
