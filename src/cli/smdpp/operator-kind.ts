/** The setting that names an operator. */
import type { OperatorOptions } from '../../rsp/smdpp/index.ts';
import { kindOf } from '../shared/settings/kinds.ts';

type Operator = Pick<OperatorOptions, 'url' | 'requester'>;

/** A URL, or a name with one. */
export const operator = kindOf<Operator>({
  placeholder: '<[name=]url>',
  problem: 'must be a URL, or NAME=URL with the functionRequesterIdentifier of its orders',
  parse: (text) => {
    const [, requester, url] = /^(?:([^=/]{1,255})=)?(https?:\/\/.{1,2000})$/.exec(text) ?? [];
    return url !== undefined && URL.canParse(url) ? { requester, url } : undefined;
  },
  show: ({ url, requester }) => (requester === undefined ? url : `${requester}=${url}`),
});
