/**
 * An SM-DS (SGP.22 3.6). In: messages of ES11, ES12 and ES15, certificates and keys, a clock. Out: to each device that
 * shows who it is, which servers have something for it.
 */
export type { ForwardEvent, RootOptions } from './cascade.ts';
export { smdsIdentity } from './identities.ts';
export type { SmdsTrust } from './identities.ts';
export { serveSmds } from './service.ts';
export type { SmdsService, SmdsServiceOptions } from './service.ts';
export type { SmdsOptions } from './settings.ts';
export type { SweptEvents } from './sweeper.ts';
