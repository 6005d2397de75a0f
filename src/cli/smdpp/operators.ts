/** Whom `smdpp serve` tells how orders go. */
import { InvalidArgumentError } from 'commander';
import { z } from 'zod';
import { readFileLimited } from '../../files.ts';
import type { OperatorOptions, ProgressOptions } from '../../rsp/smdpp/index.ts';
import type { Kind } from '../shared/settings/kinds.ts';
import type { ServeLog } from './log.ts';
import type { ServeValues } from './serve-settings.ts';

const MAX_PEM_BYTES = 262_144;

type Operator = Pick<OperatorOptions, 'url' | 'requester'>;

const PROBLEM = 'must be a URL, or NAME=URL with the functionRequesterIdentifier of its orders';

/** A URL, or a name with one. */
export const operator: Kind<Operator> = {
  placeholder: '<[name=]url>',
  read: (given) => {
    const found = parse(given);
    if (found !== undefined) return found;
    throw new InvalidArgumentError(`It ${PROBLEM}.`);
  },
  form: () =>
    z.string().transform((given, context) => {
      const found = parse(given);
      if (found !== undefined) return found;
      context.addIssue(PROBLEM);
      return z.NEVER;
    }),
  show: ({ url, requester }) => (requester === undefined ? url : `${requester}=${url}`),
};

function parse(text: string): Operator | undefined {
  const [, requester, url] = /^(?:([^=/]{1,255})=)?(https?:\/\/.{1,2000})$/.exec(text) ?? [];
  return url !== undefined && URL.canParse(url) ? { requester, url } : undefined;
}

/** Undefined: nobody is told. Throws ERR_FILE_*. */
export async function progressOptions(
  { operator: operators, operatorCa, operatorTls }: ServeValues,
  log: Pick<ServeLog, 'progress'>,
): Promise<ProgressOptions | undefined> {
  if (operators === undefined) return undefined;
  const tls = {
    ca: operatorCa && (await readPem(operatorCa)),
    cert: operatorTls && (await readPem(operatorTls.cert)),
    key: operatorTls && (await readPem(operatorTls.key, { ownerOnly: true })),
  };
  return { operators: operators.map((each) => ({ ...each, tls })), onEvent: log.progress };
}

async function readPem(file: string, options: { ownerOnly?: boolean } = {}): Promise<string> {
  return new TextDecoder().decode(await readFileLimited(file, MAX_PEM_BYTES, options));
}
