import type { IndexedResource, TemplateIndex } from '../template-index';
import { listAt, textAt } from './json';

/** The VPCs of a Runtime's subnets that are in the app, as resolved text. */
export function runtimeVpcs(index: TemplateIndex, runtime: IndexedResource): string[] {
  const subnets = listAt(runtime.properties, 'NetworkConfiguration', 'NetworkModeConfig', 'Subnets').map(String);
  return [...new Set(subnets.flatMap((subnet) => textAt(index.target(subnet)?.properties, 'VpcId') ?? []))];
}
