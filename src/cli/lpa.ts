import type { Command } from 'commander';
import { registerLpaDownload } from './lpa-download.ts';
import { registerLpaNotifications } from './lpa-notifications.ts';
import { registerLpaProbe } from './lpa-probe.ts';
import { registerLpaProfiles } from './lpa-profiles.ts';

/** zkcx lpa download|list|enable|disable|delete|nickname|notifications|probe */
export function registerLpa(lpa: Command): void {
  registerLpaDownload(lpa);
  registerLpaProfiles(lpa);
  registerLpaNotifications(lpa);
  registerLpaProbe(lpa);
}
