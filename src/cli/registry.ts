/** zkcx registry ...: the registry on Mina, or on an embedded chain. */
import type { Command } from 'commander';
import { registerRegistryDeploy } from './registry-deploy.ts';
import { registerRegistryPath } from './registry-path.ts';
import { registerRegistryPublish } from './registry-publish.ts';
import { registerRegistryRelay } from './registry-relay.ts';
import { registerRegistryShow } from './registry-show.ts';
import { registerRegistrySync } from './registry-sync.ts';
import { registerRegistryTrust } from './registry-trust.ts';
import { registerRegistryUpdateRevocation } from './registry-update-revocation.ts';

export function registerRegistry(registry: Command): void {
  registerRegistryDeploy(registry);
  registerRegistryPublish(registry);
  registerRegistryShow(registry);
  registerRegistryPath(registry);
  registerRegistrySync(registry);
  registerRegistryRelay(registry);
  registerRegistryUpdateRevocation(registry);
  registerRegistryTrust(registry);
}
