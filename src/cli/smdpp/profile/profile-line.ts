import type { Profile } from '../../../rsp/smdpp/index.ts';

/** How the commands about profiles in stock show one. */
export function profileLine({ iccid, profileType, profileClass, size }: Profile): string {
  return `${iccid}  ${profileType}  ${profileClass}  ${size} bytes`;
}
