/** The setting that names an SM-DS. */
import type { SmdsLink } from '../../rsp/smdpp/index.ts';
import { kindOf } from '../shared/settings/kinds.ts';

type Smds = Pick<SmdsLink, 'address' | 'url'>;

/** An address, or one with the URL of ES12. */
export const smds = kindOf<Smds>({
  placeholder: '<fqdn[=url]>',
  problem: 'must be the address of an SM-DS, or ADDRESS=URL with the URL of its ES12',
  parse: (text) => {
    const [, address, url] = /^([\w.:-]{1,255})(?:=(https?:\/\/.{1,2000}))?$/.exec(text) ?? [];
    if (address === undefined || (url !== undefined && !URL.canParse(url))) return undefined;
    return { address, ...(url === undefined ? {} : { url }) };
  },
  show: ({ address, url }) => (url === undefined ? address : `${address}=${url}`),
});
