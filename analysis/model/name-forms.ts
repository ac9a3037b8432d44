import { type ResourceName, resourceNames } from '../../lib/facts/resource-names';
import { ARN, IAM_NAMES, NAMES, NO_WILDCARD, PATHS, WORDS } from './alphabet';

/** How resources of a type are named. */
export interface NameForms extends ResourceName {
  /** Characters that the name can't contain. */
  readonly excludes: string;
  /** How CloudFormation makes a name if the template has none. */
  readonly generated: 'stack name' | 'lower-case stack name' | 'id';
}

const ALPHABETS = { iam: IAM_NAMES, name: NAMES, path: PATHS, word: WORDS, any: NO_WILDCARD } as const;

const LOWER_CASE = new Set(['AWS::S3::Bucket', 'AWS::ECR::Repository', 'AWS::S3::AccessPoint']);

const FORMS: ReadonlyMap<string, NameForms> = new Map(
  [...resourceNames()].map(([type, row]) => [
    type,
    {
      ...row,
      excludes: ALPHABETS[row.alphabet as keyof typeof ALPHABETS],
      generated: row.name === undefined ? 'id' : LOWER_CASE.has(type) ? 'lower-case stack name' : 'stack name',
    },
  ]),
);

/**
 * What AWS SAM writes out has the logical id and the names of the resource that it is written out from. `Alias` is the
 * alias that AutoPublishAlias asks for.
 * Source: docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-resource-function.html,
 * sam-resource-statemachine.html and sam-resource-simpletable.html there
 */
const WRITTEN_OUT: ReadonlyMap<string, NameForms> = new Map([
  ['AWS::Serverless::Function', writtenOut('AWS::Lambda::Function', { Alias: '{arn}:{*}', Version: '{arn}:{*}' })],
  ['AWS::Serverless::StateMachine', { ...writtenOut('AWS::StepFunctions::StateMachine'), name: 'Name' }],
  ['AWS::Serverless::SimpleTable', writtenOut('AWS::DynamoDB::Table')],
]);

function writtenOut(type: string, attributes: Readonly<Record<string, string>> = {}): NameForms {
  const row = FORMS.get(type)!;
  return { ...row, attributes: new Map([...row.attributes, ...Object.entries(attributes)]) };
}

/** How resources of a type are named; undefined for a type whose references are only equal to themselves. */
export function nameFormsOf(type: string): NameForms | undefined {
  return FORMS.get(type) ?? WRITTEN_OUT.get(type);
}

/** Every type with a row. */
export function allNameForms(): readonly NameForms[] {
  return [...FORMS.values()];
}

/** Characters that a reference can't contain. */
export function excludedBy(type: string, attribute: string | undefined): string {
  const forms = nameFormsOf(type);
  const form = attribute === undefined ? forms && `{${forms.ref}}` : forms?.attributes.get(attribute);
  return form === '{name}' ? forms!.excludes : form === '{arn}' || form === '{url}' ? ARN : NO_WILDCARD;
}
