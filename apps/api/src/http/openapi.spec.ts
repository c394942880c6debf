import { readFileSync } from 'node:fs';
import { errorCatalogue, routes } from '@swath/contracts';
import { Validator } from '@seriousme/openapi-schema-validator';
import { describe, expect, it } from 'vitest';
import { openApiDocument } from './openapi.js';

const document = JSON.parse(JSON.stringify(openApiDocument()));

describe('the OpenAPI document', () => {
  it('is valid OpenAPI 3.1', async () => {
    const result = await new Validator().validate(document);
    expect(result.errors).toBeUndefined();
    expect(result.valid).toBe(true);
  });

  it('is the committed one', () => {
    const committed = JSON.parse(readFileSync(new URL('../../openapi.json', import.meta.url), 'utf8'));
    expect(document, 'run npm run generate').toEqual(committed);
  });

  it('has each operation of the route table once, with its failures', () => {
    const ids = Object.values(document.paths).flatMap((path) =>
      Object.values(path as Record<string, { operationId: string }>).map(
        (operation) => operation.operationId,
      ),
    );
    expect(ids.toSorted()).toEqual(
      Object.values(routes)
        .map((route) => route.operationId)
        .toSorted(),
    );
    expect(new Set(ids).size).toBe(ids.length);
    const create = document.paths['/api/v1/sweeps'].post;
    expect(Object.keys(create.responses)).toEqual(
      expect.arrayContaining(['201', '400', '401', '403', '413', '415', '422', '429', '503']),
    );
  });

  it('names routes by their key and only known errors', () => {
    for (const [key, route] of Object.entries(routes)) {
      expect(route.operationId).toBe(key);
      for (const code of route.errors) expect(errorCatalogue).toHaveProperty([code]);
    }
  });

  it('refers only to schemas it has', () => {
    const references = JSON.stringify(document).match(/#\/components\/schemas\/\w+/g) ?? [];
    for (const reference of references) {
      expect(document.components.schemas).toHaveProperty([reference.split('/').at(-1) ?? '']);
    }
  });
});
