/** The setting that names an operator. */
import { InvalidArgumentError } from 'commander';
import { z } from 'zod';
import type { OperatorOptions } from '../../rsp/smdpp/index.ts';
import type { Kind } from '../shared/settings/kinds.ts';

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
