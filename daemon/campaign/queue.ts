/** Where batches wait in a Redis. Workers of another code have another queue. */
export const queueName = (code: string): string => `campaign-${code}`;

export const prefix = 'svrlab';

/** A worker that has not said for so long that it lives has died, and its batches are given to others. */
export const LOCK_MS = 6_000;
export const LOOK_FOR_DEAD_EVERY_MS = 2_000;

/** Workers that may die over one batch before it is the batch's fault. */
export const DEATHS_MAX = 3;
