import {
  GetPolicyCommand,
  GetPolicyVersionCommand,
  GetRoleCommand,
  GetRolePolicyCommand,
  paginateListAttachedRolePolicies,
  paginateListRolePolicies,
} from '@aws-sdk/client-iam';
import type { Resource } from '../../../analysis/model/assembly';
import { literalOf } from '../../../analysis/model/compose-text';
import { type Account, type AccountReader, policies, property, textList, values } from './comparison';

/** Roles: trust policy, permissions boundary, and every policy, including policies that were added manually. */
export const ROLE_READER: AccountReader = {
  types: ['AWS::IAM::Role'],
  alongside: ['AWS::IAM::Policy', 'AWS::IAM::RolePolicy'],
  permissions: ['iam:GetRole', 'iam:GetRolePolicy', 'iam:ListRolePolicies', 'iam:ListAttachedRolePolicies'],
  async read(role, { model, clients: { iam }, physicalId }) {
    const name = physicalId(role)!;
    const { Role } = await iam.send(new GetRoleCommand({ RoleName: name }));
    const inline = inlinePolicies(role, name, model);
    const deployed = new Map<string, unknown>();
    for await (const { PolicyNames = [] } of paginateListRolePolicies({ client: iam }, { RoleName: name })) {
      for (const policy of PolicyNames) {
        const { PolicyDocument } = await iam.send(new GetRolePolicyCommand({ RoleName: name, PolicyName: policy }));
        deployed.set(policy, document(PolicyDocument));
      }
    }
    const attached: string[] = [];
    for await (const { AttachedPolicies = [] } of paginateListAttachedRolePolicies(
      { client: iam },
      { RoleName: name },
    )) {
      attached.push(...AttachedPolicies.map(({ PolicyArn }) => PolicyArn!));
    }
    return [
      policies(
        role,
        'trust policy',
        property(role, 'AssumeRolePolicyDocument'),
        document(Role?.AssumeRolePolicyDocument),
        'RESOURCE_POLICY',
      ),
      values(
        role,
        'permissions boundary',
        property(role, 'PermissionsBoundary'),
        Role?.PermissionsBoundary?.PermissionsBoundaryArn,
      ),
      values(
        role,
        'maximum session duration in seconds',
        property(role, 'MaxSessionDuration') ?? 3600,
        Role?.MaxSessionDuration ?? 3600,
      ),
      values(role, 'managed policies', managedPolicies(role, name, model), attached),
      ...[...new Set([...inline.keys(), ...deployed.keys()])].map((policy) =>
        policies(role, `inline policy ${policy}`, inline.get(policy), deployed.get(policy), 'IDENTITY_POLICY'),
      ),
    ];
  },
};

/** Managed policies of the app: the default version. */
export const MANAGED_POLICY_READER: AccountReader = {
  types: ['AWS::IAM::ManagedPolicy'],
  permissions: ['iam:GetPolicy', 'iam:GetPolicyVersion'],
  async read(policy, { clients: { iam }, physicalId }) {
    const PolicyArn = physicalId(policy)!;
    const { Policy } = await iam.send(new GetPolicyCommand({ PolicyArn }));
    const { PolicyVersion } = await iam.send(
      new GetPolicyVersionCommand({ PolicyArn, VersionId: Policy!.DefaultVersionId }),
    );
    return [
      policies(
        policy,
        'policy document',
        property(policy, 'PolicyDocument'),
        document(PolicyVersion?.Document),
        'IDENTITY_POLICY',
      ),
    ];
  },
};

/** IAM returns URL-encoded documents. */
const document = (encoded: string | undefined): string | undefined =>
  encoded === undefined ? undefined : decodeURIComponent(encoded);

function inlinePolicies(role: Resource, name: string, model: Account['model']): Map<string, unknown> {
  const own = (property(role, 'Policies') ?? []) as { PolicyName: string; PolicyDocument: unknown }[];
  const found = new Map<string, unknown>(own.map(({ PolicyName, PolicyDocument }) => [PolicyName, PolicyDocument]));
  for (const policy of model.ofType('AWS::IAM::Policy')) {
    if (textList(policy, 'Roles').includes(name)) {
      found.set(String(property(policy, 'PolicyName')), property(policy, 'PolicyDocument'));
    }
  }
  for (const policy of model.ofType('AWS::IAM::RolePolicy')) {
    if (property(policy, 'RoleName') === name) {
      found.set(String(property(policy, 'PolicyName')), property(policy, 'PolicyDocument'));
    }
  }
  return found;
}

function managedPolicies(role: Resource, name: string, model: Account['model']): string[] {
  const attached = model
    .ofType('AWS::IAM::ManagedPolicy')
    .filter((policy) => textList(policy, 'Roles').includes(name))
    .map((policy) => literalOf(model.arn(policy)[0].value)!);
  return [...textList(role, 'ManagedPolicyArns'), ...attached];
}
