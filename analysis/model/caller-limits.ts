import { conditionsHold, contextOf } from '../policy/condition';
import { limitsOf } from '../policy/limits';
import type { Statement } from '../policy/statement';
import type { Identity } from './identities';

/**
 * Limits of callers. The others (`aws:SourceAccount`, `aws:SourceArn`) are about the resource that a service acts for: a
 * request of a role doesn't have such a key.
 * Source: docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
 */
const OF_CALLERS =
  /^(?:aws:principal|aws:userid$|aws:sourcevpce?$|aws:sourceip$|aws:vpcsourceip$|aws:vpce|kms:calleraccount$)/;

/** Whether a request of a role can meet the conditions of a statement that is for everybody. */
export function canMeet({ arn, account }: Pick<Identity, 'arn' | 'account'>, statement: Statement): boolean {
  const context = contextOf({ 'aws:PrincipalArn': arn, 'aws:PrincipalAccount': account, 'kms:CallerAccount': account });
  return (
    limitsOf(statement).every(({ condition: { key } }) => OF_CALLERS.test(key)) &&
    conditionsHold(statement.conditions, context, 'any').holds.possible.possible()
  );
}
