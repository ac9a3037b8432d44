import { ManagedPolicy, type PolicyStatement, type Role } from 'aws-cdk-lib/aws-iam';
import { Stack } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import { QUOTAS } from '../quotas/quota';

/** Characters of a policy without its statements. */
const FRAME = JSON.stringify({ Statement: [], Version: '2012-10-17' }).length;
/** Characters of a logical id, and of what CloudFormation appends to it in a name. */
const GENERATED_NAME = 45;
const ROOM = QUOTAS.managedPolicy.limit - FRAME;

/**
 * Estimated number of characters of deployed policy statements. A referenced resource may not exist yet, so references
 * aren't resolved: each counts as the generated name of a resource, or as an ARN. The exact check follows at synthesis
 * (checkQuotas).
 */
function sizeOf(scope: Construct, ...statements: PolicyStatement[]): number {
  const { stackName, partition, region, account } = Stack.of(scope);
  const name = 'x'.repeat(stackName.length + GENERATED_NAME);
  return (
    JSON.stringify(statements.map((statement) => statement.toStatementJson() as object))
      .replaceAll(partition, 'aws')
      .replaceAll(region, 'ap-southeast-1')
      .replaceAll(account, '111122223333')
      .replace(/"[$#]\{Token\[[^\]]+\]\}"/g, `"arn:aws:service:ap-southeast-1:111122223333:kind/${name}"`)
      .replace(/[$#]\{Token\[[^\]]+\]\}/g, name).length - 1
  );
}

/** Estimated number of characters of a deployed inline policy with these policy statements. */
export const inlineSize = (scope: Construct, statements: PolicyStatement[]): number =>
  FRAME + sizeOf(scope, ...statements);

/**
 * The smallest number of managed policies for the policy statements; a statement that is too large for one is divided
 * by its resources.
 */
export function managedPolicies(scope: Construct, id: string, role: Role, statements: PolicyStatement[]): Construct {
  const holder = new Construct(scope, id);
  let part: PolicyStatement[] = [];
  let size = 0;
  let parts = 0;
  const flush = () => {
    if (part.length > 0) {
      parts += 1;
      // Attached from the policy: if the role named its policies, it would depend on their resources, which may depend
      // on the role.
      new ManagedPolicy(holder, `Part${parts}`, {
        statements: part,
        description: `Part ${parts} of the policy ${id} of a role of a managed agent`,
        roles: [role],
      });
      part = [];
      size = 0;
    }
  };
  for (const statement of statements.flatMap((each) => divided(scope, each))) {
    const more = sizeOf(scope, statement);
    if (size + more > ROOM) {
      flush();
    }
    part.push(statement);
    size += more;
  }
  flush();
  return holder;
}

function divided(scope: Construct, statement: PolicyStatement): PolicyStatement[] {
  const { resources, sid } = statement;
  if (sizeOf(scope, statement) <= ROOM || resources.length < 2) {
    return [statement];
  }
  const half = Math.ceil(resources.length / 2);
  return [
    statement.copy({ resources: resources.slice(0, half), sid: sid && `${sid}A` }),
    statement.copy({ resources: resources.slice(half), sid: sid && `${sid}B` }),
  ].flatMap((each) => divided(scope, each));
}
