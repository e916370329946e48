/** The words of the help drawer that stand nowhere else. */

/** How to read a chart, in the order in which a reader meets them: what it is, and where to look. */
export const CHART_HELP: readonly { readonly chart: string; readonly says: string }[] = [
  {
    chart: 'The text',
    says: 'Each stretch has the colour of the reading after it. Look for where the colour turns and stays.',
  },
  {
    chart: 'The reading along the text',
    says: 'The same readings as a line; grey is the chance range. Compare within the text.',
  },
  { chart: 'Layer map', says: 'Every layer at once, layer 0 at the bottom. Look for where a colour begins.' },
  {
    chart: 'Lens',
    says: 'The likeliest next word at each layer, the last on top. Gold: the final word is first choice.',
  },
  {
    chart: 'Curves by layer',
    says: 'How well a probe tells its poles apart. Above the dashed line is more than chance.',
  },
  {
    chart: 'Dose–response',
    says: 'What steering does, the stronger it is. Grey is what placebos do; dashed is the control.',
  },
  {
    chart: 'Intervals',
    says: 'A dot is the estimate, the line its 95 % interval. One that holds the origin shows nothing.',
  },
];

/** Data: what stays, where, and how to check it, by the hosts that this build may fetch models from. */
export const privacyHelp = (modelHosts: readonly string[]): readonly string[] => [
  'No account, no server. Everything happens in this tab.',
  `The page’s security policy forbids every other address${modelHosts.length === 0 ? '' : `, but ${modelHosts.join(' and ')}: once you allow it, they learn which models you look for`}. Your browser’s network panel shows it.`,
  'What you type, train and store stays in this browser. Clearing the site’s data deletes it.',
];

/** The content note, in the help. */
export const DARK_HELP =
  'Some recorded stories contain cruelty, without bloody detail. A dot marks them, and they say so first. What a model writes is invented and can be cruel or wrong.';
