/** The words of the help drawer that stand nowhere else. */

/** How to read a chart, in the order in which a reader meets them: what it is, and where to look. */
export const CHART_HELP: readonly { readonly chart: string; readonly says: string }[] = [
  {
    chart: 'The text',
    says: 'Each stretch has the colour of the reading after it; the thin bar says the same without colour. Look for where the colour turns and stays.',
  },
  {
    chart: 'The reading along the text',
    says: 'The same readings as a line, over the grey range of random directions. Compare them with each other, along the text.',
  },
  {
    chart: 'Layer map',
    says: 'Every layer at once, the embedding at the bottom. Look for the height at which a colour begins.',
  },
  {
    chart: 'Lens',
    says: 'The likeliest next word at every token and layer, the last layer on top. Look for the height at which the word that comes appears; below the middle, words are unreliable.',
  },
  {
    chart: 'Curves by layer',
    says: 'How well a probe tells its poles apart at each layer. Above the dashed line is more than shuffled labels reach in 95 of 100 shuffles.',
  },
  {
    chart: 'Dose–response',
    says: 'Effect of a push over its KL. The black line should leave zero and the grey of the placebos; the dashed line is the same push on luck, which a direction that means only the axis would leave alone.',
  },
  {
    chart: 'Intervals',
    says: 'A dot is the estimate, the line its 95 % interval, n what was counted. An interval that holds the origin allows nothing.',
  },
];

/** Data: what stays, where, and how to check it, by the hosts that this build may fetch models from. */
export const privacyHelp = (modelHosts: readonly string[]): readonly string[] => [
  'There is no account and no server behind this page. The model, the probes and the stories are files beside it; everything else happens in this tab, in a worker of your own browser.',
  `The page is forbidden by its own security policy to ask any other address for anything${modelHosts.length === 0 ? '' : `, but for ${modelHosts.join(' and ')}, which it asks for models that you look for: they learn the model’s name and your address`}. Your browser’s network panel shows it: once the model is here you can go offline and go on.`,
  'What you type, train and keep lies in this browser’s storage for this site, and nowhere else. Clearing the site’s data in the browser deletes all of it.',
];

/** The content note, for anyone who looks it up. */
export const DARK_HELP =
  'Some recorded stories contain cruelty: people in them are hurt, robbed or mocked, without bloody detail. They are marked with a dot, and say so before they are shown for the first time. A model that writes can become cruel, and it can be wrong; what it writes is its own invention.';
