import { createHash } from 'node:crypto';
import { computeKindOf } from '../../lib/facts/compute-kinds';
import type { Assembly, Resource, Stack } from './assembly';
import { literalOf, textOf } from './compose-text';
import { at } from './json';
import { partitionOf } from './pseudo-parameters';

/** Where the stacks of an assembly are deployed. */
export interface DeploymentPlace {
  readonly accountId: string;
  readonly region: string;
}

/**
 * What a deployment decides about the resources of an assembly. With it, a model has known values only: parameters have
 * their defaults, and each condition holds or doesn't. What is not known even then is a hole, as in every model.
 */
export interface Naming {
  /** The name or id of a resource whose template gives none. */
  nameOf(resource: Resource): string;
  /**
   * An attribute, or with undefined the `Ref`, of a resource whose type has no row in `identity.ts`.
   *
   * @returns undefined for an attribute that isn't known before a deployment
   */
  valueOf(resource: Resource, attribute: string | undefined): string | undefined;
}

/** The assembly as it is deployed to one account and Region. */
export function inPlace(assembly: Assembly, { accountId, region }: DeploymentPlace): Assembly {
  const names = new Map<string, string>();
  const nameOf = (stack: Stack): string => {
    const known = stack.name && literalOf(stack.name);
    const parent = stack.nestedIn && (names.get(stack.nestedIn.stack) ?? stack.nestedIn.stack);
    return known ?? (parent ? `${parent}-${stack.nestedIn?.logicalId}` : stack.id);
  };
  const stacks = assembly.stacks.map((stack): Stack => {
    const name = nameOf(stack);
    names.set(stack.id, name);
    return {
      ...stack,
      name: textOf(name),
      account: textOf(accountId),
      region: textOf(region),
      partition: partitionOf(textOf(region)),
      constructPathOf: (logicalId) => stack.constructPathOf(logicalId),
    };
  });
  return { ...assembly, stacks };
}

/** Names that can be recognized: the logical id, with that of the nested stack before it. */
export const LOGICAL_ID_NAMES: Naming = {
  nameOf(resource) {
    const id = plainName(resource);
    const compute = computeKindOf(resource.type);
    if (compute) {
      const name = literalProperty(resource, compute.chosenName) ?? id;
      return compute.addsSuffix ? `${name}-${suffix(resource.logicalId)}` : name;
    }
    switch (resource.type) {
      case 'AWS::S3::Bucket':
      case 'AWS::ECR::Repository':
        return id.toLowerCase();
      case 'AWS::BedrockMantle::Project':
        return `proj_${id}`;
      case 'AWS::Lambda::Version':
        return '1';
      case 'AWS::SecretsManager::Secret':
        // Secrets Manager adds six characters to the name of a secret.
        return at(resource.raw, 'Properties', 'Name') === undefined ? `${id}-AbCdEf` : 'AbCdEf';
      default:
        return id;
    }
  },
  valueOf(resource, attribute) {
    const id = plainName(resource);
    if (attribute === undefined || /(?:^|[a-z])Id$|^Name$/.test(attribute)) {
      return id;
    }
    if (attribute === 'Version') {
      return '1';
    }
    const [, service = '', type = ''] = resource.type.split('::');
    const { account, region, partition } = resource.stack;
    return attribute.endsWith('Arn')
      ? `arn:${partition}:${service.toLowerCase()}:${literalOf(region) ?? ''}:${literalOf(account) ?? ''}:${type.toLowerCase()}/${id}`
      : undefined;
  },
};

function plainName({ logicalId, stack }: Resource): string {
  return stack.nestedIn ? `${stack.nestedIn.logicalId}-${logicalId}` : logicalId;
}

function literalProperty(resource: Resource, property: string): string | undefined {
  const [node] = resource.properties.at(property);
  const [text] = node?.texts() ?? [];
  return text && literalOf(text.value);
}

function suffix(logicalId: string): string {
  return createHash('sha256').update(logicalId).digest('base64url').replace(/[-_]/g, 'x').slice(0, 10);
}
