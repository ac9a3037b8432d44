import { computeKindOf } from '../../lib/facts/compute-kinds';
import { isKnownType } from '../facts/known-types';
import type { Resource } from './assembly';
import type { Guard } from './guard';
import { isObject } from './json';
import type { Model } from './model';
import type { Node } from './node';
import { placeIn } from './place-in';
import type { Case, Place, Text } from './text';

/** A resource that works with the permissions of a role. */
export interface RunsAs {
  readonly resource: Resource;
  /** The role as the property names it. */
  readonly role: Case<Text>;
  /** Path of the property: `TaskRoleArn`, `Targets.RoleArn`. */
  readonly property: string;
  readonly guard: Guard;
  readonly place: Place;
}

/**
 * Properties that name a role a resource works under: `Role`, `RoleArn`, `TaskRoleArn`, `ServiceRole`, `Roles` of an
 * instance profile, `Credentials` of an API integration. 394 types of aws-cdk-lib 2.276.0 have one.
 */
export const ROLE_PROPERTY = /role(?:s|name|arns?|id)?$|^roles$|^credentials(?:arn)?$/i;

/** Values that are passed to code, filtered for or stored as data, and policies, name roles without running under them. */
const NOT_OF_THE_RESOURCE =
  /^(?:Environment|EnvironmentVariables|EventPattern|FilterCriteria|Variables|Parameters|Metadata|Tags|.*Polic(?:y|ies).*)$/i;

/** Policies name the roles that they are attached to, and don't run under them. */
const ATTACHING = /^AWS::IAM::(?!InstanceProfile$)|^AWS::SSO::/;

/**
 * Properties that only name a role: to attach a policy to it, or as the owner, approver or user of something. What a
 * budget attaches counts as a policy of the role (`read-identities.ts`); the others give it nothing without its own
 * policies.
 * Source: the page of each type in docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference, and
 * docs.aws.amazon.com/AWSEC2/latest/UserGuide/enclaves-user.html for the policies of a role with a certificate
 */
const NAMES_ONLY: ReadonlySet<string> = new Set([
  'AWS::ARCRegionSwitch::Plan Workflows.Steps.ExecutionBlockConfiguration.ExecutionApprovalConfig.ApprovalRole',
  'AWS::AuditManager::Assessment Delegations.RoleArn',
  'AWS::AuditManager::Assessment Roles.RoleArn',
  'AWS::Budgets::BudgetsAction Definition.IamActionDefinition.Roles',
  'AWS::EC2::EnclaveCertificateIamRoleAssociation RoleArn',
]);

/** Which resources work under a role, for every type with a property that names one. */
export function runsAs(model: Model): readonly RunsAs[] {
  return model.view(collect);
}

/** What works under the role of an agent, besides the compute that its commands run on. */
export function usesElsewhere({ runs }: { readonly runs: readonly RunsAs[] }): RunsAs[] {
  return runs.filter(
    ({ resource: { type }, guard }) => computeKindOf(type) === undefined && isKnownType(type) && guard.possible(),
  );
}

type KeyKind = 'role' | 'other' | 'left out';

function kindOf(key: string): KeyKind {
  return key === 'Ref' || (!key.startsWith('Fn::') && NOT_OF_THE_RESOURCE.test(key))
    ? 'left out'
    : !key.startsWith('Fn::') && ROLE_PROPERTY.test(key)
      ? 'role'
      : 'other';
}

function collect(model: Model): RunsAs[] {
  const kinds = new Map<string, KeyKind>();
  const kindOfKey = (key: string): KeyKind => {
    const kind = kinds.get(key) ?? kindOf(key);
    kinds.set(key, kind);
    return kind;
  };
  return model.resources.flatMap((resource) => {
    if (ATTACHING.test(resource.type)) {
      return [];
    }
    const paths = new Map<string, readonly string[]>();
    rolePaths(resource.raw.Properties, [], kindOfKey, (path) => paths.set(path.join('.'), [...path]));
    const working = [...paths].filter(([property]) => !NAMES_ONLY.has(`${resource.type} ${property}`));
    return working.flatMap(([property, path]) =>
      below(resource.properties, path)
        .flatMap((node) => node.items())
        .flatMap((node) => node.texts())
        .map((role) => ({ resource, role, property, guard: role.guard, place: placeIn(resource, role.place) })),
    );
  });
}

/**
 * The paths of the properties that name roles, as keys of nodes: without list indexes and conditional functions.
 *
 * @param path of the value; one list for all of them, as most lead to no role
 */
function rolePaths(
  value: unknown,
  path: string[],
  kindOfKey: (key: string) => KeyKind,
  found: (path: readonly string[]) => void,
): void {
  if (Array.isArray(value)) {
    for (const item of value as unknown[]) {
      rolePaths(item, path, kindOfKey, found);
    }
  } else if (isObject(value)) {
    for (const key in value) {
      const member = value[key];
      const kind = kindOfKey(key);
      if (kind === 'left out' || (kind !== 'role' && typeof member !== 'object')) {
        continue;
      }
      const isFunction = key.startsWith('Fn::');
      if (!isFunction) {
        path.push(key);
      }
      if (kind === 'role') {
        found(path);
      }
      if (typeof member === 'object') {
        rolePaths(member, path, kindOfKey, found);
      }
      if (!isFunction) {
        path.pop();
      }
    }
  }
}

function below(node: Node, path: readonly string[]): Node[] {
  return path.reduce<Node[]>(
    (nodes, key) => nodes.flatMap((each) => each.items()).flatMap((each) => each.at(key)),
    [node],
  );
}
