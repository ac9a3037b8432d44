import { CfnParameter, CfnResource, type IResolvable, type Reference, Stack, Token } from 'aws-cdk-lib/core';
import { COMPUTE_KINDS, computeKindOf } from '../facts/compute-kinds';
import { resourceNames } from '../facts/resource-names';

/** The placeholder for an account id or Region that is not known before deployment. */
const UNKNOWN = { account: 'ACCOUNT_ID', region: 'REGION' };

/** Generated names begin with the name of the stack, shortened if the service allows few characters. */
const STACK_NAME_CHARACTERS = 20;

/** Types whose id begins with the name in the template and a dash. */
const NAME_BEGINS_ID: ReadonlySet<string> = new Set([
  'AWS::BedrockAgentCore::Gateway',
  'AWS::SecretsManager::Secret',
  ...COMPUTE_KINDS.filter(({ addsSuffix }) => addsSuffix).map(({ type }) => type),
]);

/** A reference in a form that is known before the first deployment: the name, or a pattern that matches the name. */
export function referencePattern(reference: Reference): string {
  const { target, displayName: attribute } = reference;
  if (CfnParameter.isCfnElement(target) && target instanceof CfnParameter) {
    return typeof target.default === 'string' && !Token.isUnresolved(target.default) ? target.default : '*';
  }
  if (!CfnResource.isCfnResource(target)) {
    return pseudoParameter(attribute, Stack.of(target));
  }
  const name = namePattern(target);
  const row = resourceNames().get(target.cfnResourceType);
  const form = attribute === 'Ref' ? `{${row?.ref}}` : row?.attributes.get(attribute);
  if (!form?.startsWith('{arn}') && !/Arn$/.test(attribute)) {
    return name;
  }
  const { region, account } = place(Stack.of(target));
  const arn = `arn:aws:${row?.arn ?? '*:R:A:*'}${form?.slice('{arn}'.length) ?? ''}`;
  return arn
    .replace(/:R:/, () => `:${region}:`)
    .replace(/:A:/, () => `:${account}:`)
    .replace(/\{name\}/, () => name)
    .replace(/\{Path=\/\}/, '/')
    .replace(/\{[^}]*\}/g, '*');
}

/** The value of a CloudFormation pseudo parameter, if it is known. All Regions of BMA are in the partition `aws`. */
export function pseudoParameter(name: string, stack: Stack): string {
  const { region, account } = place(stack);
  switch (name) {
    case 'AWS::Partition':
      return 'aws';
    case 'AWS::Region':
      return region;
    case 'AWS::AccountId':
      return account;
    case 'AWS::URLSuffix':
      return 'amazonaws.com';
    case 'AWS::StackName':
      return stack.stackName;
    default:
      return '*';
  }
}

function place({ region, account }: Stack): { region: string; account: string } {
  return {
    region: Token.isUnresolved(region) ? UNKNOWN.region : region,
    account: Token.isUnresolved(account) ? UNKNOWN.account : account,
  };
}

function namePattern(resource: CfnResource): string {
  const chosen = chosenName(resource);
  const row = resourceNames().get(resource.cfnResourceType);
  if (row && row.name === undefined && !NAME_BEGINS_ID.has(row.type)) {
    return '*';
  }
  if (chosen !== undefined) {
    return NAME_BEGINS_ID.has(resource.cfnResourceType) ? `${chosen}-*` : chosen;
  }
  const prefix = Stack.of(resource).stackName.slice(0, STACK_NAME_CHARACTERS);
  // Names of buckets are in lower case.
  return `${resource.cfnResourceType === 'AWS::S3::Bucket' ? prefix.toLowerCase() : prefix}*`;
}

/** The name of the resource in the template, if it is literal. */
function chosenName(resource: CfnResource): string | undefined {
  const type = resource.cfnResourceType;
  const candidates = [
    computeKindOf(type)?.chosenName,
    resourceNames().get(type)?.name,
    `${type.split('::')[2]}Name`,
    'Name',
  ];
  const properties = resource as unknown as Record<string, string | IResolvable | undefined>;
  for (const candidate of candidates.filter((each) => each !== undefined)) {
    const value = properties[`${candidate[0].toLowerCase()}${candidate.slice(1)}`];
    const resolved: unknown = value === undefined ? undefined : Stack.of(resource).resolve(value);
    if (typeof resolved === 'string') {
      return resolved;
    }
  }
  return undefined;
}
