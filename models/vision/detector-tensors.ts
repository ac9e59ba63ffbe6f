/** Names of what goes into a person detector and what comes out of it. */
export const DETECTOR_TENSORS = { picture: 'picture', scores: 'scores', boxes: 'boxes' } as const;
