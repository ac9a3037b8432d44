import { ManagedPolicy } from 'aws-cdk-lib/aws-iam';
import { Stack, Token, Validations } from 'aws-cdk-lib/core';
import type { IConstruct } from 'constructs';

/**
 * Records why a wildcard in a policy of this library is right, in the form that the AwsSolutions pack of cdk-nag
 * reports: the validation report then lists the finding as suppressed, with the reason, instead of asking every
 * user of the library to review it again. Without that pack it has no effect.
 *
 * @param policy the policy that holds the wildcard, or what holds its parts (see attachPolicy).
 * @param resource the resource of the statement, exactly as rendered.
 */
export function acknowledgeIam5(policy: IConstruct, resource: string, reason: string): void {
  const rendered = () => flatten(Stack.of(policy).resolve(resource));
  const parts = policy.node.findAll().filter((each) => each instanceof ManagedPolicy);
  const acknowledge = (text: string): void => {
    const id = `AwsSolutions::AwsSolutions-IAM5[Resource::${text}]`;
    for (const holder of parts.length > 0 ? parts : [policy]) Validations.of(holder).acknowledge({ id, reason });
  };
  if (!Token.isUnresolved(resource)) {
    acknowledge(resource);
    return;
  }
  const now = rendered();
  acknowledge(now);
  // A reference to another stack becomes an import only when the app is synthesized, before it is validated.
  policy.node.addValidation({
    validate: () => {
      const atLast = rendered();
      if (atLast !== now) acknowledge(atLast);
      return [];
    },
  });
}

/** The text that cdk-nag makes of a resolved value: references in angle brackets, other functions as JSON. */
function flatten(value: unknown): string {
  if (typeof value === 'string') {
    return value;
  }
  const [name, argument] = Object.entries(value as object)[0] as [string, unknown];
  switch (name) {
    case 'Fn::Join':
      return (argument as [string, unknown[]])[1].map(flatten).join((argument as [string])[0]);
    case 'Fn::GetAtt':
      return `<${(argument as string[]).join('.')}>`;
    case 'Ref':
      return `<${String(argument)}>`;
    default:
      return JSON.stringify(value);
  }
}
