/** The OpenAPI document says what is served: all routes, no other, and what their schemas take. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Validator } from '@seriousme/openapi-schema-validator';
import { es9pApp } from '../../../src/rsp/smdpp/app.ts';
import { es2pApp } from '../../../src/rsp/smdpp/es2p/app.ts';
import { openApiDocument } from '../../../src/rsp/smdpp/openapi.ts';
import { serveSmdp } from '../../../src/rsp/smdpp/service.ts';
import { ES9P } from '../../../src/sgp22/messages/es9p.ts';
import { told } from '../../support/cli.ts';
import { NOW } from '../../support/certificates/chains.ts';
import { ADDRESS, TestSmdp, testTrust } from '../../support/rsp/smdpp.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

let smdp: TestSmdp;
beforeAll(async () => {
  smdp = await TestSmdp.open();
});
afterAll(() => smdp.close());

const postRoutes = (app: { readonly routes: readonly { method: string; path: string }[] }) =>
  [...new Set(app.routes.filter(({ method }) => method === 'POST').map(({ path }) => path))].sort();

interface Member {
  readonly type?: string;
  readonly description?: string;
  readonly contentEncoding?: string;
}

interface Operation {
  readonly operationId: string;
  readonly requestBody: { readonly content: { readonly 'application/json': { schema: never } } };
}

type Paths = Record<string, { readonly post: Operation }>;

const requestOf = (document: { readonly paths: object }, path: string) =>
  (document.paths as Paths)[path]!.post.requestBody.content['application/json'].schema as {
    readonly required?: readonly string[];
    readonly properties: Record<string, Member>;
  };

describe('the document', () => {
  test('has each route of both interfaces, and no other', () => {
    const es9p = postRoutes(es9pApp(smdp.server));
    const es2p = postRoutes(es2pApp(smdp.server.context));
    expect(es9p.length + es2p.length).toBeGreaterThanOrEqual(9);
    expect(Object.keys(openApiDocument().paths).sort()).toEqual([...es9p, ...es2p].sort());
    expect(Object.keys(openApiDocument({ es2p: false }).paths).sort()).toEqual(es9p);
  });

  test('is valid OpenAPI 3.1', async () => {
    const { valid, errors } = await new Validator().validate({ ...openApiDocument() });
    expect(errors).toBeUndefined();
    expect(valid).toBe(true);
    // a validator that takes anything would say so too
    const { valid: other } = await new Validator().validate({ openapi: '3.1.1', paths: 1 });
    expect(other).toBe(false);
  });

  test('says of all bytes of ES9+ what they are, and that they are base64', () => {
    const document = openApiDocument();
    const members = Object.values(ES9P).flatMap(({ path }) =>
      Object.entries(requestOf(document, path).properties),
    );
    const texts = ['transactionId', 'smdpAddress'];
    for (const [name, { contentEncoding, description }] of members) {
      if (texts.includes(name)) continue;
      expect([name, contentEncoding, description]).toEqual([
        name,
        'base64',
        expect.stringMatching(/, in base64$/),
      ]);
    }
    expect(members.length).toBeGreaterThan(5);
  });

  test('requires what the functions require', () => {
    const document = openApiDocument();
    const { required, properties } = requestOf(document, '/gsma/rsp2/es2plus/confirmOrder');
    expect(required).toEqual(expect.arrayContaining(['iccid', 'releaseFlag']));
    expect(required).not.toContain('matchingId');
    expect(properties.releaseFlag).toMatchObject({ type: 'boolean' });
    expect(requestOf(document, ES9P.authenticateClient.path).required).toEqual([
      'transactionId',
      'authenticateServerResponse',
    ]);
  });

  test('names each function once', () => {
    const paths = openApiDocument().paths as unknown as Paths;
    const names = Object.values(paths).map(({ post }) => post.operationId);
    expect(new Set(names).size).toBe(names.length);
  });

  test('is printed', async () => {
    const { status, document } = await told('smdpp', 'openapi');
    expect(status).toBe(0);
    expect(document).toEqual(JSON.parse(JSON.stringify(openApiDocument())));
  });

  test.each([true, false])('is served, with ES2+ if that is (%s)', async (withEs2p) => {
    const local = { host: '127.0.0.1', port: 0 };
    const service = await serveSmdp({
      folder: `${temporaryFolder()}/data`,
      settings: { address: ADDRESS },
      trust: testTrust(),
      es9p: local,
      es2p: withEs2p ? { ...local, token: 'x'.repeat(40) } : undefined,
      monitor: local,
      now: () => NOW,
    });
    const response = await fetch(`${service.monitor!.url}/openapi.json`);
    expect(await response.json()).toEqual(
      JSON.parse(JSON.stringify(openApiDocument({ es2p: withEs2p }))),
    );
    await service.close();
  });
});
