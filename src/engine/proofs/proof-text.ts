/** Ordinary words that the pass-size check reads; at least 129 tokens with any common tokenizer. */
export const PROOF_TEXT =
  'The ferry left at twenty past seven with nine cars, two vans and a school class on the upper deck. ' +
  'A man in a yellow jacket walked along the rail and counted the life rings, as he did every morning. ' +
  'On the other shore the road went up between hazel hedges to a farm, a chapel and a row of postboxes. ' +
  'Someone had painted the third box blue. The driver of the first van opened a flask, poured tea into the lid and read the list of streets again. ' +
  'There were forty parcels today, most of them small, and one long tube for the surveyor. ' +
  'When the ramp came down the gulls rose from the pier, turned once above the water and settled on the roof of the ticket office.';
