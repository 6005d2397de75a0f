/** One codec and at least one message for every decoder of src/sgp22/messages. */
import { DOWNLOAD_CODECS } from './download.ts';
import { MANAGEMENT_CODECS } from './management.ts';

export type { Codec } from './codec.ts';
export { serverSigned1 } from './download.ts';

export const CODECS = [...DOWNLOAD_CODECS, ...MANAGEMENT_CODECS];
