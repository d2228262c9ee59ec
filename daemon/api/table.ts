import { captureRoutes } from './captures.ts';
import { configRoutes } from './config.ts';
import { documentRoutes } from './document.ts';
import { eventRoutes } from './events.ts';
import { faultRoutes } from './faults.ts';
import { linkRoutes } from './links.ts';
import { metricsRoutes } from './metrics.ts';
import { nodeRoutes } from './node.ts';
import { peerRoutes } from './peers.ts';
import { sessionCaptureRoutes } from './session-captures.ts';
import { sessionRoutes } from './sessions.ts';
import { statsRoutes } from './stats.ts';

/** Everything that can be asked of a node, by the name of the operation. */
export const routes = {
  ...nodeRoutes,
  ...sessionRoutes,
  ...peerRoutes,
  ...eventRoutes,
  ...statsRoutes,
  ...metricsRoutes,
  ...configRoutes,
  ...faultRoutes,
  ...linkRoutes,
  ...captureRoutes,
  ...sessionCaptureRoutes,
  ...documentRoutes,
};

export type RouteName = keyof typeof routes;

type Of<Name extends RouteName> = (typeof routes)[Name];

/** What the route answers. */
export type AnswerOf<Name extends RouteName> = Awaited<ReturnType<Of<Name>['run']>>;

/** What a client gives: path parameters, query and body, as far as the route has them. */
export type AskOf<Name extends RouteName> = Partial<Pick<Parameters<Of<Name>['run']>[1], 'path' | 'query' | 'body'>>;
