import { Validations } from 'aws-cdk-lib/core';
import type { IConstruct } from 'constructs';
import { LIBRARY_REVIEW, type LibraryRule } from '../contracts/library-acknowledgement';

/**
 * Acknowledges a finding of a rule pack about a resource of this library, so that its users don't have to review it.
 *
 * @param resource the resource in the id of the finding, where the rule reports each resource on its own
 */
export function acknowledgeOwn(scope: IConstruct, rule: LibraryRule, reason: string, resource?: string): void {
  const id = resource === undefined ? rule : `${rule}[Resource::${resource}]`;
  Validations.of(scope).acknowledge({ id, reason: `${reason}${LIBRARY_REVIEW}` });
}
