import type { IRole } from 'aws-cdk-lib/aws-iam';
import type { IConstruct } from 'constructs';
import { requireSamePlace } from '../validation/same-place';

/**
 * Refuses the role of another account, which cannot be passed to a service of this one.
 *
 * Source: docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_passrole.html
 */
export function requireSameAccount(scope: IConstruct, input: string, role: IRole): void {
  requireSamePlace(scope, {
    input,
    what: 'a role',
    construct: role,
    arn: role.roleArn,
    anyRegion: true,
    fix: 'pass a role of this account, which may assume the role of the other account',
  });
}
