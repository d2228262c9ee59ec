import type { Readable } from 'node:stream';
import type { EventStreams } from '../event-streams.ts';
import type { LiveCaptures } from '../live-capture.ts';
import type { NodeService } from '../node-service.ts';
import type { JsonSchema, Schema, ValueOf } from './schema.ts';

/** What the routes of a node are given to work with. */
export interface NodeApi {
  /** The node as it is now: `renew` puts another in its place. */
  readonly node: NodeService;
  readonly captures: LiveCaptures;
  readonly eventStreams: EventStreams;
  /** Stops the node and puts a new one in its place, which remembers nothing and waits to be started. */
  renew(): Promise<void>;
  /** Ends the process, once what is being answered has been. */
  end(): void;
}

/** Schemas by the names of fields, as a path or a query has them. */
export type Parameters = Readonly<Record<string, JsonSchema>>;

/** What a request has been found to hold. Parameters of a query may be missing. */
export interface Input<Path extends Parameters, Query extends Parameters, Body> {
  readonly path: { readonly [Name in keyof Path]: ValueOf<Path[Name]> };
  readonly query: { readonly [Name in keyof Query]?: ValueOf<Query[Name]> };
  readonly body: Body;
  /** Media types that the client takes, as it says. */
  readonly accept: string;
  /** The OpenAPI document of all routes. */
  readonly document: object;
}

export type Method = 'GET' | 'POST' | 'PUT' | 'DELETE';

/** What an answer is that is no JSON. */
export interface MediaAnswer {
  readonly type: string;
  readonly content: string | Readable;
  readonly headers?: Readonly<Record<string, string>>;
}

interface RouteBase {
  readonly method: Method;
  /** As OpenAPI writes it: parameters stand in braces. */
  readonly path: string;
  readonly summary: string;
  readonly description?: string;
  /** Called when the answer has been sent. */
  readonly afterwards?: (api: NodeApi) => void;
}

/**
 * One thing that can be asked of a node. What a server checks, the OpenAPI document, the page of the documentation and
 * the client's types are all derived from this.
 */
export interface Route<
  Path extends Parameters = Parameters,
  Query extends Parameters = Parameters,
  Body = unknown,
  Answer = unknown,
> extends RouteBase {
  readonly parameters: Path;
  readonly query: Query;
  readonly body: Schema<Body> | undefined;
  /** What the answer holds; or the media types of one that is no JSON. */
  readonly answer: Schema<Answer> | { readonly media: readonly string[]; readonly line?: JsonSchema };
  run(api: NodeApi, input: Input<Path, Query, Body>): Answer | Promise<Answer>;
}

type Given<Path extends Parameters, Query extends Parameters, Body> = RouteBase & {
  readonly parameters?: Path;
  readonly query?: Query;
  readonly body?: Schema<Body>;
};

/** A route that answers in JSON. */
export const route = <
  Answer,
  Path extends Parameters = Record<never, never>,
  Query extends Parameters = Record<never, never>,
  Body = undefined,
>(
  given: Given<Path, Query, Body> & {
    readonly answer: Schema<Answer>;
    readonly run: (api: NodeApi, input: Input<Path, Query, Body>) => NoInfer<Answer> | Promise<NoInfer<Answer>>;
  },
): Route<Path, Query, Body, Answer> => ({
  parameters: {} as Path,
  query: {} as Query,
  body: undefined,
  ...given,
});

/** A route that answers in text or bytes of other media types; `line` describes each line of ndjson. */
export const mediaRoute = <
  Path extends Parameters = Record<never, never>,
  Query extends Parameters = Record<never, never>,
>(
  given: Given<Path, Query, undefined> & {
    readonly media: readonly string[];
    readonly line?: JsonSchema;
    readonly run: (api: NodeApi, input: Input<Path, Query, undefined>) => MediaAnswer;
  },
): Route<Path, Query, undefined, MediaAnswer> => {
  const { media, line, ...rest } = given;
  const answer = { media, ...(line !== undefined && { line }) };
  return { parameters: {} as Path, query: {} as Query, body: undefined, ...rest, answer };
};

export const isMedia = (answer: Route['answer']): answer is { media: readonly string[]; line?: JsonSchema } =>
  'media' in answer;
