import * as fs from 'fs';
import * as path from 'path';
import { readAssembly } from '../security/template/assembly';
import { TemplateIndex } from '../security/template-index';
import { requireInput } from '../validation/refused-input';
import { assumed } from './assumption-values';
import type { CostAssumptions } from './cost-assumptions';
import type { CostRecord } from './cost-record';
import { estimate } from './estimate';

/**
 * The estimate of a cloud assembly as data.
 *
 * @param only ids of the stacks to estimate; all when left out.
 */
export function recordOfAssembly(
  directory: string,
  assumptions: CostAssumptions | undefined,
  only?: readonly string[],
): CostRecord {
  requireInput(fs.existsSync(path.join(directory, 'manifest.json')), 'MonthlyCostEstimate', {
    input: 'directory',
    value: directory,
    allowed: 'a cloud assembly, which has a manifest.json',
    fix: "run 'cdk synth' first and name its output directory",
  });
  const given = assumed(assumptions);
  const sources = readAssembly(directory);
  const stacks = sources.filter(({ nestedIn }) => nestedIn === undefined).map(({ id }) => id);
  const unknown = only?.find((id) => !stacks.includes(id));
  requireInput(unknown === undefined, 'MonthlyCostEstimate', {
    input: 'stack',
    value: unknown,
    allowed: `a stack of the assembly: ${stacks.join(', ') || 'it has none'}`,
    fix: 'name one of them',
  });
  return estimate(new TemplateIndex(sources), given, only ?? stacks);
}
