/** Calls of AWS IAM that change the permissions of a role. */
import type { AccountPolicies } from '../iam/account-policies';
import { AwsError, type Fields } from './aws-error';
import type { Operation } from './front';

/** By name: IAM speaks the query protocol. @throws AwsError NoSuchEntity when there is no such role, policy or attachment */
export function rolePolicyCalls(policies: AccountPolicies): [string, Operation][] {
  const roleArn = ({ RoleName }: Fields): string => {
    const role = policies.role(String(RoleName));
    if (role === undefined) throw missing(`The role with name ${String(RoleName)} cannot be found.`);
    return role.arn;
  };
  return [
    [
      'iam:AttachRolePolicy',
      (input) => {
        if (!policies.attach(roleArn(input), String(input.PolicyArn))) {
          throw missing(`Policy ${String(input.PolicyArn)} does not exist or is not attachable.`);
        }
        return done('AttachRolePolicy');
      },
    ],
    [
      'iam:DetachRolePolicy',
      (input) => {
        if (!policies.detach(roleArn(input), String(input.PolicyArn))) {
          throw missing(`Policy ${String(input.PolicyArn)} was not found.`);
        }
        return done('DetachRolePolicy');
      },
    ],
  ];
}

const missing = (message: string) => new AwsError('NoSuchEntity', message, 404);
const done = (name: string) => `<${name}Response><ResponseMetadata/></${name}Response>`;
