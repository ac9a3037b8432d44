import { loadAwsServiceSpecSync } from '../../../node_modules/@aws-cdk/aws-service-spec';
import type { TemplateModel } from '../../../analysis/model/template-model';
import { keeps } from '../../../analysis/impact/resource-changes';

/** A resource whose primary identifier is written in its template. */
export interface Identifier {
  readonly path: string;
  readonly stack: string;
  readonly logicalId: string;
  /** Logical ids of the resources that it refers to. */
  readonly refersTo: readonly string[];
  readonly key: string;
  /** Whether the resource stays when its stack is deleted. */
  readonly kept: boolean;
}

const specification = loadAwsServiceSpecSync();

/**
 * Resources whose primary identifier, by AWS's resource specification, is the same in every deployment: it has no reference
 * to a resource and nothing of the id of the stack. Two of them in one account and Region can't exist.
 *
 * @param accepts other values of identifiers to return
 */
export function identifiersIn(model: TemplateModel, accepts: (value: unknown) => boolean = isFixed): Identifier[] {
  return model.resources.flatMap(({ id, logicalId, type, raw, stack, constructPath }): Identifier[] => {
    const identifier =
      specification.lookup('resource', 'cloudFormationType', 'equals', type)[0]?.primaryIdentifier ?? [];
    const properties = (raw.Properties ?? {}) as Record<string, unknown>;
    const values = identifier.map((name) => properties[name]);
    if (values.length === 0 || values.some((value) => value === undefined || !accepts(value))) return [];
    const region = JSON.stringify(stack.region);
    return [
      {
        path: constructPath ?? id,
        stack: stack.id,
        logicalId,
        refersTo: values.flatMap(referencesIn),
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

function referencesIn(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return [];
  if (Array.isArray(value)) return value.flatMap(referencesIn);
  return Object.entries(value).flatMap(([key, inner]) =>
    key === 'Ref'
      ? [String(inner)].filter((id) => !id.startsWith('AWS::'))
      : key === 'Fn::GetAtt'
        ? [String(Array.isArray(inner) ? inner[0] : inner).split('.')[0]]
        : referencesIn(inner),
  );
}
