import { Stack } from 'aws-cdk-lib/core';
import type { IConstruct } from 'constructs';

/**
 * A policy statement (or document) as one line of JSON that a person can paste into a policy. What is known only at
 * deployment is written the way `Fn::Sub` would write it: `${AWS::AccountId}`, `${Bucket.Arn}`.
 */
export function policyText(scope: IConstruct, policy: unknown): string {
  return JSON.stringify(plain(Stack.of(scope).resolve(policy)));
}

function plain(value: unknown): unknown {
  if (Array.isArray(value)) {
    return value.map(plain);
  }
  if (typeof value !== 'object' || value === null) {
    return value;
  }
  const members = Object.entries(value);
  const [name, inner] = (members[0] ?? ['', undefined]) as [string, unknown];
  if (members.length === 1) {
    switch (name) {
      case 'Ref':
        return `\${${String(inner)}}`;
      case 'Fn::GetAtt':
        return `\${${(inner as string[]).join('.')}}`;
      case 'Fn::Join': {
        const [separator, parts] = inner as [string, unknown[]];
        return parts.map((part) => String(plain(part))).join(separator);
      }
    }
  }
  return Object.fromEntries(members.map(([member, content]) => [member, plain(content)]));
}
