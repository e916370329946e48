/** "How is this computed?": the plain answer beside every chart. One paragraph an item. */

/** Keyed by chart. */
export const EXPLAIN = {
  strip: [
    'The text goes through the model once. At every token and every layer the probe reads how far the residual stream lies along its direction: a score in standard deviations of the training taps, zero for neutral text.',
    'A single token’s score is mostly noise and partly the word itself: “cruel” leans to cruel whatever it is doing there. So the colour and the height of the bar show the mean over the last tokens, position 0 left out. It still contains the words.',
    'The colours have one fixed range for this probe and layer: three standard deviations of the same mean on neutral stories. It never rescales with your text.',
    'A word is the run of tokens from one that begins with a space up to the next such token, with the marks that touch it; sentences are those after which taps stand. Their value is the mean over their tokens. Nobody measured their spread on neutral text, so words use the range of single tokens and sentences that of means of 10: both at least as wide as their own, but for sentences of fewer than 10 tokens. For the same reason they have no 1 in 100 lines.',
    'The mean of a chosen span counts single tokens, position 0 left out. Its 95 % interval is a moving-block bootstrap (Künsch 1989): whole runs of neighbours are drawn, because neighbours resemble each other; a run is 1.5 times the cube root of the number of tokens. It tells how sure the mean of this stretch is, not what the text means. Below 24 tokens there is no interval.',
  ],
  taps: [
    'After each sentence the model also reads neutral sentences, always the same words, off to the side; the story does not contain them. The mean score on those words is the tap. What differs between two taps comes from the story, not from the words that were read.',
    'A filled lozenge lies beyond 90 % of 200 random directions of the same spread, read at the same place: one tap in ten does by chance. A hollow one lies no further out than they do; alone it proves nothing. The evidence is how the taps of one text change, not a single tap.',
  ],
  trajectory: [
    'The same numbers along the text, for the chosen layer. The shaded line is the running mean over tokens, words included. The lozenges are the taps: how they change within the text is the evidence. The grey bar behind each is the range of random directions (5th to 95th percentile); one tap in ten lies beyond it by chance.',
    'The squares are single tokens. The thin line is the same mean without the words: from each score it takes what a linear prediction from the embeddings of this word and the one before gives, fitted on neutral stories. The share it explains is measured on neutral stories that were left out of that fit. What is left is still a score, not a verdict: words further back are in it, and so is whatever the prediction misses.',
    'The dashed lines are the 1st and the 99th percentile of neutral text: 1 in 100 neutral tokens lies beyond each, for the mean of 10 or for single tokens, whichever is drawn. In a text of 200 neutral tokens about two lie beyond each line by chance, and with a mean they come in runs. The lines come from the stories that also gave the zero, so other neutral text may cross them somewhat more often.',
    'Everything is in standard deviations of the training taps. Zero is neutral text: taps are compared with neutral taps, tokens with the tokens of neutral stories.',
  ],
  heads: [
    'The difference tells the poles from each other; it cannot say whether either has left neutral. So each pole also has a direction of its own, fitted the same way to its turns and to the same zeros, without the other pole’s turns. Zero, unit and lines are made as for the difference; up is always the positive pole, down the negative one.',
    'Both poles may leave neutral in nearly the same way, because something marked happens in either. Then both of these readings rise and fall together, and only the difference tells them apart: the evidence below says how far the other pole moves each.',
  ],
  map: [
    'Each column is a token, each row a layer, the embedding at the bottom. The colour is the same value as on the text, scaled by each layer’s own fixed range. The first column is the sink and is hatched.',
    'Look for where a colour begins. Layer 0 is always zero here: the taps’ own words cannot tell the poles apart, so the probe has no direction there. What appears higher up the model has made of the words and of what went before.',
  ],
  evidence: [
    'The probe was trained on short turns about many topics. To judge it, each topic is left out in turn, the probe is trained on the others and scores the one left out. AUROC is the share of kind–cruel pairs in which the kind turn scores higher: 0.5 is chance, 1 is perfect.',
    'The dashed line is the 95th percentile with shuffled labels, taking the best of all layers: the same procedure reaches it in 5 % of shuffles. Drift is the mean score of neutral stories, each left out of the fit in turn, by length: it should stay near zero.',
  ],
  poleEvidence: [
    'One pole from neutral is judged the same way: every topic is left out in turn, and AUROC is the share of pairs in which a turn of the pole lies further to its side than a neutral turn. The other pole’s turns took no part in any of these fits; where they lie is the second number. No labels were shuffled here: compare the interval, which resamples topics and is somewhat too narrow, with 0.5.',
  ],
} as const satisfies Record<string, readonly string[]>;
