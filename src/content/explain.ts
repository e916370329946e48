/** "How is this computed?": the plain answer beside every chart. One paragraph an item. */

/** Keyed by chart. */
export const EXPLAIN = {
  readings: [
    'The model reads the text once. After a stretch of it, the model also reads neutral words, always the same ones, off to the side; the text does not contain them. What the probe reads on these words is the reading. Two readings differ only by what came before, so believe how they change. A reading lags: it says what the text up to here amounts to, not what this word means.',
    'Zero is neutral text. The unit is the standard deviation of the same reading over the training turns of both poles. The colour scale ends at ±3 for every text and every layer; it never rescales.',
    'Grey is what 200 random directions of the same spread read at the same place, from the 5th to the 95th percentile. One reading in ten lies outside by chance.',
  ],
  strip: [
    'Raw scores are those of the words themselves: at every token and layer the probe reads how far the residual stream lies along its direction. A single token’s score is mostly noise and partly the word: “cruel” leans to cruel whatever it is doing there. Means over tokens are less noisy, but hardly tell the poles’ stories apart, because the words stay in them.',
    'A word is the run of tokens from one that begins with a space up to the next such token, with the marks that touch it. The ends of the raw scales are three standard deviations on neutral stories, of single tokens for tokens and words, of means of 10 for means and sentences.',
    'The mean of a chosen span counts single tokens, position 0 left out. Its 95 % interval is a moving-block bootstrap (Künsch 1989): whole runs of neighbours are drawn, because neighbours resemble each other; a run is 1.5 times the cube root of the number of tokens. It tells how sure the mean of this stretch is, not what the text means. Below 24 tokens there is no interval.',
  ],
  trajectory: [
    'The line goes through the readings, on their own scale. Dots stand at the ends of sentences. The grey area is the range of random directions at the same places (5th to 95th percentile). The raw curve, where it is wanted, is the running mean of the words’ own scores at the chosen layer.',
    'For raw scores, the squares are single tokens. The thin line is the same mean without the words: from each score it takes what a linear prediction from the embeddings of this word and the one before gives, fitted on neutral stories. The share it explains is measured on neutral stories that were left out of that fit.',
    'The dashed lines are the 1st and the 99th percentile of neutral text, for the mean of 10 or for single tokens, whichever is drawn. In a text of 200 neutral tokens about two lie beyond each line by chance, and with a mean they come in runs.',
  ],
  heads: [
    'The difference tells the poles from each other; it cannot say whether either has left neutral. So each pole also has a direction of its own, fitted the same way to its turns and to the same zeros, without the other pole’s turns. Zero, unit and lines are made as for the difference; up is always the positive pole, down the negative one.',
    'Both poles may leave neutral in nearly the same way, because something marked happens in either. Then both of these readings rise and fall together, and only the difference tells them apart: the evidence below says how far the other pole moves each.',
  ],
  map: [
    'Each row is a layer, the embedding at the bottom; each column is the stretch before a reading, in the colour of that reading at that layer. In the raw views each column is a token. The framed row is the chosen layer.',
    'Look for where a colour begins. Layer 0 is always zero for readings: the neutral words cannot tell the poles apart, so the probe has no direction there. What appears higher up the model has made of the text before.',
  ],
  evidence: [
    'The probe was trained on short turns about many topics. To judge it, each topic is left out in turn, the probe is trained on the others and scores the one left out. AUROC is the share of pairs, a turn of each pole, in which the positive one scores higher: 0.5 is chance, 1 is perfect.',
    'The dashed line is the 95th percentile with shuffled labels, taking the best of all layers: the same procedure reaches it in 5 % of shuffles. Drift is the mean score of neutral stories, each left out of the fit in turn, by length: it should stay near zero.',
  ],
  poleEvidence: [
    'One pole from neutral is judged the same way: every topic is left out in turn, and AUROC is the share of pairs in which a turn of the pole lies further to its side than a neutral turn. The other pole’s turns took no part in any of these fits; where they lie is the second number. No labels were shuffled here: compare the interval, which resamples topics and is somewhat too narrow, with 0.5.',
  ],
} as const satisfies Record<string, readonly string[]>;
