import { deepEqual, equal, ok } from 'node:assert/strict';
import { Validator } from '@seriousme/openapi-schema-validator';
import { createServer } from '../../../../daemon/api/server.ts';
import { routes } from '../../../../daemon/api/table.ts';
import { notedApi } from './support.ts';

interface Document {
  readonly openapi: string;
  readonly paths: Record<string, Record<string, { readonly operationId: string }>>;
  readonly components: { readonly schemas: Record<string, object> };
}

const read = async (): Promise<Document> => {
  const { body } = await createServer(notedApi()).inject({ method: 'GET', url: '/openapi.json' });
  return JSON.parse(body) as Document;
};

describe('the OpenAPI document', () => {
  it('is a valid one, of version 3.1', async () => {
    const document = await read();
    const { valid, errors } = await new Validator().validate({ ...document });
    deepEqual(errors ?? [], []);
    equal(valid, true);
    equal(document.openapi, '3.1.0');
  });

  it('would be found out if it were not', async () => {
    const { paths, ...document } = await read();
    const { valid } = await new Validator().validate({ ...document, paths: { 'no-slash': paths['/health'] } });
    equal(valid, false);
  });

  it('has every route, each once', async () => {
    const operations = Object.values((await read()).paths).flatMap((ofPath) => Object.values(ofPath));
    deepEqual(operations.map(({ operationId }) => operationId).sort(), Object.keys(routes).sort());
  });

  it('refers to nothing that is not there', async () => {
    const document = await read();
    const references = [...JSON.stringify(document).matchAll(/"\$ref":"#\/components\/schemas\/(\w+)"/g)];
    ok(references.length > 0);
    for (const [, name] of references) ok(name in document.components.schemas, name);
  });
});
