import {
  DescribeStacksCommand,
  paginateListStackResources,
  type StackResourceSummary,
} from '@aws-sdk/client-cloudformation';
import type { Assembly, Resource, Stack, Template } from '../../../analysis/model/assembly';
import { literalOf, textOf } from '../../../analysis/model/compose-text';
import { inPlace, type Naming } from '../../../analysis/model/deployed';
import { TemplateModel } from '../../../analysis/model/template-model';
import type { AccountClients } from './clients';

/** The IAM actions for finding the stacks. */
export const STACK_PERMISSIONS = ['cloudformation:DescribeStacks', 'cloudformation:ListStackResources'];

/** The stacks of an assembly, with the ids, names and parameters in CloudFormation. */
export interface DeployedAssembly {
  readonly model: TemplateModel;
  /** Names of stacks that aren't deployed. */
  readonly missing: readonly string[];
  /** Status of each other stack, by name. */
  readonly statuses: ReadonlyMap<string, string>;
  physicalId(resource: Resource): string | undefined;
}

/**
 * Finds the stacks of an assembly in an account.
 *
 * @throws Error of the CloudFormation client when a call fails
 */
export async function deployedAssembly(
  assembly: Assembly,
  accountId: string,
  clients: AccountClients,
): Promise<DeployedAssembly> {
  const physical = new Map<string, string>();
  const missing: string[] = [];
  const statuses = new Map<string, string>();
  const stacks: Stack[] = [];
  for (const stack of inPlace(assembly, { accountId, region: clients.region }).stacks) {
    const name = nameOf(stack, physical);
    const found = name === undefined ? undefined : await stackNamed(name, clients);
    if (name === undefined || found === undefined) {
      missing.push(literalOf(stack.name ?? []) ?? stack.id);
      continue;
    }
    statuses.set(found.name, found.status);
    for (const [logicalId, id] of found.resources) physical.set(`${stack.id}#${logicalId}`, id);
    stacks.push({
      ...stack,
      name: textOf(found.name),
      template: withParameters(stack.template, found.parameters),
      constructPathOf: (logicalId) => stack.constructPathOf(logicalId),
    });
  }
  return {
    model: new TemplateModel({ ...assembly, stacks }, physicalNames(physical)),
    missing,
    statuses,
    physicalId: ({ id }) => physical.get(id),
  };
}

/** The name or ARN of a stack in CloudFormation. */
function nameOf(stack: Stack, physical: ReadonlyMap<string, string>): string | undefined {
  return stack.nestedIn
    ? physical.get(`${stack.nestedIn.stack}#${stack.nestedIn.logicalId}`)
    : (literalOf(stack.name ?? []) ?? stack.id);
}

async function stackNamed(StackName: string, { cloudFormation }: AccountClients) {
  try {
    const { Stacks: [stack] = [] } = await cloudFormation.send(new DescribeStacksCommand({ StackName }));
    // DescribeStackResources returns only the first 100 resources.
    const resources: StackResourceSummary[] = [];
    for await (const page of paginateListStackResources({ client: cloudFormation }, { StackName })) {
      resources.push(...(page.StackResourceSummaries ?? []));
    }
    return {
      name: stack.StackName!,
      status: stack.StackStatus!,
      parameters: new Map(
        (stack.Parameters ?? []).map((each) => [each.ParameterKey!, each.ResolvedValue ?? each.ParameterValue!]),
      ),
      resources: resources
        .filter(({ ResourceStatus }) => ResourceStatus !== 'DELETE_COMPLETE')
        .flatMap(({ LogicalResourceId, PhysicalResourceId }): [string, string][] =>
          PhysicalResourceId === undefined ? [] : [[LogicalResourceId!, PhysicalResourceId]],
        ),
    };
  } catch (problem) {
    // CloudFormation has no name of its own for this error.
    if (/does not exist/.test((problem as Error).message)) return undefined;
    throw problem;
  }
}

/** The template with the deployed parameter values as defaults. */
function withParameters(template: Template, values: ReadonlyMap<string, string>): Template {
  const parameters = (template.Parameters ?? {}) as Readonly<Record<string, object>>;
  const set = Object.entries(parameters).map(([name, declaration]) => [
    name,
    values.has(name) ? { ...declaration, Type: plain(declaration), Default: values.get(name) } : declaration,
  ]);
  return { ...template, ...(set.length > 0 ? { Parameters: Object.fromEntries(set) as object } : {}) };
}

/** A Parameter Store parameter has its resolved value. */
function plain(declaration: object): unknown {
  const { Type: type } = declaration as { Type?: unknown };
  const stored = /^AWS::SSM::Parameter::Value<(.*)>$/.exec(String(type))?.[1];
  return stored ?? type;
}

/** Names in CloudFormation: the physical id, or its last part if that is an ARN or a URL. */
function physicalNames(physical: ReadonlyMap<string, string>): Naming {
  const idOf = ({ id, logicalId }: Resource): string => physical.get(id) ?? `not deployed: ${logicalId}`;
  const nameOf = (resource: Resource): string => {
    const id = idOf(resource);
    const name = /^(?:arn:|https:)/.test(id) ? id.split(/[/:]/).pop()! : id;
    // The ARN of a secret is its name and six characters.
    return resource.type === 'AWS::SecretsManager::Secret' && resource.properties.at('Name').length > 0
      ? name.slice(-6)
      : name;
  };
  return {
    nameOf,
    valueOf(resource, attribute) {
      if (attribute === undefined) return idOf(resource);
      if (/(?:^|[a-z])Id$|^Name$/.test(attribute)) return nameOf(resource);
      return attribute.endsWith('Arn') && idOf(resource).startsWith('arn:') ? idOf(resource) : undefined;
    },
  };
}
