export { formatConfiguration, parseConfiguration } from './configuration.ts';
export type { ParsedConfiguration } from './configuration.ts';
export { isOnLink, peerPaths, placesOf } from './peering.ts';
export type { PeerPath, Place } from './peering.ts';
export { onNode, redundancyOf } from './redundancy.ts';
export type { Redundancy } from './redundancy.ts';
export { coversPort, defaultSessionTimers, sessionTimers } from './session-timers.ts';
export type { SessionTimers } from './session-timers.ts';
export type * from './types.ts';
