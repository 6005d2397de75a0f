/** OpenAPI document of ES9+ and ES2+, made of the schemas that requests are read and answers written by. */
import { z } from 'zod';
import { ES9P } from '../../sgp22/messages/es9p.ts';
import { ES2P } from './es2p/messages.ts';

/** What a function takes and answers. */
export interface DescribedFunction {
  readonly summary: string;
  readonly request: z.ZodType;
  /** undefined: HTTP 204. */
  readonly answer: z.ZodType | undefined;
}

type Described = Readonly<Record<string, DescribedFunction>>;

const summaries = {
  initiateAuthentication: 'Open a session (SGP.22 5.6.1)',
  authenticateClient: 'Show a device, and find its order (SGP.22 5.6.3)',
  getBoundProfilePackage: 'Fetch the profile, bound to this eUICC (SGP.22 5.6.2)',
  handleNotification: 'Tell what became of a profile (SGP.22 5.6.4); any JSON is taken',
  cancelSession: 'End a session (SGP.22 5.6.5)',
} satisfies Record<keyof typeof ES9P, string>;

const es9p: Described = Object.fromEntries(
  Object.entries(ES9P).map(([name, { path, request, answer }]) => [
    path,
    { summary: summaries[name as keyof typeof ES9P], request, answer },
  ]),
);

const es2p: Described = Object.fromEntries(
  Object.values(ES2P).map(({ path, ...described }) => [path, described]),
);

export interface OpenApiOptions {
  /** ES2+ is served too; default true. */
  readonly es2p?: boolean;
  /** What an extension of ES9+ takes beside. */
  readonly extension?: Described;
}

/** An OpenAPI 3.1 document. */
export function openApiDocument({ es2p: withEs2p = true, extension = {} }: OpenApiOptions = {}) {
  const paths = [...new Set([...Object.keys(es9p), ...Object.keys(extension)])];
  const es9pPaths = paths.map((path) => [
    path,
    pathItem(path, 'ES9+', [es9p[path], extension[path]]),
  ]);
  const es2pPaths = Object.entries(es2p).map(([path, one]) => [
    path,
    pathItem(path, 'ES2+', [one]),
  ]);
  return {
    openapi: '3.1.1',
    info: {
      title: 'SM-DP+',
      version: '2.5.0',
      description:
        'ES9+ for LPAs and ES2+ for operators (SGP.22 v2, 6.5.2), served on listeners of their own. Refusals have ' +
        'HTTP status 200 and functionExecutionStatus Failed, with a subject and a reason code.',
    },
    tags: [
      { name: 'ES9+', description: 'For LPAs' },
      ...(withEs2p ? [{ name: 'ES2+', description: 'For the operator' }] : []),
    ],
    paths: Object.fromEntries([...es9pPaths, ...(withEs2p ? es2pPaths : [])]) as Record<
      string,
      object
    >,
    components: { schemas: { Failed: FAILED, Success: SUCCESS } },
  };
}

function pathItem(path: string, tag: string, forms: readonly (DescribedFunction | undefined)[]) {
  const given = forms.filter((form) => form !== undefined);
  const answers = given.flatMap(({ answer }) => answer ?? []);
  const problem = (description: string) => ({
    description,
    ...content({ $ref: '#/components/schemas/Failed' }),
  });
  const done = {
    description: 'Done, or refused with codes',
    ...content(
      anyOf([
        ...answers.map((answer) => ({
          allOf: [{ $ref: '#/components/schemas/Success' }, schemaOf(answer)],
        })),
        { $ref: '#/components/schemas/Failed' },
      ]),
    ),
  };
  return {
    post: {
      tags: [tag],
      summary: given.map(({ summary }) => summary).join('; '),
      operationId: path.slice(path.lastIndexOf('/') + 1),
      requestBody: {
        required: true,
        ...content(anyOf(given.map(({ request }) => schemaOf(request)))),
      },
      responses: {
        ...(answers.length > 0 ? { 200: done } : { 204: { description: 'Taken' } }),
        400: problem('The body is no such request'),
        405: problem('Use POST'),
        408: { description: 'The request came too slowly' },
        413: problem('The body is too long'),
        415: problem('Send application/json'),
        503: problem('Busy, or the store fails: try again later'),
      },
    },
  };
}

const content = (schema: object) => ({ content: { 'application/json': { schema } } });

const anyOf = (schemas: readonly object[]): object =>
  schemas.length === 1 ? schemas[0]! : { anyOf: schemas };

/** What goes over the wire is the input of a codec, whoever sends it. */
function schemaOf(schema: z.ZodType): object {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, {
    io: 'input',
    unrepresentable: 'any',
    override: ({ jsonSchema: { properties = {} } }) => {
      for (const [name, property] of Object.entries(properties)) {
        const what = BINARY[name];
        if (what === undefined || typeof property !== 'object') continue;
        Object.assign(property, { description: `${what}, in base64`, contentEncoding: 'base64' });
      }
    },
  });
  return rest;
}

/** Members that hold bytes: whole elements with tag and length, unless it says otherwise. */
const BINARY: Readonly<Record<string, string>> = {
  euiccChallenge: '16 bytes, without tag and length',
  euiccInfo1: 'EUICCInfo1 (BF20)',
  serverSigned1: 'ServerSigned1',
  serverSignature1: 'r and s (5F37)',
  euiccCiPKIdToBeUsed: 'SubjectKeyIdentifier (04)',
  serverCertificate: 'CERT.DPauth',
  authenticateServerResponse: 'AuthenticateServerResponse (BF38)',
  profileMetadata: 'StoreMetadataRequest (BF25)',
  smdpSigned2: 'SmdpSigned2',
  smdpSignature2: 'r and s (5F37)',
  smdpCertificate: 'CERT.DPpb',
  prepareDownloadResponse: 'PrepareDownloadResponse (BF21)',
  boundProfilePackage: 'BoundProfilePackage (BF36)',
  pendingNotification: 'PendingNotification',
  cancelSessionResponse: 'CancelSessionResponse (BF41)',
  zkcx: 'an offer, or a sealed message, of zkCX',
};

const status = (names: readonly string[]) => ({
  type: 'object',
  required: ['header'],
  properties: {
    header: {
      type: 'object',
      required: ['functionExecutionStatus'],
      properties: {
        functionExecutionStatus: {
          type: 'object',
          required: ['status'],
          properties: {
            status: { type: 'string', enum: names },
            statusCodeData: {
              type: 'object',
              required: ['subjectCode', 'reasonCode'],
              properties: {
                subjectCode: { type: 'string', examples: ['8.2.6'] },
                reasonCode: { type: 'string', examples: ['3.8'] },
                message: { type: 'string' },
              },
            },
          },
        },
      },
    },
  },
});

const SUCCESS = status(['Executed-Success']);
const FAILED = status(['Failed']);
