import type { Role } from 'aws-cdk-lib/aws-iam';
import { Aws, Fn } from 'aws-cdk-lib/core';
import { makesNoRoles } from './attach-policy';

/**
 * The end of the name of a retained log group: a value that is new each time the construct is created. A name that the
 * template repeats would fail a later deployment, because the log group of the earlier creation still has it: when the
 * construct is removed and added again, for example by reverting a change, when its id changes back, and when a
 * deployment is repeated after a rollback that retained the log group.
 *
 * It is the id of a role that is created and deleted with the construct: a role that is created again has another id
 * (docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-unique-ids). Roles that another team
 * creates have no id in the template. Then it is the first part of the id of the stack, and only a new stack gets
 * another name.
 */
export function creationId(role: Role): string {
  return makesNoRoles(role) ? Fn.select(0, Fn.split('-', Fn.select(2, Fn.split('/', Aws.STACK_ID)))) : role.roleId;
}
