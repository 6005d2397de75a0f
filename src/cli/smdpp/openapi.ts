import { Option } from 'commander';
import type { CommandDefinition } from '../shared/command.ts';

/** zkcx smdpp openapi */
export const smdppOpenapi: CommandDefinition = {
  name: 'openapi',
  description: 'print the OpenAPI document of ES9+ and ES2+',
  options: [new Option('--zkcx', 'with what a server takes beside them that serves zkCX')],
  run: async ({ zkcx = false }: { readonly zkcx?: boolean }) => {
    const { openApiDocument } = await import('../../rsp/smdpp/index.ts');
    const extension = zkcx
      ? (await import('../../rsp/zkcx/server/described.ts')).DESCRIBED
      : undefined;
    const document = openApiDocument({ extension });
    return { json: { document }, text: [JSON.stringify(document, null, 2)] };
  },
};
