import { Stack } from 'aws-cdk-lib/core';
import type { IConstruct } from 'constructs';
import { acknowledgeOwn } from './acknowledge-own';

/**
 * Acknowledges a wildcard in a policy of this library with a reason, in the format of the AwsSolutions pack of cdk-nag.
 * The validation report then lists the finding as suppressed, with the reason, so that users of the library don't have
 * to review it again. Without that pack it has no effect.
 *
 * It is recorded when the app is validated, before a pack runs. At that time, a reference to another stack is the import
 * in the template, and the stack trace that CDK stores with each acknowledgement is short.
 *
 * @param policy the policy with the wildcard, or the construct with its parts (see attachPolicy).
 * @param resource the resource of the policy statement, exactly as rendered.
 */
export function acknowledgeIam5(policy: IConstruct, resource: string, reason: string): void {
  let recorded: string | undefined;
  policy.node.addValidation({
    validate: () => {
      const text = flatten(Stack.of(policy).resolve(resource));
      if (text === recorded) return []; // The app was synthesized before.
      recorded = text;
      acknowledgeOwn(policy, 'AwsSolutions::AwsSolutions-IAM5', reason, text);
      return [];
    },
  });
}

/** The text of a resolved value in cdk-nag: references in angle brackets, other functions as JSON. */
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
