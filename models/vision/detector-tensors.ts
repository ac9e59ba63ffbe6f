/** Names of what goes into a person detector and what comes out of it: `scores` and `boxes` of one with anchors, `rows` of one without. */
export const DETECTOR_TENSORS = { picture: 'picture', scores: 'scores', boxes: 'boxes', rows: 'rows' } as const;

/** Names of what the pose network says: by joint how likely it is where, the middle of the person, and two ways to a joint's place. */
export const POSE_TENSORS = { heat: 'heat', centre: 'centre', regress: 'regress', offset: 'offset' } as const;

/** Joints of a pose, in COCO's order. */
export const JOINTS = 17;

/** Bins in which a NanoDet tells a distance, unless a manifest says otherwise. */
export const NANODET_BINS = 11;
