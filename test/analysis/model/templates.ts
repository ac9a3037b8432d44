import { assemblyOf } from '../../../analysis/model/read-stacks';
import { TemplateModel } from '../../../analysis/model/template-model';

/** A model of stacks in one account, or in the one that the deployment decides; each with the resources of a template or with a whole template. */
export function modelOf(
  stacks: Readonly<Record<string, object>>,
  account: string | null = '111122223333',
): TemplateModel {
  return new TemplateModel(
    assemblyOf(
      Object.entries(stacks).map(([id, template]) => ({
        id,
        stackName: id,
        ...(account === null ? {} : { account, region: 'us-east-1' }),
        template: 'Resources' in template ? template : { Resources: template },
      })),
    ),
  );
}

export const allow = (Action: unknown, Resource: unknown, rest: object = {}) => ({
  Statement: [{ Effect: 'Allow', Action, Resource, ...rest }],
});

export const trust = (Principal: unknown) => ({
  Statement: [{ Effect: 'Allow', Principal, Action: 'sts:AssumeRole' }],
});

export const role = (Service: string, rest: object = {}) => ({
  Type: 'AWS::IAM::Role',
  Properties: { AssumeRolePolicyDocument: trust({ Service }), ...rest },
});

export const arnOf = (id: string, attribute = 'Arn') => ({ 'Fn::GetAtt': [id, attribute] });
