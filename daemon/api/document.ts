import { route } from './route.ts';
import type { Schema } from './schema.ts';

const anyObject: Schema<object> = { type: 'object', description: 'An OpenAPI 3.1 document.' };

export const documentRoutes = {
  openapi: route({
    method: 'GET',
    path: '/openapi.json',
    summary: 'all of this as an OpenAPI 3.1 document',
    answer: anyObject,
    run: (_api, { document }) => document,
  }),
};
