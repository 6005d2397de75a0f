/** What the OpenAPI document says of zkCX: all of its functions, and no other. */
import { expect, test } from '@jest/globals';
import { Validator } from '@seriousme/openapi-schema-validator';
import { openApiDocument } from '../../../src/rsp/smdpp/openapi.ts';
import { DESCRIBED } from '../../../src/rsp/zkcx/server/described.ts';
import { zkcxFunctions } from '../../../src/rsp/zkcx/server/functions.ts';

test('the document has each route of zkCX, and is valid with them', async () => {
  // the functions are only counted, so they need no server
  const routes = Object.keys(zkcxFunctions({} as never));
  expect(Object.keys(DESCRIBED).sort()).toEqual(routes.sort());
  const document = openApiDocument({ extension: DESCRIBED });
  expect(Object.keys(document.paths)).toEqual(expect.arrayContaining(routes));
  const { valid, errors } = await new Validator().validate({ ...document });
  expect(errors).toBeUndefined();
  expect(valid).toBe(true);
});
