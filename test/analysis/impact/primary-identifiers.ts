import { loadAwsServiceSpecSync } from '../../../node_modules/@aws-cdk/aws-service-spec';
import type { TemplateModel } from '../../../analysis/model/template-model';
import { keeps } from '../../../analysis/impact/resource-changes';

/** A resource whose primary identifier is written in its template. */
export interface Identifier {
  readonly path: string;
  readonly key: string;
  /** Whether the resource stays when its stack is deleted. */
  readonly kept: boolean;
}

const specification = loadAwsServiceSpecSync();

/**
 * Resources whose primary identifier, by AWS's resource specification, is the same in every deployment: it has no reference
 * to a resource and nothing of the id of the stack. Two of them in one account and Region can't exist.
 */
export function identifiersIn(model: TemplateModel): Identifier[] {
  return model.resources.flatMap(({ id, type, raw, stack, constructPath }): Identifier[] => {
    const identifier =
      specification.lookup('resource', 'cloudFormationType', 'equals', type)[0]?.primaryIdentifier ?? [];
    const properties = (raw.Properties ?? {}) as Record<string, unknown>;
    const values = identifier.map((name) => properties[name]);
    if (values.length === 0 || values.some((value) => value === undefined || !isFixed(value))) return [];
    const region = JSON.stringify(stack.region);
    return [
      {
        path: constructPath ?? id,
        key: `${type} ${region} ${JSON.stringify(values)}`,
        kept: keeps(raw.DeletionPolicy),
      },
    ];
  });
}

const FIXED = ['AWS::AccountId', 'AWS::Region', 'AWS::Partition', 'AWS::URLSuffix'];

function isFixed(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return true;
  if (Array.isArray(value)) return value.every(isFixed);
  return Object.entries(value).every(([key, inner]) =>
    key === 'Ref' ? FIXED.includes(String(inner)) : key !== 'Fn::GetAtt' && key !== 'Fn::ImportValue' && isFixed(inner),
  );
}
