import { type ContextEntry, SimulatePrincipalPolicyCommand } from '@aws-sdk/client-iam';
import { literalOf } from '../../../analysis/model/compose-text';
import { UsageError } from '../command';
import type { AccountClients } from './clients';
import type { DeployedAssembly } from './deployed-assembly';

/** A case: allowed and denied actions of a role. The files of test/iam/cases have this format. */
export interface PermissionCase {
  readonly name?: string;
  /** Logical id of the role, or a part of it that no other role has. */
  readonly as: string;
  readonly action: string;
  /** An ARN; `{{LogicalId}}` in it is the ARN of a resource, `{{name}}` a value of --bind. */
  readonly resource: string;
  readonly context?: Readonly<Record<string, string | readonly string[]>>;
  readonly expect: 'Allowed' | 'Denied';
}

/** The result of the simulator for a case. `cannot judge` never counts as `as expected`. */
export interface CaseResult {
  readonly name: string;
  readonly role: string;
  readonly action: string;
  readonly resource: string;
  readonly result: 'as expected' | 'not as expected' | 'cannot judge';
  readonly why?: string;
}

/** IAM's simulator isn't documented to know the actions of these services. */
const UNKNOWN_SERVICES = ['bedrock-mantle'];

/** Simulates cases with SimulatePrincipalPolicy. @throws UsageError for a case that names no role */
export async function simulate(
  cases: readonly PermissionCase[],
  bound: ReadonlyMap<string, string>,
  deployed: DeployedAssembly,
  { iam }: AccountClients,
): Promise<CaseResult[]> {
  const results: CaseResult[] = [];
  for (const each of cases) {
    const role = roleArn(each.as, bound, deployed);
    const resource = filled(each.resource, bound, deployed);
    const about = { name: each.name ?? each.action, role, action: each.action, resource };
    const service = each.action.split(':')[0];
    if (UNKNOWN_SERVICES.includes(service)) {
      const why = `whether IAM's simulator knows ${service} is not documented; the policy documents are compared instead`;
      results.push({ ...about, result: 'cannot judge', why });
      continue;
    }
    try {
      const { EvaluationResults: [found] = [] } = await iam.send(
        new SimulatePrincipalPolicyCommand({
          PolicySourceArn: role,
          ActionNames: [each.action],
          ResourceArns: [resource],
          ContextEntries: contextEntries(each.context ?? {}, bound, deployed),
        }),
      );
      results.push({ ...about, ...judged(each.expect, found?.EvalDecision, found?.MissingContextValues ?? []) });
    } catch (problem) {
      const { name, message } = problem as Error;
      results.push({ ...about, result: 'cannot judge', why: `${name}: ${message}` });
    }
  }
  return results;
}

function judged(
  expect: string,
  decision: string | undefined,
  missing: readonly string[],
): Pick<CaseResult, 'result' | 'why'> {
  if (decision === undefined) return { result: 'cannot judge', why: 'IAM gave no decision' };
  const isExpected = (decision === 'allowed') === (expect === 'Allowed');
  if (missing.length > 0) return { result: 'cannot judge', why: `the case gives no value for ${missing.join(', ')}` };
  return isExpected ? { result: 'as expected' } : { result: 'not as expected', why: `IAM says ${decision}` };
}

function contextEntries(
  context: NonNullable<PermissionCase['context']>,
  bound: ReadonlyMap<string, string>,
  deployed: DeployedAssembly,
): ContextEntry[] {
  return Object.entries(context).map(([ContextKeyName, value]) => ({
    ContextKeyName,
    ContextKeyValues: (Array.isArray(value) ? value : [value]).map((one) => filled(String(one), bound, deployed)),
    ContextKeyType: Array.isArray(value) ? ('stringList' as const) : ('string' as const),
  }));
}

function roleArn(as: string, bound: ReadonlyMap<string, string>, { model }: DeployedAssembly): string {
  const given = bound.get(as);
  if (given !== undefined) return given;
  const roles = model.ofType('AWS::IAM::Role');
  const exact = roles.filter(({ logicalId }) => logicalId === as);
  const found = exact.length > 0 ? exact : roles.filter(({ logicalId }) => logicalId.includes(as));
  if (found.length !== 1) {
    throw new UsageError(
      `a case is for the role '${as}', which ${found.length === 0 ? 'no role' : `${found.length} roles`} of the assembly match. Fix: give a logical id, or --bind ${as}=<ARN>.`,
    );
  }
  return literalOf(model.arn(found[0])[0].value)!;
}

function filled(text: string, bound: ReadonlyMap<string, string>, { model }: DeployedAssembly): string {
  return text.replace(/\{\{([^{}]+)\}\}/g, (_, name: string) => {
    const resource = model.resources.find(({ logicalId }) => logicalId === name);
    const value = bound.get(name) ?? (resource && literalOf(model.arn(resource)[0]?.value ?? []));
    if (value === undefined) {
      throw new UsageError(`a case names {{${name}}}, which isn't known. Fix: --bind ${name}=<value>.`);
    }
    return value;
  });
}
