import { ManagedPolicy } from 'aws-cdk-lib/aws-iam';
import { Stack, Validations } from 'aws-cdk-lib/core';
import type { IConstruct } from 'constructs';

/**
 * Records why a wildcard in a policy of this library is right, in the form that the AwsSolutions pack of cdk-nag
 * reports: the validation report then lists the finding as suppressed, with the reason, instead of asking every
 * user of the library to review it again. Without that pack it has no effect.
 *
 * Recorded when the app is validated, before a pack runs. Then a reference to another stack is the import that is
 * in the template, and the stack trace that CDK stores with each acknowledgement is short.
 *
 * @param policy the policy that holds the wildcard, or what holds its parts (see attachPolicy).
 * @param resource the resource of the statement, exactly as rendered.
 */
export function acknowledgeIam5(policy: IConstruct, resource: string, reason: string): void {
  let recorded: string | undefined;
  policy.node.addValidation({
    validate: () => {
      const text = flatten(Stack.of(policy).resolve(resource));
      if (text === recorded) return []; // The app was synthesized before.
      recorded = text;
      const parts = policy.node.findAll().filter((each) => each instanceof ManagedPolicy);
      const id = `AwsSolutions::AwsSolutions-IAM5[Resource::${text}]`;
      for (const holder of parts.length > 0 ? parts : [policy]) Validations.of(holder).acknowledge({ id, reason });
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
